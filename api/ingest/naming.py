"""What a downloaded file is called, and which models may be sent alone or in a ZIP where nothing else is announced."""

from email.message import Message
from pathlib import PurePosixPath

import httpx

from api.errors import InvalidFormat
from api.ingest.file_types import sniffed_type
from api.ingest.incoming import harmless_name
from renderer.model_types import USD_MISSING, USD_SUFFIXES, binary_stl_size, other_file, usd_is_installed

ALONE = (".glb", ".gltf", ".stl", ".ply", ".usdz", ".usd")
SUFFIXES = (*ALONE, ".zip")


def model_suffix(head: bytes, size: int | None = None) -> str:
    """One of SUFFIXES, whatever the file is called, for one that begins with `head` (see HEAD_BYTES) and has `size`
    bytes. While that isn't known, a file passes for a binary STL that could be one: see `check_size`.

    Raises InvalidFormat, which says what the file is instead where that can be told.
    """
    kind = sniffed_type(head, size)
    if kind is not None and kind.suffix in SUFFIXES:
        if kind.suffix in USD_SUFFIXES and not usd_is_installed():
            raise InvalidFormat(USD_MISSING)
        return kind.suffix
    what = other_file(head)
    if kind is not None:
        what = f"{kind.title}: put it into a ZIP, with its MTL and textures"
    elif not what and size is None and binary_stl_size(head) is not None:
        return ".stl"
    raise InvalidFormat(f"{InvalidFormat.default_message}, but {what}" if what else None)


def check_size(head: bytes, size: int) -> None:
    """For a file that `model_suffix` has taken by its `head` alone. Raises InvalidFormat."""
    if sniffed_type(head, size) is None:
        raise InvalidFormat


def model_name(first: str, last: str, headers: httpx.Headers, head: bytes) -> str:
    """A file name that ends in the one of ALONE that is right for the file that begins with `head`.

    It is taken from the first of these that ends in any: the path `first` of the URL that was asked for, the file
    name in the answer's Content-Disposition, the path `last` of the URL that answered; else from the first that is a
    name at all. Raises InvalidFormat where the bytes are no such file.
    """
    if not head:
        raise InvalidFormat("The file at the URL is empty")
    suffix = model_suffix(head)
    if suffix == ".zip":
        raise InvalidFormat("The file at the URL is a ZIP archive, not .glb or .gltf: upload it instead")
    names = [harmless_name(name) for name in (first, _disposition_name(headers), last)]
    name = next((name for name in names if _suffix(name) in ALONE), next(filter(None, names), ""))
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
