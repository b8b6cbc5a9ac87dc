"""Files, one after another -> here -> a ZIP on disk. Nothing but the table of contents stays in memory."""

import zipfile
from pathlib import Path
from types import TracebackType
from typing import Self

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that ZIP knows: equal sets are equal bytes
_MODE = 0o100644 << 16
_UNIX = 3


class Archive:
    """A ZIP that is written entry by entry, without compression: pictures are compressed already. A context manager."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_STORED)

    def add(self, name: str, content: bytes) -> None:
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.create_system = _UNIX
        entry.external_attr = _MODE
        self._zip.writestr(entry, content)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
