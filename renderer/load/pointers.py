"""KHR_animation_pointer: which property of a node or a material the JSON pointer of an animation channel names."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from renderer.load.fields import Fields
from renderer.scene.nodes import Material, Path

NAME = "KHR_animation_pointer"
VISIBLE = "extensions/KHR_node_visibility/visible"

NODE_PROPERTIES: dict[str, Path] = {
    "translation": "translation", "rotation": "rotation", "scale": "scale", "weights": "weights", VISIBLE: "visible",
}

MATERIAL_PROPERTIES: dict[str, tuple[str, int]] = {
    "pbrMetallicRoughness/baseColorFactor": ("base_color_factor", 4),
    "pbrMetallicRoughness/metallicFactor": ("metallic_factor", 1),
    "pbrMetallicRoughness/roughnessFactor": ("roughness_factor", 1),
    "emissiveFactor": ("emissive_factor", 3),
    "occlusionTexture/strength": ("occlusion_strength", 1),
    "alphaCutoff": ("alpha_cutoff", 1),
    "extensions/KHR_materials_anisotropy/anisotropyStrength": ("anisotropy.strength", 1),
    "extensions/KHR_materials_clearcoat/clearcoatFactor": ("clearcoat.factor", 1),
    "extensions/KHR_materials_clearcoat/clearcoatRoughnessFactor": ("clearcoat.roughness_factor", 1),
    "extensions/KHR_materials_iridescence/iridescenceFactor": ("iridescence.factor", 1),
    "extensions/KHR_materials_sheen/sheenColorFactor": ("sheen.color_factor", 3),
    "extensions/KHR_materials_sheen/sheenRoughnessFactor": ("sheen.roughness_factor", 1),
    "extensions/KHR_materials_transmission/transmissionFactor": ("transmission.factor", 1),
}
"""Attributes of `Material`, or of one of its layers, and their widths. They are uniforms: changing them is free."""

_TEXTURES = {
    "pbrMetallicRoughness/baseColorTexture": "base_color_texture",
    "pbrMetallicRoughness/metallicRoughnessTexture": "metallic_roughness_texture",
    "normalTexture": "normal_texture",
    "occlusionTexture": "occlusion_texture",
    "emissiveTexture": "emissive_texture",
    "extensions/KHR_materials_clearcoat/clearcoatNormalTexture": "clearcoat.normal_texture",
    "extensions/KHR_materials_transmission/transmissionTexture": "transmission.texture",
}

TRANSFORMS: dict[str, tuple[str, int]] = {
    f"{texture}/extensions/KHR_texture_transform/{name}": (f"{attribute}.{name}", width)
    for texture, attribute in _TEXTURES.items() for name, width in (("offset", 2), ("rotation", 1), ("scale", 2))
}  # fmt: skip
"""Texture transforms. For these the texture coordinates of all vertices are written anew for every frame."""

_POINTER = re.compile(r"/(nodes|materials)/(0|[1-9]\d{0,8})/(.+)")


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """The property that a channel animates. `index` is a node's, or for path "material" one into `Scene.materials`.

    `width` is how many numbers a value of a material's property has; `factor` multiplies the file's values.
    """

    index: int
    path: Path
    attribute: str = ""
    width: int = 0
    factor: float = 1.0


def pointed_at(target: Fields, root: Fields, used: Mapping[int, int], materials: list[Material]) -> Target | None:
    """What the pointer of a channel's `target` names; None for what is not drawn or can't be animated here.

    `used` has the indices into `materials` of the file's materials.
    """
    match = _POINTER.fullmatch(_pointer(target))
    if match is None:
        return None
    owner, index, name = match[1], int(match[2]), match[3]
    if owner == "nodes":
        path = NODE_PROPERTIES.get(name)
        return Target(index, path) if path and index < len(root.children("nodes")) else None
    attribute, width = (MATERIAL_PROPERTIES | TRANSFORMS).get(name, ("", 0))
    if not attribute or index not in used:
        return None
    owner_of: Any = materials[used[index]]
    for layer in attribute.split(".")[:-1]:
        if (owner_of := getattr(owner_of, layer)) is None:
            return None
    factor = 1.0
    if attribute == "emissive_factor":
        strength = root.children("materials")[index].extension("KHR_materials_emissive_strength")
        factor = 1.0 if strength is None else strength.number("emissiveStrength", 1.0)
    return Target(used[index], "material", attribute, width, factor)


def shown_at_times(root: Fields) -> set[int]:
    """The nodes whose visibility any animation changes."""
    targets = (channel.child("target") for clip in root.children("animations") for channel in clip.children("channels"))
    matches = (_POINTER.fullmatch(_pointer(target)) for target in targets if target is not None)
    return {int(match[2]) for match in matches if match is not None and (match[1], match[3]) == ("nodes", VISIBLE)}


def _pointer(target: Fields) -> str:
    extension = target.extension(NAME)
    return "" if extension is None else extension.string("pointer")
