"""The kinds of files that models come in: what requests call them, how they are told by their first bytes, and what is
said of all others.
"""

import dataclasses
import re
import struct
from collections.abc import Callable

from api.errors import InvalidFormat, UnsupportedFileType
from api.ingest.incoming import HEAD_BYTES
from renderer.media_types import MEDIA_TYPES

_ROOT = (
    rb"accessors|animations|asset|buffers|bufferViews|cameras|extensions|extensionsRequired|extensionsUsed|extras"
    rb"|images|materials|meshes|nodes|samplers|scene|scenes|skins|textures"
)
"""The properties of a glTF's root (glTF 2.0, section 5.17). "asset" must be there, but may come late in a long file."""

_OBJ_LINE = rb"\s|#[^\n]*(\n|\Z)|(mtllib|usemtl|o|g|s)[ \t][^\n]*(\n|\Z)"
"""What may stand before the first vertex of an OBJ, or fill all that is known of the file."""


def _begins(pattern: bytes, flags: int = 0) -> Callable[[bytes], object]:
    return re.compile(pattern, re.DOTALL | flags).match


def _is_usdz(head: bytes) -> bool:
    """A ZIP whose first file is a USD layer (USDZ File Format Specification, "Default Layer")."""
    if not head.startswith(b"PK\3\4") or len(head) < 30:
        return False
    length: int = struct.unpack_from("<H", head, 26)[0]
    return head[30 : 30 + length].lower().endswith((b".usd", b".usda", b".usdc"))


@dataclasses.dataclass(frozen=True, slots=True)
class FileType:
    """`suffix` ends the storage keys of such files, `title` is for messages, and `begins` tells a file by its first
    bytes (see HEAD_BYTES).

    One that is `converted` becomes a GLB when it is inspected; others are drawn as they are.
    """

    suffix: str
    title: str
    begins: Callable[[bytes], object]
    converted: bool = True

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.suffix]


_USD = FileType(".usd", "USD", _begins(rb"PXR-USDC|#usda"))

FILE_TYPES = {
    "glb": FileType(".glb", "GLB", _begins(rb"glTF"), converted=False),
    "gltf": FileType(
        ".gltf", "glTF", _begins(rb'(\xef\xbb\xbf)?\s*\{(\s*"(' + _ROOT + rb')"|.*"asset")'), converted=False
    ),
    "usdz": FileType(".usdz", "USDZ", _is_usdz),  # before all other ZIPs
    "zip": FileType(".zip", "a ZIP archive", _begins(rb"PK(\x03\x04|\x05\x06)")),
    "ply": FileType(".ply", "PLY", _begins(rb"ply[\r\n]")),
    "stl": FileType(".stl", "STL", _begins(rb"\s*solid\s.*facet\s", re.IGNORECASE)),  # a binary one: see sniffed_type
    "usd": _USD,
    "usda": _USD,
    "usdc": _USD,
    "obj": FileType(
        ".obj", "OBJ",
        _begins(rb"(\xef\xbb\xbf)?(" + _OBJ_LINE + rb")*+((v|vn|vt)[ \t]+[-+.\d]|(?<=.{%d})\Z)" % HEAD_BYTES),
    ),
}  # fmt: skip
"""By the words that requests have for them."""

REFUSED_TYPES = {
    "fbx": "FBX can't be read: export the model as GLB or USDZ",
    "step": "STEP can't be read, since it holds no meshes: export the model from your CAD program as GLB, STL or OBJ",
    "stp": "STEP can't be read, since it holds no meshes: export the model from your CAD program as GLB, STL or OBJ",
}
"""Words for files that people have, and that are refused: what to send instead."""

_OTHERS = {
    _begins(pattern, re.IGNORECASE): what
    for pattern, what in {
        rb"version https://git-lfs": "a pointer of Git LFS: fetch the file itself with `git lfs pull`",
        rb"\x1f\x8b": "packed with gzip: unpack it first",
        rb"7z\xbc\xaf|Rar!": "an archive of another kind: send a ZIP",
        rb"Kaydara FBX|; FBX": "FBX: export it as GLB",
        rb"ISO-10303-21": "STEP: export it as GLB",
        rb"BLENDER": "a Blender file: export it as GLB",
        rb"\s*<(!doctype|html)": "a web page",
        rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP": "a picture",
    }.items()
}
"""How other files begin that people send instead of a model: what they are, and what can be done about it."""

_STL_HEADER, _STL_FACET = 84, 50
"""Bytes of a binary STL: a header that ends with the number of facets, and each of those."""


def sniffed_type(head: bytes, size: int) -> FileType | None:
    """What the file of `size` bytes is that begins with `head` (see HEAD_BYTES); None for no model that can be read."""
    return FILE_TYPES["stl"] if _is_binary_stl(head, size) else type_by_beginning(head)


def type_by_beginning(head: bytes) -> FileType | None:
    """As `sniffed_type`, for a file of unknown size: a binary STL has nothing else that it could be told by."""
    if other_file(head):
        return None
    return next((kind for kind in FILE_TYPES.values() if kind.begins(head)), None)


def other_file(head: bytes) -> str:
    """What a file that isn't a model is, and what to do about it; "" where that isn't known."""
    return next((what for begins, what in _OTHERS.items() if begins(head)), "")


def named_type(word: str) -> FileType:
    """The type that a request calls `word`, in whatever case. Raises UnsupportedFileType, which says what to send."""
    word = word.lower()
    if word in REFUSED_TYPES:
        raise UnsupportedFileType(REFUSED_TYPES[word])
    if word not in FILE_TYPES:
        raise UnsupportedFileType(f"The type of the file must be one of {', '.join(FILE_TYPES)}")
    return FILE_TYPES[word]


def checked_type(declared: str, head: bytes, size: int) -> str:
    """The suffix for a file that was announced as `declared`, has `size` bytes and begins with `head` (see HEAD_BYTES).

    Raises InvalidFormat where it is something else, and says what; UnsupportedFileType where nothing can be `declared`
    to be that.
    """
    wanted = named_type(declared)
    found = sniffed_type(head, size)
    if found is wanted:
        return wanted.suffix
    what = "empty" if not size else found.title if found else other_file(head)
    raise InvalidFormat(f"The file is not {wanted.title}, as announced" + (f", but {what}" if what else ""))


def _is_binary_stl(head: bytes, size: int) -> bool:
    """Whatever its header says: many begin with "solid", as only the others should."""
    if len(head) < _STL_HEADER:
        return False
    facets: int = struct.unpack_from("<I", head, _STL_HEADER - 4)[0]
    return facets > 0 and size == _STL_HEADER + _STL_FACET * facets
