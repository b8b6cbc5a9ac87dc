"""A ZIP with a model in it: read member by member in memory, never unpacked to disk.

Names, links, sizes and compression ratios are checked in the central directory before any member is unpacked. A member
that unpacks to another size than the directory declares is refused.

Members are known by plain relative paths, whoever packed them: old .NET writes backslashes, some programs "./" in
front, and the Finder UTF-8 without the flag that says so.
"""

import contextlib
import functools
import io
import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from renderer.errors import InvalidModel, ModelError, ModelTooLarge, UnsupportedModel
from renderer.load import limits
from renderer.load.fields import printable
from renderer.load.names import Names, folded

MODEL_SUFFIXES = ((".glb", ".gltf", ".obj"), (".stl", ".ply", ".usdz"))
"""Those of the second kind are looked for where there is none of the first."""

OTHER_MODEL_SUFFIXES = {
    ".fbx": "export FBX models as GLB or USDZ", ".usd": "pack USD files as USDZ", ".usda": "pack USD files as USDZ",
    ".usdc": "pack USD files as USDZ", ".model": "export 3MF models as GLB or STL",
    ".step": "export STEP models from the CAD program as GLB, STL or OBJ",
    ".stp": "export STEP models from the CAD program as GLB, STL or OBJ",
    **dict.fromkeys((".dae", ".blend", ".3ds", ".max", ".c4d", ".ma", ".mb", ".skp", ".abc"), "export it as GLB"),
}  # fmt: skip
"""Models that can't be read, and what to do."""

CANDIDATES = 20
"""Models of an archive that a message names; more would make it hard to read."""
NESTED_SUFFIXES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")

_END_RECORD = b"PK\5\6"  # APPNOTE.TXT 4.3.16, 22 bytes and a comment
_IS_UTF8 = 0x800  # of the name: 4.4.4, bit 11
_ZIP64_LOCATOR = b"PK\6\7"  # 4.3.15, the 20 bytes before it


