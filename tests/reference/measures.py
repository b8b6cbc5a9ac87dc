"""How alike two pictures of one object are, and how alike an extension changes them."""

import dataclasses
import json
import struct

import flip_evaluator
import numpy as np
import numpy.typing as npt

from renderer.arrays import Float64, UInt8

Mask = npt.NDArray[np.bool_]

_WINDOW = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)


@dataclasses.dataclass(frozen=True, slots=True)
class Likeness:
    """All over the object alone. `ssim` (1 is equal) and `flip` (0 is equal) are means, `bias` the mean difference of
    each channel in steps of 1/255, `iou` how much of both outlines is common."""

    ssim: float
    flip: float
    bias: tuple[float, float, float]
    iou: float


@dataclasses.dataclass(frozen=True, slots=True)
class Ablation:
    """What an extension changes here against there: correlation of the changes, and ratio of their magnitudes."""

    correlation: float
    ratio: float


def likeness(ours: UInt8, theirs: UInt8, our_alpha: UInt8, their_alpha: UInt8) -> Likeness:
    """Pictures (h, w, 3) on one background, coverages (h, w)."""
    left, right = our_alpha > 127, their_alpha > 127
    object_ = left | right
    errors, _, _ = flip_evaluator.evaluate(_unit(theirs), _unit(ours), "LDR", True, False, True, {})
    red, green, blue = (ours[object_].astype(float) - theirs[object_]).mean(axis=0).tolist()
    return Likeness(
        ssim=float(ssim_map(ours, theirs)[object_].mean()), flip=float(errors[..., 0][object_].mean()),
        bias=(red, green, blue), iou=float((left & right).sum() / max(object_.sum(), 1)),
    )


def ablation(ours: tuple[UInt8, UInt8], theirs: tuple[UInt8, UInt8], object_: Mask) -> Ablation:
    """Each pair is with the extension and without it."""
    here, there = ((pair[0].astype(float) - pair[1])[object_].reshape(-1) for pair in (ours, theirs))
    return Ablation(
        correlation=float(np.corrcoef(here, there)[0, 1]),
        ratio=float(np.sqrt((here**2).mean() / (there**2).mean())),
    )


def ssim_map(left: UInt8, right: UInt8) -> Float64:
    """Structural similarity of the luma at every pixel (h, w), with the Gaussian window of 11 x 11, sigma 1.5.

    Source: Wang, Bovik, Sheikh, Simoncelli, IEEE Transactions on Image Processing 13/4, 2004.
    """
    x, y = (picture @ np.array([0.2126, 0.7152, 0.0722]) for picture in (left, right))
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x, variance_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
    covariance = _blurred(x * y) - mean_x * mean_y
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    result: Float64 = ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)
                       / ((mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)))
    return result


def without_extension(glb: bytes, name: str) -> bytes:
    """The same model, its materials without the extension."""
    length, = struct.unpack_from("<I", glb, 12)
    document = json.loads(glb[20 : 20 + length])
    for material in document.get("materials", []):
        material.get("extensions", {}).pop(name, None)
    for key in ("extensionsUsed", "extensionsRequired"):
        if name in document.get(key, []):
            document[key].remove(name)
        if not document.get(key, True):
            del document[key]
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + glb[20 + length :]
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def _blurred(plane: Float64) -> Float64:
    """A plane (h, w) under the Gaussian window; edges are repeated."""
    kernel = _WINDOW / _WINDOW.sum()
    padded = np.pad(plane, 5, mode="edge")
    rows = sum(weight * padded[k : k + plane.shape[0]] for k, weight in enumerate(kernel))
    return np.asarray(sum(weight * rows[:, k : k + plane.shape[1]] for k, weight in enumerate(kernel)))


def _unit(picture: UInt8) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(picture / np.float32(255), np.float32)
