"""Planes of pixels -> here -> the bytes of PNG files."""

import dataclasses

import numpy as np

from renderer.arrays import Float64, UInt8, UInt16
from renderer.encode.png import png

FOLDERS = ("images", "depth", "depth_16bit", "normals", "masks")
"""Folders of the archive. Each has one file per view, and a view's files have the same name in all."""

METRIC_FOLDER = "depth_mm"
"""A further folder, of sets with metric depth."""

METRIC_UNIT = 0.001
"""Units of the set's world per code: what nerfstudio assumes."""

FAR16, FAR8 = 65535, 255
"""Codes of depth at the far plane, in 16 and in 8 bits, and where there is no surface. The near plane's are 0."""

NO_NORMAL = 128
"""Code of all three channels of a normal where there is no surface."""


@dataclasses.dataclass(frozen=True, slots=True)
class Planes:
    """One view as its files have it, top row first; all are (size, size), colour and normals with three channels.

    `rgb` is sRGB-encoded, on white. `normals` are those of the shading, in the set's world, as 255 (n + 1) / 2, and
    NO_NORMAL where there is no surface. Depth is the distance along the optical axis at the pixel's middle: near is 0
    and far FAR16 in `depth16`, FAR8 in `depth8`; both are far where there is no surface. `mask` is 255 on the surface,
    else 0.
    """

    rgb: UInt8
    normals: UInt8
    depth16: UInt16
    depth8: UInt8
    mask: UInt8


def decoded_depth(depth16: UInt16, near: float, far: float) -> Float64:
    """Distances along the optical axis of the codes in `depth16`."""
    return near + depth16.astype(np.float64) * ((far - near) / FAR16)


def encode_view(planes: Planes) -> dict[str, bytes]:
    """A view's PNG files by folder: RGB, depth in 8 and in 16 bits, normals (RGB), and the mask (0 or 255)."""
    pictures: dict[str, UInt8 | UInt16] = {
        "images": planes.rgb,
        "depth": planes.depth8,
        "depth_16bit": planes.depth16,
        "normals": planes.normals,
        "masks": planes.mask,
    }
    return {folder: png(pictures[folder]) for folder in FOLDERS}


def metric_depth(planes: Planes, near: float, far: float) -> UInt16:
    """Distances along the optical axis in METRIC_UNIT; 0, which nerfstudio takes for unknown, where no surface is."""
    coded = np.rint(decoded_depth(planes.depth16, near, far) / METRIC_UNIT).astype(np.uint16)
    return np.where(planes.mask > 0, coded, np.uint16(0))