class Archive:
    """The members of a ZIP by their path. Of several models, `chosen` names one by its path, or by the end of it."""

    def __init__(self, data: bytes, chosen: str | None = None) -> None:
        self._chosen = chosen
        _check_directory_size(data)
        with _zip_errors("the archive"):
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        self._members = dict(self._checked_members())

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def read(self, name: str) -> bytes:
        """The unpacked bytes of a member."""
        info = self._members[name]
        with _zip_errors(f"{name!r} in the archive"), self._zip.open(info) as member:
            data = member.read(info.file_size + 1)
        if len(data) != info.file_size:
            raise InvalidModel(f"{name!r} in the archive does not have the size that the archive declares")
        return data

    def _checked_members(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        """Each with its path."""
        infos = self._zip.infolist()
        if len(infos) > limits.ARCHIVE_ENTRIES:
            raise ModelTooLarge(f"the archive has {len(infos):,} entries, and {limits.ARCHIVE_ENTRIES:,} are allowed")
        total = sum(info.file_size for info in infos)
        if total > limits.FILE_BYTES:
            raise ModelTooLarge(f"the archive unpacks to {total:,} bytes, and {limits.FILE_BYTES:,} are allowed")
        seen: set[str] = set()
        for info in infos:
            name = _plain_path(info)
            if not name.endswith("/") and not _is_finders(name):
                _check_member(name, info)
                if name in seen:
                    raise InvalidModel(f"the archive has two entries named {name[:100]!r}: pack one of them")
                seen.add(name)
                yield name, info

    @functools.cached_property
    def model(self) -> str:
        """The path of its one .glb, .gltf or .obj, or else .stl, .ply or .usdz; of several, the chosen one's.

        Raises ModelError where there is none, and where none is chosen, with the list.
        """
        of_kinds = ([name for name in self._members if name.lower().endswith(kind)] for kind in MODEL_SUFFIXES)
        kinds = [found for found in of_kinds if found]
        if self._chosen is not None:
            return self._chosen_of([name for found in kinds for name in found], self._chosen)
        if not kinds:
            raise self._without_model()
        if len(kinds[0]) > 1:
            raise InvalidModel(
                f"the archive holds {len(kinds[0])} models, {_listed(kinds[0])}: name one of them in the setting file, "
                "or pack exactly one"
            )
        return kinds[0][0]

    def _chosen_of(self, models: list[str], chosen: str) -> str:
        wanted = folded(posixpath.normpath(chosen.replace("\\", "/")))
        whole = Names(models).find(chosen)
        ends = [name for name in models if f"/{folded(name)}".endswith(f"/{wanted}")]
        if whole is None and len(ends) != 1:
            problem = f"several models {printable(chosen)!r}" if ends else f"no model {printable(chosen)!r}"
            raise InvalidModel(f"the archive holds {problem}; it holds {_listed(ends or models)}")
        return whole or ends[0]

    def _without_model(self) -> ModelError:
        """The error, to be raised."""
        for name in self._members:
            if (advice := OTHER_MODEL_SUFFIXES.get(posixpath.splitext(name)[1].lower())) is not None:
                return UnsupportedModel(f"the archive holds {name[:100]!r}, which can't be read: {advice}")
        return InvalidModel("the archive holds no .glb, .gltf, .obj, .stl, .ply or .usdz file")


def _listed(models: list[str]) -> str:
    more = f" and {len(models) - CANDIDATES} more" if len(models) > CANDIDATES else ""
    return (", ".join(repr(name[:100]) for name in models[:CANDIDATES]) or "none") + more


def _check_directory_size(data: bytes) -> None:
    """Refuses a huge directory before zipfile makes an object of each entry. Finds the directory as zipfile does."""
    end = len(data) - 22
    if end < 0 or data[end : end + 4] != _END_RECORD or data[-2:] != b"\0\0":
        end = data.rfind(_END_RECORD, max(0, len(data) - 22 - 0xFFFF))
    if end < 0 or len(data) < end + 22:
        raise InvalidModel("the archive is truncated: its directory is missing")
    if data[max(0, end - 20) : end].startswith(_ZIP64_LOCATOR):
        raise UnsupportedModel("the archive is a ZIP64, which no model of an allowed size needs: pack it as plain ZIP")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    if size > limits.ARCHIVE_DIRECTORY_BYTES:
        raise ModelTooLarge(f"the archive's directory has {size:,} bytes: it lists too many or too long names")


def _is_finders(name: str) -> bool:
    """Whether macOS packed a file that holds nothing but another file's attributes."""
    return name.startswith("__MACOSX/") or posixpath.basename(name).startswith("._")


def _plain_path(info: zipfile.ZipInfo) -> str:
    """The member's path as other programs show it; of an unfit one, something that `_check_member` refuses."""
    name = info.filename
    if not info.flag_bits & _IS_UTF8:  # code page 437, says the specification; zipfile has read it so
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    name = name.replace("\\", "/")
    return name.removeprefix("./") if name != "./" else name


def _check_member(name: str, info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    if name.startswith(("/", "../")) or ":" in name or posixpath.normpath(name) != name:
        raise InvalidModel(f"the archive has an entry named {name[:100]!r}: names must be plain relative paths")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise InvalidModel(f"{name!r} in the archive is a link or a device, not a file")
    if info.flag_bits & 1:
        raise UnsupportedModel(f"{name!r} in the archive is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsupportedModel(f"{name!r} in the archive is not packed with deflate")
    if name.lower().endswith(NESTED_SUFFIXES):
        raise InvalidModel(f"{name!r} is an archive inside the archive: pack the model's files directly")
    if info.file_size > max(limits.MEGABYTE, info.compress_size * limits.ARCHIVE_RATIO):
        raise ModelTooLarge(
            f"{name!r} in the archive unpacks to {info.file_size:,} bytes from {info.compress_size:,}: refused"
        )


_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError, RuntimeError,
    NotImplementedError,
)
"""What zipfile and zlib raise on broken archives."""


@contextlib.contextmanager
def _zip_errors(what: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise InvalidModel(f"{what} is damaged: {error}") from error
