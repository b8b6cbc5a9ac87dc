"""Sets of texture coordinates: one for each way in which a material's textures lie.

USD could move textures itself (UsdTransform2d), but AR Quick Look does so in another order than its specification says.
So coordinates are written as they are when KHR_texture_transform has moved them.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from renderer.arrays import Float32
from renderer.scene.nodes import Material, Primitive, TextureRef


@dataclasses.dataclass(frozen=True, slots=True)
class Coordinates:
    """glTF's set of that number, as `TextureRef` moves it."""

    texcoord: int
    transform: tuple[float, ...]
    """The rows of `TextureRef.transform`, one after the other."""

    @classmethod
    def of(cls, reference: TextureRef) -> "Coordinates":
        return cls(reference.texcoord, tuple(reference.transform.ravel().tolist()))

    def st(self, primitive: Primitive) -> Float32:
        """(n, 2): with v pointing up, as USD has it."""
        matrix = np.array(self.transform).reshape(3, 3)
        moved = primitive.texcoords[self.texcoord] @ matrix[:2, :2].T + matrix[:2, 2]
        return np.column_stack((moved[:, 0], 1.0 - moved[:, 1])).astype(np.float32)


def st_name(number: int) -> str:
    """The primvar of a set. "st" is the one that all viewers know."""
    return f"st{number}" if number else "st"


def sets_of(material: Material) -> dict[Coordinates, str]:
    """The sets that the material needs, and their primvars."""
    found: dict[Coordinates, str] = {}
    for reference in _references(material):
        found.setdefault(Coordinates.of(reference), st_name(len(found)))
    return found


def _references(material: Material) -> Iterator[TextureRef]:
    """Of the textures that are written, the base colour's first."""
    coat = material.clearcoat
    surface = (
        material.metallic_roughness_texture, material.glossiness_texture, material.normal_texture,
        material.occlusion_texture, material.emissive_texture,
        None if coat is None else coat.texture, None if coat is None else coat.roughness_texture,
    )  # fmt: skip
    used = (material.base_color_texture, *(() if material.unlit else surface))
    return (reference for reference in used if reference is not None)
