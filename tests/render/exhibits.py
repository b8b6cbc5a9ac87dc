"""Small models for pictures: four balls or four signs in a square, each with a material of its own, as glTF JSON."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from renderer.arrays import Float64, UInt8
from tests.renderer.load.glb_builder import GlbBuilder, Json, encoded

PLACES = ((-0.56, 0.56), (0.56, 0.56), (-0.56, -0.56), (0.56, -0.56))
"""Centres (x, y) of the four exhibits: top left, top right, bottom left, bottom right."""


class Exhibit(GlbBuilder):
    """A model under construction, with shapes ready to use. Textures get the indices of their order."""

    def material(self, material: Json) -> int:
        return self.add("materials", material)

    def picture(self, pixels: UInt8) -> int:
        """A texture of (h, w, 3 or 4) pixels."""
        return self.add_texture(encoded(Image.fromarray(pixels)))

    def ball(self, material: int, radius: float = 0.5, rings: int = 24) -> int:
        """A mesh: a sphere that shows a texture once in front and once behind."""
        down, across = np.linspace(0, np.pi, rings + 1), np.linspace(-np.pi, np.pi, 2 * rings + 1)
        polar, around = np.meshgrid(down, across, indexing="ij")
        normals = np.stack([np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], axis=-1)
        uvs = np.stack([around / np.pi + 0.5, polar / np.pi], axis=-1)
        return self.grid(normals * radius, normals, uvs, material)

    def sign(self, material: int, size: float = 1.0) -> int:
        """A mesh: a square that faces +z, texture coordinates (0, 0) at its top left."""
        x, y = np.meshgrid(np.linspace(-0.5, 0.5, 2), np.linspace(0.5, -0.5, 2))
        places = np.stack([x * size, y * size, np.zeros_like(x)], axis=-1)
        normals = np.broadcast_to([0.0, 0.0, 1.0], places.shape)
        return self.grid(places, normals, np.stack([x + 0.5, 0.5 - y], axis=-1), material)

    def grid(self, places: Float64, normals: Float64, uvs: Float64, material: int, **attributes: int) -> int:
        """A mesh from (rows, columns, 3 or 2) arrays: rows run down and columns to the right, seen from outside."""
        attributes |= {
            "POSITION": self.add_accessor(places.reshape(-1, 3)),
            "NORMAL": self.add_accessor(normals.reshape(-1, 3)),
            "TEXCOORD_0": self.add_accessor(uvs.reshape(-1, 2)),
        }
        return self.add_mesh({"attributes": attributes, "material": material,
                              "indices": self.add_accessor(grid_triangles(*places.shape[:2]), "uint16")})

    def add_clip(self, name: str, *channels: tuple[int, str, str, npt.ArrayLike, npt.ArrayLike]) -> None:
        """An animation of (node, path, interpolation, times, values) each."""
        clip: Json = {"name": name, "channels": [], "samplers": []}
        for index, (node, path, interpolation, times, values) in enumerate(channels):
            clip["channels"].append({"sampler": index, "target": {"node": node, "path": path}})
            rows = np.asarray(values)
            keys = {"input": self.add_accessor(times), "interpolation": interpolation,
                    "output": self.add_accessor(rows[:, 0] if rows.shape[1] == 1 else rows)}
            clip["samplers"].append(keys)
        self.add("animations", clip)

    def finished(self) -> bytes:
        """The GLB, with the extensions that it uses declared."""
        if names := sorted(_extensions(self.document)):
            self.document["extensionsUsed"] = names
        return self.glb()


def grid_triangles(rows: int, columns: int) -> npt.NDArray[np.uint16]:
    """Indices of two triangles for each cell of a grid of vertices."""
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    corners = [first, first + columns, first + columns + 1, first, first + columns + 1, first + 1]
    return np.stack(corners, axis=1).reshape(-1).astype(np.uint16)


def balls(*materials: Json, pictures: Sequence[UInt8] = (), panel: bool = False) -> bytes:
    """Four balls in a square; `panel` puts a striped wall behind them."""
    exhibit = _with_pictures(pictures)
    for (x, y), material in zip(PLACES, materials, strict=True):
        exhibit.show(exhibit.ball(exhibit.material(material)), translation=[x, y, 0])
    if panel:
        _add_panel(exhibit)
    return exhibit.finished()


def signs(
    *materials: Json, pictures: Sequence[UInt8] = (), panel: bool = False, turned: bool = False,
    samplers: Sequence[Json] = (),
) -> bytes:
    """Four square signs; `turned` shows the backs of the right ones. Sampler i, if any, belongs to picture i."""
    exhibit = _with_pictures(pictures, samplers)
    for index, ((x, y), material) in enumerate(zip(PLACES, materials, strict=True)):
        facing: Json = {"rotation": [0, 1, 0, 0]} if turned and index % 2 else {}
        exhibit.show(exhibit.sign(exhibit.material(material)), translation=[x, y, 0], **facing)
    if panel:
        _add_panel(exhibit)
    return exhibit.finished()


def _with_pictures(pictures: Sequence[UInt8], samplers: Sequence[Json] = ()) -> Exhibit:
    exhibit = Exhibit()
    for index, pixels in enumerate(pictures):
        texture = exhibit.picture(pixels)
        if samplers:
            exhibit.document["textures"][texture]["sampler"] = exhibit.add("samplers", samplers[index])
    return exhibit


def _add_panel(exhibit: Exhibit) -> None:
    stripes = exhibit.picture(checker(12, (226, 200, 150), (60, 74, 96)))
    wall = {"pbrMetallicRoughness": {"baseColorTexture": {"index": stripes}, "metallicFactor": 0}}
    exhibit.show(exhibit.sign(exhibit.material(wall), size=2.2), translation=[0, 0, -0.75])


def _extensions(value: object) -> set[str]:
    if isinstance(value, dict):
        own = set(value.get("extensions", ()))
        return own.union(*(_extensions(inner) for inner in value.values()))
    return set[str]().union(*(_extensions(inner) for inner in value)) if isinstance(value, list) else set()


def checker(cells: int, *colors: tuple[int, ...], size: int = 96) -> UInt8:
    """A chequered picture (size, size, channels) of `cells` x `cells`."""
    index = np.arange(size) * cells // size
    return np.asarray(np.array(colors, np.uint8)[(index[:, None] + index) % len(colors)])


def chart(size: int = 64) -> UInt8:
    """A picture (size, size, 3) that shows which way up it is: red, green, blue and grey corners, and a dark arrow that
    points to its top right."""
    half = size // 2
    pixels = np.empty((size, size, 3), np.uint8)
    pixels[:half, :half], pixels[:half, half:] = (214, 62, 50), (88, 176, 76)
    pixels[half:, :half], pixels[half:, half:] = (52, 96, 196), (168, 168, 168)
    y, x = np.mgrid[:size, :size] / size
    shaft = (np.abs(x + y - 1) < 0.07) & (x > 0.2) & (x < 0.7)
    head = (x < 0.8) & (y > 0.2) & (x - y > 0.2)
    pixels[shaft | head] = (24, 24, 28)
    return pixels


def studs(size: int = 64) -> UInt8:
    """A normal map (size, size, 3) of four domes; +Y of the tangent space is up in the picture."""
    y, x = np.mgrid[:size, :size] * 4.0 / size % 2 - 1 + 2.0 / size
    inside = x * x + y * y < 0.8
    slope = np.where(inside, 1.0, 0.0)[..., None] * np.stack([x, -y], axis=-1) * 0.8
    up = np.sqrt(1 - (slope**2).sum(axis=-1, keepdims=True))
    return np.asarray(np.round((np.concatenate([slope, up], axis=-1) * 0.5 + 0.5) * 255), np.uint8)


def ramp(*channels: tuple[int, int], size: int = 64) -> UInt8:
    """A picture (size, size, 3): red and blue run to the right, green runs down, each between its ends."""
    along = np.linspace(0.0, 1.0, size)
    x, y = np.meshgrid(along, along)
    runs = [start + (end - start) * (x, y)[index % 2] for index, (start, end) in enumerate(channels)]
    return np.asarray(np.round(np.stack(runs, axis=-1)), np.uint8)
