"""glTF materials: metallic-roughness factors and textures (glTF 2.0, section 3.9), unlit and emissive strength, and
which of a model's variants is shown. The layers that extensions add are read by `renderer.load.layers`."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from renderer.errors import SettingsError
from renderer.load import layers, topology
from renderer.load.fields import Fields, clamped
from renderer.load.specular_glossiness import with_specular_glossiness
from renderer.load.textures import Textures
from renderer.scene.nodes import AlphaMode, Image, Material, TextureRef

VARIANTS = "KHR_materials_variants"
INK = Material(base_color_factor=(0.1, 0.1, 0.1, 1.0), metallic_factor=0.0)
"""Of lines and points without material and colours. glTF's white would not be seen on white paper; this grey is seen on
black, too."""

_INK = -1  # instead of the index of a material of the file

EMISSIVE_STRENGTH = 1e6  # the largest accepted: half-float targets end at 65504 anyway


class Materials:
    """Reads the materials that primitives ask for, each once; `used` becomes `Scene.materials`, `variants` Scene's.

    `texcoords` has for each of `used` the highest texture coordinate set that it needs, -1 if it needs none.
    """

    def __init__(self, root: Fields, textures: Textures, variant: str | None, with_looks: bool) -> None:
        self._fields = root.children("materials")
        self.variants = _variant_names(root)
        self._variant = None if variant is None else _variant_index(self.variants, variant)
        self._with_looks = with_looks
        self._textures = textures
        self._indices: dict[int | None, int] = {}
        self.used: list[Material] = []
        self.texcoords: list[int] = []

    def use(self, primitive: Fields) -> int:
        """The index in `used` of the material of `primitive`: glTF's default material, or INK, where it names none."""
        index = None if self._variant is None else self._mapped(primitive).get(self._variant)
        index = primitive.optional_index("material", len(self._fields)) if index is None else index
        thin = primitive.choice("mode", topology.MODES, topology.TRIANGLES) < topology.TRIANGLES
        bare = index is None and not primitive.required_child("attributes").has("COLOR_0")
        return self._place(_INK if thin and bare else index)

    def looks(self, primitive: Fields) -> dict[int, int]:
        """The indices in `used` of the materials that variants give to `primitive`, by the variants' numbers; none
        where they aren't asked for."""
        mapped = self._mapped(primitive) if self._with_looks else {}
        return {variant: self._place(index) for variant, index in mapped.items()}

    def _place(self, index: int | None) -> int:
        """The index in `used` of the file's material `index`."""
        if index not in self._indices:
            if index is None:
                material = Material()
            else:
                material = INK if index == _INK else _read_material(self._fields[index], self._textures)
            self._indices[index] = len(self.used)
            self.used.append(material)
            self.texcoords.append(_highest_texcoord(material))
        return self._indices[index]

    @property
    def indices(self) -> dict[int, int]:
        """The indices in `used`, by the file's own."""
        return {index: place for index, place in self._indices.items() if index not in (None, _INK)}

    def _mapped(self, primitive: Fields) -> dict[int, int]:
        """The file's materials that variants give to `primitive`, by the variants' numbers."""
        found: dict[int, int] = {}
        extension = primitive.extension(VARIANTS)
        for mapping in [] if extension is None else extension.children("mappings"):
            for variant in mapping.indices("variants", len(self.variants)):
                found.setdefault(variant, mapping.index("material", len(self._fields)))
        return found


def without_missing(material: Material, images: Sequence[Image | None]) -> Material:
    """The material without textures whose image is None; those that stay index the others.

    Factors then count for the whole surface, as in viewers; but without its map nothing glows, since files have white
    as the factor beside it.
    """
    kept = [index for index, image in enumerate(images) if image is not None]
    left: Material = _replaced(material, {index: place for place, index in enumerate(kept)})
    if material.emissive_texture is not None and left.emissive_texture is None:
        left.emissive_factor = (0.0, 0.0, 0.0)
    return left


def _replaced(owner: Any, places: Mapping[int, int]) -> Any:
    """A material, or one of its layers, whose textures show the images at `places`, by their indices so far."""
    changed: dict[str, Any] = {}
    for field in dataclasses.fields(owner):
        value = getattr(owner, field.name)
        if isinstance(value, TextureRef):
            place = places.get(value.image)
            changed[field.name] = None if place is None else dataclasses.replace(value, image=place)
        elif dataclasses.is_dataclass(value):
            changed[field.name] = _replaced(value, places)
    return dataclasses.replace(owner, **changed)


