"""What a downloaded file is called, and whether it can be the model that its name promises."""

from collections.abc import Callable
from email.message import Message
from pathlib import PurePosixPath

import httpx

from api.errors import InvalidFormat
from api.ingest.incoming import harmless_name
from renderer.media_types import MEDIA_TYPES

HEAD_BYTES = 1024
"""How much of a file `model_name` wants to see, where there is so much."""

GLB_MAGIC = b"glTF"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _is_json_object(head: bytes) -> bool:
    return head.removeprefix(_BYTE_ORDER_MARK).lstrip(b" \t\r\n").startswith(b"{")


_LOOKS: dict[str, Callable[[bytes], bool]] = {
    ".glb": lambda head: head.startswith(GLB_MAGIC),
    ".gltf": _is_json_object,
}
_SUFFIXES = {MEDIA_TYPES[suffix]: suffix for suffix in _LOOKS}


def model_name(first: str, last: str, headers: httpx.Headers, head: bytes) -> str:
    """A file name ending in .glb or .gltf, for the file that begins with `head`.

    The first of these that ends so: the path `first` of the URL that was asked for, the file name in the answer's
    Content-Disposition, the path `last` of the URL that answered. Failing these, the suffix comes from Content-Type
    or, for a GLB, from its first bytes. Raises InvalidFormat, also where the bytes are not of the kind named.
    """
    if not head:
        raise InvalidFormat("The file at the URL is empty")
    names = [harmless_name(name) for name in (first, _disposition_name(headers), last)]
    name = next((name for name in names if _suffix(name) in _LOOKS), None)
    if name is None:
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        suffix = _SUFFIXES.get(media_type, ".glb" if head.startswith(GLB_MAGIC) else None)
        if suffix is None:
            raise InvalidFormat("The file at the URL is not .glb or .gltf; upload scans as .zip instead")
        stem = PurePosixPath(next(filter(None, names), "")).stem.strip(".")
        name = (stem or "model") + suffix
    if not _LOOKS[_suffix(name)](head):
        raise InvalidFormat(f"The file at the URL is not a {_suffix(name)} file: it begins with other bytes")
    return name


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _disposition_name(headers: httpx.Headers) -> str:
    """The file name in Content-Disposition, also as RFC 5987 encodes it; "" if there is none."""
    message = Message()
    message["content-disposition"] = headers.get("content-disposition", "")
    return message.get_filename("")
