"""A material as its shader takes it: the `#define`s that specialise material.frag.glsl, and the constants it reads.

Each layer has a define of its own, so that a surface pays only for the layers that it has.
"""

import math

import numpy as np

from renderer.gl.resources import GpuDrawable
from renderer.scene.nodes import (
    AlphaMode,
    Anisotropy,
    Clearcoat,
    DiffuseTransmission,
    Iridescence,
    Material,
    Sheen,
    Specular,
    Topology,
    Transmission,
    Volume,
)

_DISPERSION = 0.025
"""KHR_materials_dispersion: how far the indices of refraction of red and of blue are from green's, per unit of
dispersion and of the index above 1."""

_DARKEST = 1e-6
"""Components of attenuation colours are at least this: the absorption coefficient of 0 would be infinite."""


def surface_defines(drawable: GpuDrawable) -> dict[str, str]:
    """What the shader is specialised by: the material's maps, modes and layers, and the attributes there are."""
    material, primitive = drawable.material, drawable.primitive
    flags = {
        "HAS_NORMAL": primitive.normals is not None,
        "HAS_TANGENT": primitive.tangents is not None and _needs_tangents(drawable),
        "HAS_COLOR": primitive.colors is not None,
        "DOUBLE_SIDED": material.double_sided or primitive.topology is not Topology.TRIANGLES,
        "UNLIT": material.unlit,
        "ALPHA_MASK": material.alpha_mode is AlphaMode.MASK,
        "ALPHA_BLEND": material.alpha_mode is AlphaMode.BLEND,
        "DIELECTRIC": _is_dielectric(material),
        "CLEARCOAT": material.clearcoat is not None,
        "SHEEN": material.sheen is not None,
        "ANISOTROPY": material.anisotropy is not None and primitive.tangents is not None,
        "IRIDESCENCE": material.iridescence is not None,
        "TRANSMISSION": is_transmissive(material),
        "VOLUME": is_transmissive(material) and material.volume is not None,
        "DIFFUSE_TRANSMISSION": material.diffuse_transmission is not None,
        "DISPERSION": material.volume is not None and material.volume.dispersion > 0,
    }
    return {**drawable.layout.defines, **{name: "1" for name, present in flags.items() if present}}


def is_transmissive(material: Material) -> bool:
    """Whether the surface shows what is behind it, which must then be drawn first."""
    return material.transmission is not None and not material.unlit


def _is_dielectric(material: Material) -> bool:
    """Whether it says itself what it reflects."""
    return material.ior != 1.5 or material.specular is not None


def _is_tinted(material: Material) -> bool:
    """Whether its reflections may have a colour that its diffuse light doesn't have."""
    return _is_dielectric(material) or material.iridescence is not None


def _needs_tangents(drawable: GpuDrawable) -> bool:
    mapped = not drawable.layout.defines.keys().isdisjoint(("NORMAL_TEXEL", "CLEARCOAT_NORMAL_TEXEL"))
    return mapped or drawable.material.anisotropy is not None


def surface_constants(material: Material) -> bytes:
    """The `Material` uniform block of material_inputs.glsl: a vec4 per line."""
    specular = material.specular or Specular()
    clearcoat = material.clearcoat or Clearcoat()
    sheen = material.sheen or Sheen()
    anisotropy = material.anisotropy or Anisotropy()
    iridescence = material.iridescence or Iridescence()
    transmission = material.transmission or Transmission()
    volume = material.volume or Volume()
    diffuse_transmission = material.diffuse_transmission or DiffuseTransmission()
    ior = max(material.ior, 1.0)
    head_on = ((material.ior - 1) / (material.ior + 1)) ** 2  # Fresnel's equations at normal incidence
    return np.array(
        [
            *material.base_color_factor,
            *material.emissive_factor, material.occlusion_strength,
            material.metallic_factor, material.roughness_factor, material.normal_scale, material.alpha_cutoff,
            *(head_on * part for part in specular.color_factor), specular.factor,
            clearcoat.factor, clearcoat.roughness_factor, clearcoat.normal_scale, float(_is_tinted(material)),
            *sheen.color_factor, sheen.roughness_factor,
            anisotropy.strength, math.cos(anisotropy.rotation), math.sin(anisotropy.rotation), 0.0,
            iridescence.factor, iridescence.ior, iridescence.thickness_minimum, iridescence.thickness_maximum,
            transmission.factor, volume.thickness_factor, ior, _DISPERSION * volume.dispersion * (ior - 1),
            *(-math.log(max(part, _DARKEST)) / volume.attenuation_distance for part in volume.attenuation_color), 0.0,
            *diffuse_transmission.color_factor, diffuse_transmission.factor,
        ],
        np.float32,
    ).tobytes()
