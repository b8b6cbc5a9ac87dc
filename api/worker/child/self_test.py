"""An order of a worker that doubts itself -> here -> a video of a red cube, if this machine can make one."""

import itertools
from pathlib import Path

import numpy as np
import PIL.Image

from api.worker.child.job import Job
from renderer.errors import DeviceError
from renderer.gltf.glb import write_glb
from renderer.load import load_model
from renderer.render import render_video
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, FrameSpec, VideoVariant
from renderer.spec.versions import unstamped

FRAMES = FrameSpec(width=960, height=540, frame_count=6, easing=False)
"""Of a preview's size, which every encoder takes."""
CUBE = "cube"
RED = (0.6, 0.01, 0.01, 1.0)
"""Linear."""
REDDER = 50
"""By how many of 255 the picture's middle is more red than green, at least: the cube's face is by more than 100."""

_FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def self_test(job: Job) -> None:
    """Raises what drawing and encoding do, and DeviceError for a picture without the cube."""
    model = job.folder / "cube.glb"
    write_cube(model)
    if not unstamped(job.spec)["draws"]:
        load_model(model)
        job.store_part(model)
        return
    device = job.bench.open_device()
    made = render_video(
        model, FRAMES, {CUBE: VideoVariant(Backdrop())}, job.folder, device=device, cache_dir=job.bench.cache_dir,
        listener=_Progress(job), encoder=job.order.encoder,
    )[CUBE]  # fmt: skip
    with PIL.Image.open(made.poster_full) as picture:
        red, green, _ = np.asarray(picture.convert("RGB"), int)[FRAMES.height // 2, FRAMES.width // 2]
    if red - green < REDDER:
        raise DeviceError(f"{device.name} draws something else than it should: a red cube isn't red")
    job.store_part(made.video)


def write_cube(path: Path) -> None:
    """A red cube with edges of a metre, as GLB."""
    corners = np.array(list(itertools.product((-0.5, 0.5), repeat=3)), np.float32)
    indices = np.array(_FACES, np.uint16)[:, [0, 1, 2, 0, 2, 3]]
    document = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": RED, "metallicFactor": 0}}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3", "min": [-0.5] * 3, "max": [0.5] * 3},
            {"bufferView": 1, "componentType": 5123, "count": indices.size, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": corners.nbytes},
            {"buffer": 0, "byteOffset": corners.nbytes, "byteLength": indices.nbytes},
        ],
        "buffers": [{"byteLength": corners.nbytes + indices.nbytes}],
    }  # fmt: skip
    write_glb(path, document, [corners.tobytes(), indices.tobytes()])


class _Progress:
    """Tells the parent that the work goes on. Nobody gets the posters."""

    def __init__(self, job: Job) -> None:
        self.on_stage = job.on_stage
        self.on_frame = job.on_frame

    def on_model(self, contents: Contents) -> None:
        """There is nothing to say of the cube."""

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        """They stay where they are, to be looked at."""
