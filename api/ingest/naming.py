"""What a downloaded file is called, and which models may be sent alone or in a ZIP where nothing else is announced."""

from email.message import Message
from pathlib import PurePosixPath

import httpx

from api.errors import InvalidFormat
from api.ingest.file_types import other_file, sniffed_type
from api.ingest.incoming import harmless_name

_WITHIN_A_ZIP = ".obj"
_SUFFIXES = (".glb", ".gltf", ".zip")


def model_suffix(head: bytes) -> str:
    """".glb", ".gltf" or ".zip", whatever the file is called, for one that begins with `head` (see HEAD_BYTES).

    Raises InvalidFormat, which says what the file is instead where that can be told.
    """
    kind = sniffed_type(head)
    if kind is not None and kind.suffix in _SUFFIXES:
        return kind.suffix
    what = other_file(head)
    if kind is not None:
        advice = "put it into a ZIP, with its MTL and textures" if kind.suffix == _WITHIN_A_ZIP else "export it as GLB"
        what = f"{kind.title}: {advice}"
    raise InvalidFormat(f"{InvalidFormat.default_message}, but {what}" if what else None)


def model_name(first: str, last: str, headers: httpx.Headers, head: bytes) -> str:
    """A file name ending in .glb or .gltf, whichever it is, for the file that begins with `head`.

    It is taken from the first of these that ends in either: the path `first` of the URL that was asked for, the file
    name in the answer's Content-Disposition, the path `last` of the URL that answered; else from the first that is a
    name at all. Raises InvalidFormat where the bytes are no such file.
    """
    if not head:
        raise InvalidFormat("The file at the URL is empty")
    suffix = model_suffix(head)
    if suffix == ".zip":
        raise InvalidFormat("The file at the URL is a ZIP archive, not .glb or .gltf: upload it instead")
    names = [harmless_name(name) for name in (first, _disposition_name(headers), last)]
    name = next((name for name in names if _suffix(name) in (".glb", ".gltf")), next(filter(None, names), ""))
    if _suffix(name) == suffix:
        return name
    return (PurePosixPath(name).stem.strip(".") or "model") + suffix


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _disposition_name(headers: httpx.Headers) -> str:
    """The file name in Content-Disposition, also as RFC 5987 encodes it; "" if there is none."""
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    return message.get_filename("")
