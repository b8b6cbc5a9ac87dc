"""Files on their way into a storage or out of it, which no crash leaves behind for long."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_STALE_SECONDS = 24 * 3600


class Scratch:
    """A folder of temporary files, which processes may share. Whoever opens it removes files older than a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        for orphan in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process may tidy at the same time
                if orphan.stat().st_mtime < time.time() - _STALE_SECONDS:
                    orphan.unlink()

    @property
    def device(self) -> int:
        """The number of the file system that the folder is on."""
        return self._folder.stat().st_dev

    @contextlib.contextmanager
    def file(self, suffix: str = "") -> Iterator[tuple[Path, BinaryIO]]:
        """A new file, open for writing; it is deleted when the block ends, unless it was moved away."""
        path = self._folder / f"{secrets.token_hex(16)}{suffix}"
        try:
            with path.open("xb") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)
