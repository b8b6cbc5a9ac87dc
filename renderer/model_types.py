"""The kinds of files that models come in, and those that come in their place, told by their first bytes, whatever they
are called."""

import importlib.util
import re
import struct

HEAD_BYTES = 1024
"""How much of a file tells what it is."""

_ROOT = (
    rb"accessors|animations|asset|buffers|bufferViews|cameras|extensions|extensionsRequired|extensionsUsed|extras"
    rb"|images|materials|meshes|nodes|samplers|scene|scenes|skins|textures"
)
"""The properties of a glTF's root (glTF 2.0, section 5.17). "asset" must be there, but may come late in a long file."""

_OBJ_LINE = rb"\s|#[^\n]*(\n|\Z)|(mtllib|usemtl|o|g|s)[ \t][^\n]*(\n|\Z)"
"""What may stand before the first vertex of an OBJ, or fill all that is known of the file."""

_BEGINNINGS = {
    ".glb": rb"glTF",
    ".gltf": rb'(\xef\xbb\xbf)?\s*\{(\s*"(' + _ROOT + rb')"|.*"asset")',
    ".zip": rb"PK(\x03\x04|\x05\x06)",
    ".ply": rb"ply[\r\n]",
    ".stl": rb"\s*(?i:solid)\s.*(?i:facet)\s",
    ".usd": rb"PXR-USDC|#usda",
    ".obj": rb"(\xef\xbb\xbf)?(" + _OBJ_LINE + rb")*+((v|vn|vt)[ \t]+[-+.\d]|(?<=.{%d})\Z)" % HEAD_BYTES,
}
"""By the suffix that stands for the kind."""

USD_SUFFIXES = (".usd", ".usdz")

USD_MISSING = "USD is read only where usd-core is installed (pip install usd-core): do so, or export the model as GLB"

USDZ_MISSING = "USDZ is written only where usd-core is installed (pip install 'pirouette[usd]')"

_EXPORT = "export the model as GLB from the program that made it"

_OTHERS = {
    rb"version https://git-lfs": "a pointer of Git LFS, not the file itself: fetch that with `git lfs pull`",
    rb"\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd": "compressed as a whole (gzip, bzip2, xz or Zstandard): unpack it first",
    rb"7z\xbc\xaf|Rar!": "an archive of another kind (7z or RAR): send a ZIP",
    rb".{257}ustar": "an archive of another kind (tar): send a ZIP",
    rb"Kaydara FBX|; FBX": "FBX: export it as GLB or USDZ",
    rb"ISO-10303-21": "STEP, which holds no meshes: export it as GLB, STL or OBJ from the CAD program",
    rb".{72}S {6}1": "IGES, which holds no meshes: export it as GLB, STL or OBJ from the CAD program",
    rb"BLENDER": f"a Blender file: {_EXPORT}",
    rb"MM....(==|\x02\x00)": f"3DS: {_EXPORT}",
    rb"\xd0\xcf\x11\xe0": f"a file of 3ds Max or SolidWorks: {_EXPORT}",
    rb"\xff\xfe\xff\x0eS\0k\0e\0t\0c\0h\0U\0p": f"a SketchUp file: {_EXPORT}",
    rb"[QX]C4DC4D": f"a Cinema 4D file: {_EXPORT}",
    rb"//Maya|FOR[48]": f"a Maya file: {_EXPORT}",
    rb"Ogawa|\x89HDF": f"Alembic: {_EXPORT}",
    rb"#VRML|#X3D": f"VRML: {_EXPORT}",
    rb"\s*(<\?xml[^>]*>\s*)?<COLLADA": f"COLLADA: {_EXPORT}",
    rb"\s*<(!doctype|html)": "a web page: the link leads to a page about the model, or asks for a login",
    rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP": "a picture",
    rb"%PDF": "a PDF",
}
"""How other files begin that people send instead of a model: what they are, and what can be done about it."""

_STL_HEADER, _STL_FACET = 84, 50
"""Bytes of a binary STL: a header that ends with the number of facets, and each of those."""


def model_suffix(head: bytes, size: int | None = None) -> str | None:
    """".glb", ".gltf", ".zip", ".usdz", ".usd", ".obj", ".stl" or ".ply", for a file that begins with `head`, its first
    HEAD_BYTES or all that it has; None for any other.

    A binary STL has nothing that it could be told by but its `size` in bytes.
    """
    if is_binary_stl(head, size):
        return ".stl"
    if _is_usdz(head):
        return ".usdz"
    matching = (suffix for suffix, begin in _BEGINNINGS.items() if re.match(begin, head, re.DOTALL))
    return next(matching, None)


def other_file(head: bytes) -> str:
    """What a file that begins with `head` is if it is no model, and what to do about it; "" where that isn't known."""
    matching = (what for begin, what in _OTHERS.items() if re.match(begin, head, re.DOTALL | re.IGNORECASE))
    return next(matching, "")


def binary_stl_size(head: bytes) -> int | None:
    """How many bytes a file that begins with `head` has if it is a binary STL; None where it can't be one."""
    if len(head) < _STL_HEADER:
        return None
    facets: int = struct.unpack_from("<I", head, _STL_HEADER - 4)[0]
    return _STL_HEADER + _STL_FACET * facets if facets else None


def usd_is_installed() -> bool:
    """Whether ".usd" and ".usdz" can be read and written: by usd-core, which is an optional part."""
    return importlib.util.find_spec("pxr") is not None


def is_binary_stl(head: bytes, size: int | None) -> bool:
    """Whatever its header says: many begin with "solid", as only STL files of text should."""
    return size is not None and binary_stl_size(head) == size


def _is_usdz(head: bytes) -> bool:
    """A ZIP whose first file is a USD layer (USDZ File Format Specification, "Default Layer")."""
    if not head.startswith(b"PK\3\4") or len(head) < 30:
        return False
    length: int = struct.unpack_from("<H", head, 26)[0]
    return head[30 : 30 + length].lower().endswith((b".usd", b".usda", b".usdc"))
