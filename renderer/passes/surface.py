"""A material as its shader takes it: the `#define`s that specialise material.frag.glsl, and the constants it reads.

Each layer is a define of its own, so a plain surface runs the same code whether or not the shader knows of layers.
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
"""KHR_materials_dispersion: red and blue lie this far from green, per unit of dispersion and of index above 1."""

_DARKEST = 1e-6
"""Black attenuation colours count as this: the absorption of a perfect black has no number."""


def surface_defines(drawable: GpuDrawable) -> dict[str, str]:
    """What the shader is specialised by: the material's maps, modes and layers, and the attributes there are."""
    material, primitive = drawable.material, drawable.primitive
    flags = {
        "HAS_NORMAL": primitive.normals is not None,
        "HAS_TANGENT": primitive.tangents is not None and _needs_tangents(drawable),
        "HAS_COLOR": primitive.colors is not None,
        "TWO_SIDED": material.double_sided or primitive.topology is not Topology.TRIANGLES,
        "UNLIT": material.unlit,
        "ALPHA_MASK": material.alpha_mode is AlphaMode.MASK,
        "ALPHA_BLEND": material.alpha_mode is AlphaMode.BLEND,
        "DIELECTRIC": material.ior != 1.5 or material.specular is not None,
        "CLEARCOAT": material.clearcoat is not None,
        "SHEEN": material.sheen is not None,
        "ANISOTROPY": material.anisotropy is not None and primitive.tangents is not None,
        "IRIDESCENCE": material.iridescence is not None,
        "TRANSMISSION": is_transmissive(material),
        "VOLUME": is_transmissive(material) and material.volume is not None,
        "TRANSLUCENT": material.diffuse_transmission is not None,
        "DISPERSION": material.volume is not None and material.volume.dispersion > 0,
    }
    return {**drawable.layout.defines, **{name: "1" for name, present in flags.items() if present}}


def is_transmissive(material: Material) -> bool:
    """Whether the surface shows what is behind it, which must then be drawn first."""
    return material.transmission is not None and not material.unlit


def _needs_tangents(drawable: GpuDrawable) -> bool:
    mapped = not drawable.layout.defines.keys().isdisjoint(("NORMAL_TEXEL", "COAT_NORMAL_TEXEL"))
    return mapped or drawable.material.anisotropy is not None


def surface_constants(material: Material) -> bytes:
    """The `Material` uniform block of material.frag.glsl: a vec4 per line."""
    specular = material.specular or Specular()
    coat = material.clearcoat or Clearcoat()
    sheen = material.sheen or Sheen()
    brushed = material.anisotropy or Anisotropy()
    film = material.iridescence or Iridescence()
    glass = material.transmission or Transmission()
    volume = material.volume or Volume()
    leaf = material.diffuse_transmission or DiffuseTransmission()
    ior = max(material.ior, 1.0)
    head_on = ((material.ior - 1) / (material.ior + 1)) ** 2  # Fresnel's equations at normal incidence
    return np.array(
        [
            *material.base_color_factor,
            *material.emissive_factor, material.occlusion_strength,
            material.metallic_factor, material.roughness_factor, material.normal_scale, material.alpha_cutoff,
            *(head_on * part for part in specular.color_factor), specular.factor,
            coat.factor, coat.roughness_factor, coat.normal_scale, 0.0,
            *sheen.color_factor, sheen.roughness_factor,
            brushed.strength, math.cos(brushed.rotation), math.sin(brushed.rotation), 0.0,
            film.factor, film.ior, film.thickness_minimum, film.thickness_maximum,
            glass.factor, volume.thickness_factor, ior, _DISPERSION * volume.dispersion * (ior - 1),
            *(-math.log(max(part, _DARKEST)) / volume.attenuation_distance for part in volume.attenuation_color), 0.0,
            *leaf.color_factor, leaf.factor,
        ],
        np.float32,
    ).tobytes()
