"""The picture engine that needs no weights: a mask, and a solid raised from it in one of four ways."""

from pathlib import Path

import numpy as np

from renderer.checkpoints import checkpoint
from renderer.generate.pictures.foreground import find_foreground
from renderer.generate.pictures.glb import HEIGHT_M, write_solid
from renderer.generate.pictures.names import NAMES, Known, named
from renderer.generate.pictures.paint import Back, paint
from renderer.generate.pictures.read import read_picture
from renderer.generate.pictures.saliency import weights
from renderer.generate.pictures.solid import Solid
from renderer.generate.pictures.ways import Shape, make_shape
from renderer.generate.protocols import Context, MeshOptions, MeshResult, Quality

TEXTURE_SIDE: dict[Quality, int] = {"low": 512, "high": 1024}

FRONTAL = 0.79
"""`symmetry` from which on something is seen from its front, or from its back: most have one, and no two fronts."""

_MARGIN = 4
"""Pixels of texture around the object, so that smaller copies of it (mip levels) keep its colours at the edge."""


class PictureEngine:
    """ImageToMesh. The seed changes nothing but what the metadata say of it: nothing here is drawn by lot."""

    name = "procedural"

    def available(self) -> tuple[bool, str]:
        if weights() is None:
            return True, "without onnxruntime and u2netp it finds objects on plain or transparent backgrounds only"
        return True, ""

    def mesh_of_picture(self, picture: Path, options: MeshOptions, context: Context) -> MeshResult:
        pixels = read_picture(picture)
        checkpoint()
        found = find_foreground(pixels)
        checkpoint()
        name = named(options.caption)
        known = Known() if name is None else NAMES[name]
        shape = make_shape(found.mask, options.quality, seen_through=options.texture, known=known)
        checkpoint()
        seen_through = shape.way == "card" and options.texture
        painted = paint(
            pixels, found.mask, _box(shape.solid, found.mask.shape), TEXTURE_SIDE[options.quality],
            _back(shape), rounded=shape.way in ("lathe", "inflation"), seen_through=seen_through,
        )  # fmt: skip
        metadata = {
            "engine": self.name, "way": shape.way, "name": name, "handles": shape.handles, "back": _back(shape),
            "foreground": found.found_by, "measurements": shape.measurements.to_json(),
            "seed": options.seed, "quality": options.quality,
            "triangles": len(shape.solid.front) + len(shape.solid.back), "metres": HEIGHT_M,
        }  # fmt: skip
        path = context.folder / "model.glb"
        write_solid(path, shape.solid, painted, metadata, textured=options.texture, seen_through=seen_through)
        return MeshResult(path.read_bytes(), metadata)


def _back(shape: Shape) -> Back:
    if shape.way == "inflation":
        return "mirrored" if shape.measurements.symmetry < FRONTAL else "plain"
    return "banded" if shape.way == "lathe" else "plain"


def _box(solid: Solid, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the picture (height, width) around the solid."""
    height, width = shape
    low, high = solid.points.min(axis=0), solid.points.max(axis=0)
    left, top = (max(0, int(np.floor(value)) - _MARGIN) for value in (low[0], -high[1]))
    right, bottom = (int(np.ceil(value)) + 1 + _MARGIN for value in (high[0], -low[1]))
    return left, top, min(right, width), min(bottom, height)
