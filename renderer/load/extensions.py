"""Which glTF extensions the loader knows. A new one gets a line here and its code beside what it extends."""

from renderer.errors import UnsupportedModel
from renderer.load.fields import Fields, printable

SUPPORTED = frozenset({
    "EXT_texture_webp",
    "KHR_materials_emissive_strength",
    "KHR_materials_unlit",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
})


def check_extensions(root: Fields) -> list[str]:
    """Warnings about used extensions that are ignored. Raises UnsupportedModel for the required ones among them."""
    missing = [printable(name) for name in root.strings("extensionsRequired") if name not in SUPPORTED]
    if missing:
        noun = "extension" if len(missing) == 1 else "extensions"
        raise UnsupportedModel(f"the model requires the glTF {noun} {', '.join(missing[:10])}, not supported yet")
    used = dict.fromkeys(root.strings("extensionsUsed"))
    return [f"the glTF extension {printable(name)} is ignored" for name in used if name not in SUPPORTED]
