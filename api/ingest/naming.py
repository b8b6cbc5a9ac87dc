"""What an arriving file is, told by its first bytes, and what a downloaded one is called."""

import re
from email.message import Message
from pathlib import PurePosixPath

import httpx

from api.errors import InvalidFormat
from api.ingest.incoming import harmless_name

_ROOT = (
    rb"accessors|animations|asset|buffers|bufferViews|cameras|extensions|extensionsRequired|extensionsUsed|extras"
    rb"|images|materials|meshes|nodes|samplers|scene|scenes|skins|textures"
)
"""The properties of a glTF's root (glTF 2.0, section 5.17). "asset" must be there, but may come late in a long file."""

_MODELS = {
    ".glb": rb"glTF",
    ".zip": rb"PK(\x03\x04|\x05\x06)",
    ".gltf": rb'(\xef\xbb\xbf)?\s*\{(\s*"(' + _ROOT + rb')"|.*"asset")',
}
"""How models begin, by the suffix that says so."""

_OTHERS = {
    rb"version https://git-lfs": "a pointer of Git LFS: fetch the file itself with `git lfs pull`",
    rb"\x1f\x8b": "packed with gzip: unpack it first",
    rb"7z\xbc\xaf|Rar!": "an archive of another kind: send a ZIP",
    rb"PK\x03\x04.{26}[^/]{1,200}\.usd[ac]|PXR-USDC|#usda": "USD: export it as GLB",
    rb"Kaydara FBX|; FBX": "FBX: export it as GLB",
    rb"BLENDER": "a Blender file: export it as GLB",
    rb"ply\r?\n": "PLY: export it as GLB",
    rb"solid ": "STL: export it as GLB",
    rb"(\s|#[^\n]*\n|(mtllib|o|g) [^\n]*\n)*(v|vn|vt) [-+.\d]": "OBJ: put it into a ZIP, with its MTL and textures",
    rb"\s*<(!doctype|html)": "a web page",
    rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP": "a picture",
}
"""What people send instead of a model, and what they can do about it."""


def model_suffix(head: bytes) -> str:
    """".glb", ".gltf" or ".zip", whatever the file is called, for one that begins with `head` (see HEAD_BYTES).

    Raises InvalidFormat, which says what the file is instead where that can be told.
    """
    for begin, what in _OTHERS.items():
        if re.match(begin, head, re.DOTALL | re.IGNORECASE):
            raise InvalidFormat(f"{InvalidFormat.default_message}, but {what}")
    for suffix, begin in _MODELS.items():
        if re.match(begin, head, re.DOTALL):
            return suffix
    raise InvalidFormat


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
