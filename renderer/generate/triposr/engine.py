"""TripoSR as an engine: a picture in, a GLB with coloured vertices out."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import PIL.Image
import pygltflib

from renderer.arrays import Float32, Float64, UInt8, UInt16
from renderer.checkpoints import checkpoint
from renderer.cores import usable_cores
from renderer.errors import EngineFailed, EngineUnavailable
from renderer.generate import available
from renderer.generate.pictures.foreground import find_foreground
from renderer.generate.pictures.glb import HEIGHT_M
from renderer.generate.pictures.read import read_picture
from renderer.generate.protocols import Context, MeshOptions, MeshResult, Quality
from renderer.generate.triposr.checkpoint import Config, Weights
from renderer.generate.triposr.surface import Surface, find_surface
from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import write_glb

Result = TypeVar("Result")

GRID: dict[Quality, int] = {"low": 128, "high": 256}
"""Points a side at which the density is asked for: 256 is its authors' choice, and takes eight times as long."""

SHARE = 0.85
"""Of the picture's side that the object takes."""
GRAY = 0.5
"""Around the object: it was trained so."""

ROUGHNESS = 0.7


class TripoSR:
    """ImageToMesh, with the weights in `folder`, which stay loaded in the process (1.7 GB). Equal calls give equal
    bytes on the same machine, whatever the seed: nothing here is drawn by lot."""

    name = "triposr"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def available(self) -> tuple[bool, str]:
        return available.triposr(self._folder)

    def mesh_of_picture(self, picture: Path, options: MeshOptions, context: Context) -> MeshResult:
        well, reason = self.available()
        if not well:
            raise EngineUnavailable(f"TripoSR can't work here: {reason}")
        pixels = read_picture(picture)
        checkpoint()
        found = find_foreground(pixels)
        checkpoint()
        surface, colors, device = _told(lambda: self._reconstructed(pixels, found.mask, GRID[options.quality]))
        metadata = {
            "engine": self.name, "foreground": found.found_by, "device": device, "seed": options.seed,
            "quality": options.quality, "triangles": len(surface.triangles), "size_m": HEIGHT_M,
        }  # fmt: skip
        path = context.folder / "model.glb"
        _write(path, surface, _linear(colors), metadata, colored=options.texture)
        return MeshResult(path.read_bytes(), metadata)

    def _reconstructed(self, pixels: UInt8, mask: Float32, side: int) -> tuple[Surface, Float32, str]:
        """The surface, its points' sRGB colours, and what the network ran on."""
        import torch

        from renderer.generate.triposr.field import Field
        from renderer.generate.triposr.network import picture_tokens, planes

        config, weights, device = _loaded(self._folder)
        torch.set_num_threads(usable_cores())
        with torch.inference_mode():
            given = torch.from_numpy(prepared(pixels, mask, config.picture_side)).permute(2, 0, 1).to(device)
            made = planes(weights, picture_tokens(weights, given), config.heads)
            field = Field(weights, made, config.density_bias)
            surface = find_surface(field.densities(side))
            checkpoint()
            return surface, field.colors(surface.points), device


@functools.lru_cache(maxsize=1)
def _loaded(folder: Path) -> tuple[Config, Weights, str]:
    """With what the network runs on."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    return Config.read(folder), Weights.read(folder, device), device


def _told(work: Callable[[], Result]) -> Result:
    """torch tells of memory that it lacks, and of shapes that don't fit, by RuntimeError."""
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        raise EngineFailed(f"TripoSR broke off: {str(error).partition(chr(10))[0][:200] or 'out of memory'}") from error


def prepared(pixels: UInt8, mask: Float32, side: int) -> Float32:
    """The object of an sRGB picture (h, w, 4) as the network wants to see it: (side, side, 3) from 0 to 1."""
    rows, columns = (np.flatnonzero((mask > 0.5).any(axis=axis)) for axis in (1, 0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    whole = round(max(height, width) / SHARE)
    alpha = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, None]
    color = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, :3].astype(np.float32) / 255
    square = np.full((whole, whole, 3), GRAY, np.float32)
    top, left = (whole - height) // 2, (whole - width) // 2
    square[top : top + height, left : left + width] = color * alpha + GRAY * (1 - alpha)
    channels = [
        PIL.Image.fromarray(square[..., channel]).resize((side, side), PIL.Image.Resampling.BILINEAR)
        for channel in range(3)
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1).astype(np.float32)


def _linear(colors: Float32) -> Float32:
    """sRGB's transfer function (IEC 61966-2-1), undone."""
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32)


def _write(path: Path, surface: Surface, colors: Float32, metadata: dict[str, Any], *, colored: bool) -> None:
    builder = GltfBuilder("Pirouette")
    builder.gltf.asset.extras = metadata
    attributes = pygltflib.Attributes(
        POSITION=builder.add_vertices(_placed(surface.points), bounded=True),
        NORMAL=builder.add_vertices(_turned(surface.normals).astype(np.float32)),
    )
    look = pygltflib.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=ROUGHNESS)
    if colored:
        attributes.COLOR_0 = builder.add_vertices(_with_alpha(colors))
    else:
        look.baseColorFactor = [*map(float, colors.mean(axis=0)), 1.0]
    material = builder.add(pygltflib.Material(name="surface", pbrMetallicRoughness=look))
    primitive = pygltflib.Primitive(
        attributes=attributes, indices=builder.add_indices(surface.triangles), material=material
    )
    mesh = builder.add(pygltflib.Mesh(name="model", primitives=[primitive]))
    node = builder.add(pygltflib.Node(name="model", mesh=mesh))
    write_glb(path, builder.document([node]), [builder.binary])


def _turned(vectors: Float64) -> Float64:
    """TripoSR's z points up and its x to where the picture was taken from; glTF's are y and z."""
    return vectors[:, [1, 2, 0]]


def _placed(points: Float64) -> Float32:
    """On the ground, in metres."""
    turned = _turned(points)
    low, high = turned.min(axis=0), turned.max(axis=0)
    middle = [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2]
    scale = HEIGHT_M / float((high - low)[:2].max())
    placed: Float32 = ((turned - middle) * scale).astype(np.float32)
    return placed


def _with_alpha(colors: Float32) -> UInt16:
    """As glTF stores colours in 16 bits: with a fourth number, so that each vertex begins at a multiple of 4 bytes."""
    opaque = np.concatenate([colors, np.ones((len(colors), 1), np.float32)], axis=1)
    return np.round(opaque * 65535).astype(np.uint16)
