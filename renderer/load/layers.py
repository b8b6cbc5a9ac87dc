"""The layers that glTF's material extensions (KHR_materials_*) put on a surface: factors and textures, checked.

A layer whose factors make it invisible is None, so that no later stage pays for it. Colours and weights outside 0..1
are refused where the extensions' schemas refuse them.
"""

import math

from renderer.load.fields import LARGEST_NUMBER, Fields
from renderer.load.textures import Textures
from renderer.scene.nodes import (
    Anisotropy,
    Clearcoat,
    DiffuseTransmission,
    Iridescence,
    Sheen,
    Specular,
    Transmission,
    Volume,
)

LARGEST = 1e6
"""The largest value of factors for which the extensions state no maximum."""

SHORTEST = 1e-30
"""Metres, of an attenuation distance: the absorption over a shorter one would overflow a float32."""


def read_ior(material: Fields) -> float:
    """KHR_materials_ior: at least 1, or 0 for a surface that reflects everything."""
    fields = material.extension("KHR_materials_ior")
    if fields is None:
        return 1.5
    ior = fields.number("ior", 1.5)
    if ior != 0 and not 1 <= ior <= LARGEST:
        raise fields.wrong("ior", f"0, or a number from 1 to {LARGEST:g}")
    return ior


def read_specular(material: Fields, textures: Textures) -> Specular | None:
    fields = material.extension("KHR_materials_specular")
    if fields is None:
        return None
    return Specular(
        factor=fields.number("specularFactor", 1.0, low=0, high=1),
        texture=textures.reference(fields, "specularTexture"),
        color_factor=_color(fields, "specularColorFactor", (1.0, 1.0, 1.0), high=LARGEST),
        color_texture=textures.reference(fields, "specularColorTexture"),
    )


def read_clearcoat(material: Fields, textures: Textures) -> Clearcoat | None:
    fields = material.extension("KHR_materials_clearcoat")
    if fields is None:
        return None
    normal = fields.child("clearcoatNormalTexture")
    layer = Clearcoat(
        factor=fields.number("clearcoatFactor", 0.0, low=0, high=1),
        texture=textures.reference(fields, "clearcoatTexture"),
        roughness_factor=fields.number("clearcoatRoughnessFactor", 0.0, low=0, high=1),
        roughness_texture=textures.reference(fields, "clearcoatRoughnessTexture"),
        normal_texture=textures.reference(fields, "clearcoatNormalTexture"),
        normal_scale=1.0 if normal is None else normal.number("scale", 1.0),
    )
    return layer if layer.factor > 0 else None


def read_sheen(material: Fields, textures: Textures) -> Sheen | None:
    fields = material.extension("KHR_materials_sheen")
    if fields is None:
        return None
    layer = Sheen(
        color_factor=_color(fields, "sheenColorFactor", (0.0, 0.0, 0.0)),
        color_texture=textures.reference(fields, "sheenColorTexture"),
        roughness_factor=fields.number("sheenRoughnessFactor", 0.0, low=0, high=1),
        roughness_texture=textures.reference(fields, "sheenRoughnessTexture"),
    )
    return layer if any(layer.color_factor) else None


def read_anisotropy(material: Fields, textures: Textures) -> Anisotropy | None:
    fields = material.extension("KHR_materials_anisotropy")
    if fields is None:
        return None
    layer = Anisotropy(
        strength=fields.number("anisotropyStrength", 0.0, low=0, high=1),
        rotation=fields.number("anisotropyRotation", 0.0),
        texture=textures.reference(fields, "anisotropyTexture"),
    )
    return layer if layer.strength > 0 else None


def read_iridescence(material: Fields, textures: Textures) -> Iridescence | None:
    fields = material.extension("KHR_materials_iridescence")
    if fields is None:
        return None
    layer = Iridescence(
        factor=fields.number("iridescenceFactor", 0.0, low=0, high=1),
        texture=textures.reference(fields, "iridescenceTexture"),
        ior=fields.number("iridescenceIor", 1.3, low=1, high=LARGEST),
        thickness_minimum=fields.number("iridescenceThicknessMinimum", 100.0, low=0, high=LARGEST),
        thickness_maximum=fields.number("iridescenceThicknessMaximum", 400.0, low=0, high=LARGEST),
        thickness_texture=textures.reference(fields, "iridescenceThicknessTexture"),
    )
    return layer if layer.factor > 0 else None


def read_transmission(material: Fields, textures: Textures) -> Transmission | None:
    fields = material.extension("KHR_materials_transmission")
    if fields is None:
        return None
    layer = Transmission(
        factor=fields.number("transmissionFactor", 0.0, low=0, high=1),
        texture=textures.reference(fields, "transmissionTexture"),
    )
    return layer if layer.factor > 0 else None


def read_volume(material: Fields, textures: Textures) -> Volume | None:
    """KHR_materials_volume with KHR_materials_dispersion, which means nothing without it."""
    fields = material.extension("KHR_materials_volume")
    if fields is None:
        return None
    distance = math.inf
    if fields.has("attenuationDistance"):
        distance = fields.number("attenuationDistance", math.inf, low=SHORTEST, high=LARGEST_NUMBER)
    spread = material.extension("KHR_materials_dispersion")
    layer = Volume(
        thickness_factor=fields.number("thicknessFactor", 0.0, low=0, high=LARGEST),
        thickness_texture=textures.reference(fields, "thicknessTexture"),
        attenuation_distance=distance,
        attenuation_color=_color(fields, "attenuationColor", (1.0, 1.0, 1.0)),
        dispersion=0.0 if spread is None else spread.number("dispersion", 0.0, low=0, high=LARGEST),
    )
    return layer if layer.thickness_factor > 0 else None


def read_diffuse_transmission(material: Fields, textures: Textures) -> DiffuseTransmission | None:
    fields = material.extension("KHR_materials_diffuse_transmission")
    if fields is None:
        return None
    layer = DiffuseTransmission(
        factor=fields.number("diffuseTransmissionFactor", 0.0, low=0, high=1),
        texture=textures.reference(fields, "diffuseTransmissionTexture"),
        color_factor=_color(fields, "diffuseTransmissionColorFactor", (1.0, 1.0, 1.0)),
        color_texture=textures.reference(fields, "diffuseTransmissionColorTexture"),
    )
    return layer if layer.factor > 0 else None


def _color(
    fields: Fields, key: str, default: tuple[float, float, float], *, high: float = 1.0
) -> tuple[float, float, float]:
    """Three linear numbers from 0 to `high`."""
    r, g, b = fields.numbers(key, 3, default)
    if not all(0 <= value <= high for value in (r, g, b)):
        raise fields.wrong(key, f"a list of 3 numbers from 0 to {high:g}")
    return r, g, b
