"""KHR_materials_pbrSpecularGlossiness, the older of glTF's two surface models, converted to the newer one.

It becomes a dielectric that reflects its specular colour at normal incidence: KHR_materials_specular with an index of
refraction of 0, as KHR_materials_ior proposes for this conversion. All textures are used as they are.
"""

import dataclasses

from renderer.load.fields import Fields, clamped
from renderer.load.textures import Textures
from renderer.scene.nodes import Material, Specular


def with_specular_glossiness(material: Material, fields: Fields, textures: Textures) -> Material:
    """`material`, which was read from `fields`, with the extension's surface where the file states one."""
    extension = fields.extension("KHR_materials_pbrSpecularGlossiness")
    if extension is None:
        return material
    red, green, blue, alpha = clamped(extension, "diffuseFactor", (1.0, 1.0, 1.0, 1.0))
    r, g, b = clamped(extension, "specularFactor", (1.0, 1.0, 1.0))
    reflection = textures.reference(extension, "specularGlossinessTexture")
    return dataclasses.replace(
        material,
        base_color_factor=(red, green, blue, alpha),
        base_color_texture=textures.reference(extension, "diffuseTexture"),
        metallic_factor=0.0,
        roughness_factor=1.0 - extension.number("glossinessFactor", 1.0, low=0, high=1),
        metallic_roughness_texture=None,
        glossiness_texture=reflection,
        ior=0.0,
        specular=Specular(color_factor=(r, g, b), color_texture=reflection),
    )
