"""The kinds of files that models come in, told by their first bytes, whatever they are called."""

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


def usd_is_installed() -> bool:
    """Whether ".usd" and ".usdz" can be read and written: by usd-core, which is an optional part."""
    return importlib.util.find_spec("pxr") is not None


def is_binary_stl(head: bytes, size: int | None) -> bool:
    """Whatever its header says: many begin with "solid", as only STL files of text should."""
    if len(head) < _STL_HEADER:
        return False
    facets: int = struct.unpack_from("<I", head, _STL_HEADER - 4)[0]
    return facets > 0 and size == _STL_HEADER + _STL_FACET * facets


def _is_usdz(head: bytes) -> bool:
    """A ZIP whose first file is a USD layer (USDZ File Format Specification, "Default Layer")."""
    if not head.startswith(b"PK\3\4") or len(head) < 30:
        return False
    length: int = struct.unpack_from("<H", head, 26)[0]
    return head[30 : 30 + length].lower().endswith((b".usd", b".usda", b".usdc"))
