"""Parts as one binary glTF 2.0 file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib

from renderer.arrays import Float32, Float64
from renderer.generate.shapes.finishes import MATERIALS
from renderer.generate.shapes.parts import Finish, Part
from renderer.generate.shapes.structures import Detail
from renderer.generate.shapes.textures import draw_color, draw_surface
from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import write_glb

GLOW = 1.3
"""How bright a glowing surface is beside what it reflects: brighter ones lose their hue in the tone mapping."""

_LEAST_TILE = 0.25
"""The least share of a model's extent that a texture covers: on a ring, true grain would be finer than a pixel; and on
a castle nobody would see the repetition, but everybody would see noise."""
_COAT_ROUGHNESS = 0.04


def write_parts(
    path: Path, parts: Sequence[Part], extras: Mapping[str, Any], *, texture_size: int | None, seed: int
) -> None:
    """Writes a node for each role, its primitives by finish. `extras` go into the asset.

    Textures are `texture_size` pixels a side; None writes factors only. Equal arguments give equal bytes.
    """
    lows, highs = zip(
        *((part.mesh.positions.min(axis=0), part.mesh.positions.max(axis=0)) for part in parts), strict=True,
    )
    extent = float((np.max(highs, axis=0) - np.min(lows, axis=0)).max())
    file = _File(texture_size, seed, extent)
    roles = dict.fromkeys(part.role for part in parts)
    roots = [file.add_node(role, [part for part in parts if part.role == role]) for role in roles]
    document = file.builder.document(roots)
    document["asset"]["extras"] = dict(extras)
    write_glb(path, document, [file.builder.binary])


class _File:
    """Finishes and their textures are written once."""

    def __init__(self, texture_size: int | None, seed: int, extent: float) -> None:
        self.builder = GltfBuilder("Pirouette procedural shapes")
        self._texture_size = texture_size
        self._seed = seed
        self._extent = extent
        self._materials: dict[Finish, int] = {}
        self._surfaces: dict[str, tuple[Detail, int, int]] = {}
        self._sampler: int | None = None

    def add_node(self, role: str, parts: Sequence[Part]) -> int:
        primitives = [self._primitive(part) for part in parts]
        mesh = self.builder.add(pygltflib.Mesh(name=role, primitives=primitives))
        return self.builder.add(pygltflib.Node(name=role, mesh=mesh))

    def _primitive(self, part: Part) -> pygltflib.Primitive:
        attributes = pygltflib.Attributes(
            POSITION=self.builder.add_vertices(_float32(part.mesh.positions), bounded=True),
            NORMAL=self.builder.add_vertices(_float32(part.mesh.normals)),
        )
        if self._texture_size:
            mesh = part.mesh.with_uvs(part.mesh.uvs / self._repeat(part))
            attributes.TEXCOORD_0 = self.builder.add_vertices(_float32(mesh.uvs))
            attributes.TANGENT = self.builder.add_vertices(_float32(mesh.tangents()))
        return pygltflib.Primitive(
            attributes=attributes,
            indices=self.builder.add_indices(part.mesh.triangles),
            material=self._material(part.finish),
        )

    def _repeat(self, part: Part) -> float:
        """After how many metres the part's textures repeat: a whole number of times round its girth."""
        real = MATERIALS[part.finish.material].tile
        repeat = min(max(real, _LEAST_TILE * self._extent), self._extent)
        return part.girth / max(round(part.girth / repeat), 1) if part.girth else repeat

    def _material(self, finish: Finish) -> int:
        if finish not in self._materials:
            self._materials[finish] = self.builder.add(self._made(finish))
        return self._materials[finish]

    def _made(self, finish: Finish) -> pygltflib.Material:
        material = MATERIALS[finish.material]
        color = finish.color or material.color
        entry = pygltflib.Material(name=finish.material, extensions={})
        if self._texture_size:
            entry.pbrMetallicRoughness = self._textured(entry, finish)
        else:
            entry.pbrMetallicRoughness = pygltflib.PbrMetallicRoughness(
                baseColorFactor=(*color, 1.0), metallicFactor=material.metallic, roughnessFactor=material.roughness
            )
        if finish.glowing:
            entry.emissiveFactor = color
            entry.extensions["KHR_materials_emissive_strength"] = {"emissiveStrength": GLOW}
        elif material.emission > 0:
            entry.emissiveFactor = [level * material.emission for level in color]
        elif material.transmission > 0:
            entry.extensions["KHR_materials_transmission"] = {"transmissionFactor": material.transmission}
        if material.coat > 0:
            entry.extensions["KHR_materials_clearcoat"] = {
                "clearcoatFactor": material.coat, "clearcoatRoughnessFactor": _COAT_ROUGHNESS,
            }  # fmt: skip
        return entry

    def _textured(self, entry: pygltflib.Material, finish: Finish) -> pygltflib.PbrMetallicRoughness:
        detail, surface, relief = self._surface(finish.material)
        color = self._texture(draw_color(finish, detail, self._seed), f"{finish.material} colour")
        entry.normalTexture = pygltflib.NormalMaterialTexture(index=relief)
        entry.occlusionTexture = pygltflib.OcclusionTextureInfo(index=surface)
        return pygltflib.PbrMetallicRoughness(
            baseColorTexture=pygltflib.TextureInfo(index=color),
            metallicRoughnessTexture=pygltflib.TextureInfo(index=surface),
        )

    def _surface(self, name: str) -> tuple[Detail, int, int]:
        if name not in self._surfaces:
            drawn = draw_surface(name, self._texture_size or 0, self._seed)
            self._surfaces[name] = (
                drawn.detail,
                self._texture(drawn.orm_map, f"{name} surface"),
                self._texture(drawn.normal_map, f"{name} relief"),
            )
        return self._surfaces[name]

    def _texture(self, data: bytes, name: str) -> int:
        if self._sampler is None:
            self._sampler = self.builder.add(pygltflib.Sampler(
                magFilter=pygltflib.LINEAR, minFilter=pygltflib.LINEAR_MIPMAP_LINEAR
            ))  # fmt: skip
        image = self.builder.add_image(data, name)
        return self.builder.add(pygltflib.Texture(sampler=self._sampler, source=image))


def _float32(values: Float64) -> Float32:
    return values.astype(np.float32)