def _highest_texcoord(material: Material) -> int:
    needed = [reference.texcoord for reference in _references(material)]
    tangents = tangent_texcoord(material)
    return max(needed + ([] if tangents is None else [tangents]), default=-1)


def tangent_texcoord(material: Material) -> int | None:
    """The texture coordinate set that tangents are made from; None where the material needs no tangents."""
    if material.unlit:
        return None
    coat, brushed = material.clearcoat, material.anisotropy
    maps = (
        material.normal_texture,
        None if coat is None else coat.normal_texture,
        None if brushed is None else brushed.texture,
    )
    found = next((reference.texcoord for reference in maps if reference is not None), None)
    return 0 if found is None and brushed is not None else found


def _references(owner: Any) -> Iterator[TextureRef]:
    """All textures of a material or of one of its layers."""
    for field in dataclasses.fields(owner):
        value = getattr(owner, field.name)
        if isinstance(value, TextureRef):
            yield value
        elif dataclasses.is_dataclass(value):
            yield from _references(value)


def _variant_names(root: Fields) -> list[str]:
    extension = root.extension(VARIANTS)
    return [] if extension is None else [fields.name() for fields in extension.children("variants")]


def _variant_index(names: list[str], wanted: str) -> int:
    if wanted in names:
        return names.index(wanted)
    known = ", ".join(f'"{name[:40]}"' for name in names[:10])
    raise SettingsError("material_variant", f'the model has no material variant "{wanted}"; it has {known or "none"}')


def _read_material(fields: Fields, textures: Textures) -> Material:
    pbr = fields.child("pbrMetallicRoughness") or Fields({}, f"{fields.path}.pbrMetallicRoughness")
    normal, occlusion = fields.child("normalTexture"), fields.child("occlusionTexture")
    strength = fields.extension("KHR_materials_emissive_strength")
    emission = 1.0 if strength is None else strength.number("emissiveStrength", 1.0, low=0, high=EMISSIVE_STRENGTH)
    r, g, b = clamped(fields, "emissiveFactor", (0.0, 0.0, 0.0))
    glow = textures.reference(fields, "emissiveTexture")
    if glow is None and fields.has("emissiveTexture"):
        emission = 0.0  # as in `without_missing`
    red, green, blue, alpha = clamped(pbr, "baseColorFactor", (1.0, 1.0, 1.0, 1.0))
    material = Material(
        name=fields.name(),
        base_color_factor=(red, green, blue, alpha),
        base_color_texture=textures.reference(pbr, "baseColorTexture"),
        metallic_factor=pbr.number("metallicFactor", 1.0, low=0, high=1),
        roughness_factor=pbr.number("roughnessFactor", 1.0, low=0, high=1),
        metallic_roughness_texture=textures.reference(pbr, "metallicRoughnessTexture"),
        normal_texture=textures.reference(fields, "normalTexture"),
        normal_scale=1.0 if normal is None else normal.number("scale", 1.0),
        occlusion_texture=textures.reference(fields, "occlusionTexture"),
        occlusion_strength=1.0 if occlusion is None else occlusion.number("strength", 1.0, low=0, high=1),
        emissive_factor=(r * emission, g * emission, b * emission),
        emissive_texture=glow,
        alpha_mode=_alpha_mode(fields),
        alpha_cutoff=fields.number("alphaCutoff", 0.5, low=0, high=1e6),
        double_sided=fields.boolean("doubleSided", False),
        unlit=fields.extension("KHR_materials_unlit") is not None,
        ior=layers.read_ior(fields),
        specular=layers.read_specular(fields, textures),
        clearcoat=layers.read_clearcoat(fields, textures),
        sheen=layers.read_sheen(fields, textures),
        anisotropy=layers.read_anisotropy(fields, textures),
        iridescence=layers.read_iridescence(fields, textures),
        transmission=layers.read_transmission(fields, textures),
        volume=layers.read_volume(fields, textures),
        diffuse_transmission=layers.read_diffuse_transmission(fields, textures),
    )
    return with_specular_glossiness(material, fields, textures)


def _alpha_mode(fields: Fields) -> AlphaMode:
    try:
        return AlphaMode(fields.string("alphaMode", "OPAQUE"))
    except ValueError:
        raise fields.wrong("alphaMode", "OPAQUE, MASK or BLEND") from None
