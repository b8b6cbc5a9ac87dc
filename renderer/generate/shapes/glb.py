"""Parts as one binary glTF 2.0 file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib

from renderer.arrays import Float32, Float64
from renderer.generate.shapes.finishes import MATERIALS
from renderer.generate.shapes.parts import Finish, Part
from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import write_glb

GLOW = 2.5
"""How many times as bright as white paper in the studio a glowing surface is: it shines, and keeps its hue."""


def write_parts(
    path: Path, parts: Sequence[Part], extras: Mapping[str, Any], *, texture_size: int | None, seed: int
) -> None:
    """Writes a node for each role, its primitives by finish. `extras` go into the asset.

    Textures are `texture_size` pixels a side; None writes factors only. Equal arguments give equal bytes.
    """
    file = _File(texture_size, seed)
    roles = dict.fromkeys(part.role for part in parts)
    roots = [file.add_node(role, [part for part in parts if part.role == role]) for role in roles]
    document = file.builder.document(roots)
    document["asset"]["extras"] = dict(extras)
    write_glb(path, document, [file.builder.binary])


class _File:
    def __init__(self, texture_size: int | None, seed: int) -> None:
        self.builder = GltfBuilder("Pirouette procedural shapes")
        self._texture_size = texture_size
        self._seed = seed
        self._materials: dict[Finish, int] = {}

    def add_node(self, role: str, parts: Sequence[Part]) -> int:
        primitives = [self._primitive(part) for part in parts]
        mesh = self.builder.add(pygltflib.Mesh(name=role, primitives=primitives))
        return self.builder.add(pygltflib.Node(name=role, mesh=mesh))

    def _primitive(self, part: Part) -> pygltflib.Primitive:
        attributes = pygltflib.Attributes(
            POSITION=self.builder.add_vertices(_float32(part.mesh.positions), bounded=True),
            NORMAL=self.builder.add_vertices(_float32(part.mesh.normals)),
        )
        return pygltflib.Primitive(
            attributes=attributes,
            indices=self.builder.add_indices(part.mesh.triangles),
            material=self._material(part.finish),
        )

    def _material(self, finish: Finish) -> int:
        if finish not in self._materials:
            material = MATERIALS[finish.material]
            color = finish.color or material.color
            surface = pygltflib.PbrMetallicRoughness(
                baseColorFactor=(*color, 1.0), metallicFactor=material.metallic, roughnessFactor=material.roughness
            )
            entry = pygltflib.Material(name=finish.material, pbrMetallicRoughness=surface)
            if finish.glowing:
                entry.emissiveFactor = color
                entry.extensions = {"KHR_materials_emissive_strength": {"emissiveStrength": GLOW}}
            self._materials[finish] = self.builder.add(entry)
        return self._materials[finish]


def _float32(values: Float64) -> Float32:
    return values.astype(np.float32)
