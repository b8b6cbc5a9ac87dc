"""From a file to a JSON document and its resources: glTF, or made into it, told apart by their first bytes.

The container and its JSON are parsed here by hand: pygltflib trusts the lengths and types that a file claims.
"""

import dataclasses
import posixpath
import struct
import tempfile
from pathlib import Path

from renderer.errors import InvalidModel, ModelTooLarge, UnsupportedModel
from renderer.load import limits
from renderer.load.archive import Archive
from renderer.load.fields import Fields, parse_json
from renderer.load.files import LoneFile, ModelFiles
from renderer.load.resolver import Resolver
from renderer.model_types import HEAD_BYTES, USD_SUFFIXES, model_suffix, other_file

_GLB_MAGIC = b"glTF"
_CHUNK_JSON = 0x4E4F534A
_CHUNK_BIN = 0x004E4942
_MADE = (".obj", ".stl", ".ply")
_ZIP_MAGICS = (b"PK\3\4", b"PK\5\6")


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """A glTF document: its JSON root, the GLB's binary chunk where there is one, and the way to other resources.

    `warnings` say what was left out on the way here.
    """

    root: Fields
    binary: memoryview | None
    resolver: Resolver
    warnings: tuple[str, ...] = ()


def open_document(path: Path, member: str | None = None) -> Document:
    """Reads a .glb or .gltf; a .obj, .stl, .ply, .usd or .usdz, which becomes glTF here; or a .zip with one of these
    but .usd, or with several of which `member` names one.

    Raises ModelError subclasses, and OSError where `path` itself can't be read.
    """
    size = path.stat().st_size
    if size > limits.FILE_BYTES:
        raise ModelTooLarge(f"the file has {size:,} bytes, and {limits.FILE_BYTES:,} are allowed")
    data = path.read_bytes()
    suffix = model_suffix(data[:HEAD_BYTES], size)
    if suffix in _MADE:
        return _made(LoneFile(data, f"model{suffix}"))
    if suffix in USD_SUFFIXES:
        return _read_usd(path, suffix)
    if not data.startswith(_ZIP_MAGICS):
        _refuse_others("the file", data)
        return _open_gltf(data, Resolver())
    archive = Archive(data, member)
    data = archive.read(archive.model)
    _refuse_others(f"{archive.model!r} in the archive", data)
    match posixpath.splitext(archive.model)[1].lower():
        case ".usdz":
            with tempfile.TemporaryDirectory() as folder:
                unpacked = Path(folder, "model.usdz")
                unpacked.write_bytes(data)
                return _read_usd(unpacked, ".usdz")
        case suffix if suffix in _MADE:
            return _made(archive)
    return _open_gltf(data, Resolver(archive, posixpath.dirname(archive.model)))


def _refuse_others(name: str, data: bytes) -> None:
    """Raises InvalidModel for a file that is known to be no model, and says what it is and what to do."""
    head = data[:HEAD_BYTES]
    if model_suffix(head, len(data)) is None and (what := other_file(head)):
        raise InvalidModel(f"{name} is {what}")


def _made(files: ModelFiles) -> Document:
    """The model, which is no glTF, as glTF."""
    from renderer.load.readers import READERS  # whose pygltflib takes as long to import as Pillow

    made = READERS[posixpath.splitext(files.model)[1].lower()](files)
    return Document(Fields(made.root, ""), memoryview(made.binary), Resolver(), made.warnings)


def _read_usd(path: Path, suffix: str) -> Document:
    from renderer.load.usd.reader import read_usd

    made = read_usd(path, suffix)
    return Document(Fields(made.root, ""), memoryview(made.binary), Resolver(), made.warnings)


def _open_gltf(data: bytes, resolver: Resolver) -> Document:
    if data.startswith(_GLB_MAGIC):
        text, binary = _split_glb(memoryview(data))
        return Document(parse_json(bytes(text), "the GLB's JSON chunk"), binary, resolver)
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return Document(parse_json(data, "the glTF file"), None, resolver)
    raise InvalidModel("the file is neither a GLB, a glTF file nor a ZIP archive" if data else "the file is empty")


def _split_glb(data: memoryview) -> tuple[memoryview, memoryview | None]:
    """The JSON chunk and the binary chunk (glTF 2.0, section 4). Chunks of other types are skipped."""
    if len(data) < 12:
        raise InvalidModel(f"the GLB is truncated: its header takes 12 bytes, and the file has {len(data)}")
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise UnsupportedModel(f"the file is a GLB of version {version}: convert it to glTF 2.0")
    if length > len(data):
        raise InvalidModel(f"the GLB is truncated: it declares {length:,} bytes, and the file has {len(data):,}")
    chunks: list[tuple[int, memoryview]] = []
    start = 12
    while start + 8 <= length and len(chunks) < 2:
        size, kind = struct.unpack_from("<II", data, start)
        start += 8
        if start + size > length:
            raise InvalidModel(
                f"the GLB is truncated: a chunk declares {size:,} bytes, and {max(0, length - start):,} are left"
            )
        chunks.append((kind, data[start : start + size]))
        start += size
    if not chunks or chunks[0][0] != _CHUNK_JSON:
        raise InvalidModel("the GLB does not begin with a JSON chunk")
    binary = next((chunk for kind, chunk in chunks[1:] if kind == _CHUNK_BIN), None)
    return chunks[0][1], binary
