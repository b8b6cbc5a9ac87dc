"""Which glTF extensions the loader knows. A new one gets a line here and its code beside what it extends."""

from renderer.errors import UnsupportedModel
from renderer.load.fields import Fields, printable

SUPPORTED = frozenset({
    "EXT_mesh_gpu_instancing",
    "EXT_meshopt_compression",
    "EXT_texture_avif",
    "EXT_texture_webp",
    "KHR_animation_pointer",
    "KHR_draco_mesh_compression",
    "KHR_lights_punctual",
    "KHR_materials_anisotropy",
    "KHR_materials_clearcoat",
    "KHR_materials_diffuse_transmission",
    "KHR_materials_dispersion",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_iridescence",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_sheen",
    "KHR_materials_specular",
    "KHR_materials_transmission",
    "KHR_materials_unlit",
    "KHR_materials_variants",
    "KHR_materials_volume",
    "KHR_mesh_quantization",
    "KHR_meshopt_compression",
    "KHR_node_visibility",
    "KHR_texture_basisu",
    "KHR_texture_transform",
    "KHR_xmp_json_ld",  # says who made the model: nothing to draw
})


def check_extensions(root: Fields) -> list[str]:
    """Warnings about used extensions that are ignored. Raises UnsupportedModel for the required ones among them."""
    required = dict.fromkeys(root.strings("extensionsRequired"))
    missing = [printable(name) for name in required if name not in SUPPORTED]
    if missing:
        noun = "extension" if len(missing) == 1 else "extensions"
        raise UnsupportedModel(f"the model requires the glTF {noun} {', '.join(missing[:10])}, not supported yet")
    return [f"the glTF extension {name} is ignored" for name in used_extensions(root) if name not in SUPPORTED]


def used_extensions(root: Fields) -> list[str]:
    """The names of the used extensions, also where they are said to be required only; fit to be shown."""
    names = root.strings("extensionsUsed") + root.strings("extensionsRequired")
    return [printable(name) for name in dict.fromkeys(names)]
