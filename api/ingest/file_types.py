"""The kinds of files that models come in: what requests call them, and what is said of all others."""

import dataclasses

from api.errors import InvalidFormat, UnsupportedFileType
from renderer.media_types import MEDIA_TYPES
from renderer.model_types import USD_MISSING, USD_SUFFIXES, model_suffix, other_file, usd_is_installed


@dataclasses.dataclass(frozen=True, slots=True)
class FileType:
    """`suffix` ends the storage keys of such files, `title` is for messages.

    One that is `converted` becomes a GLB when it is inspected; others are drawn as they are.
    """

    suffix: str
    title: str
    converted: bool = True

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.suffix]


_USD = FileType(".usd", "USD")

FILE_TYPES = {
    "glb": FileType(".glb", "GLB", converted=False),
    "gltf": FileType(".gltf", "glTF", converted=False),
    "zip": FileType(".zip", "a ZIP archive"),
    "obj": FileType(".obj", "OBJ"),
    "stl": FileType(".stl", "STL"),
    "ply": FileType(".ply", "PLY"),
    "usdz": FileType(".usdz", "USDZ"),
    "usd": _USD,
    "usda": _USD,
    "usdc": _USD,
}
"""By the words that requests have for them."""

REFUSED_TYPES = {
    "fbx": "FBX can't be read: export the model as GLB or USDZ",
    "step": "STEP can't be read, since it holds no meshes: export the model from your CAD program as GLB, STL or OBJ",
    "stp": "STEP can't be read, since it holds no meshes: export the model from your CAD program as GLB, STL or OBJ",
}
"""Words for files that people have, and that are refused: what to send instead."""

_BY_SUFFIX = {kind.suffix: kind for kind in FILE_TYPES.values()}

def sniffed_type(head: bytes, size: int | None = None) -> FileType | None:
    """What the file of `size` bytes is that begins with `head` (see renderer.model_types); None for no model that can
    be read. A binary STL is told where its `size` is known."""
    suffix = model_suffix(head, size)
    return None if suffix is None else _BY_SUFFIX[suffix]


def named_type(word: str) -> FileType:
    """The type that a request calls `word`, in whatever case. Raises UnsupportedFileType, which says what to send."""
    word = word.lower()
    if word in REFUSED_TYPES:
        raise UnsupportedFileType(REFUSED_TYPES[word])
    if word not in FILE_TYPES:
        raise UnsupportedFileType(f"The type of the file must be one of {', '.join(FILE_TYPES)}")
    if FILE_TYPES[word].suffix in USD_SUFFIXES and not usd_is_installed():
        raise InvalidFormat(USD_MISSING)
    return FILE_TYPES[word]


def checked_type(declared: str, head: bytes, size: int) -> str:
    """The suffix for a file that was announced as `declared`, has `size` bytes and begins with `head`.

    Raises InvalidFormat where it is something else, and says what; UnsupportedFileType where nothing can be `declared`
    to be that.
    """
    wanted = named_type(declared)
    found = sniffed_type(head, size)
    if found is wanted:
        return wanted.suffix
    what = "empty" if not size else found.title if found else other_file(head)
    raise InvalidFormat(f"The file is not {wanted.title}, as announced" + (f", but {what}" if what else ""))
