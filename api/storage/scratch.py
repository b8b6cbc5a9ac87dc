"""Files on their way into a storage or out of it, which no crash leaves behind for long."""

import contextlib
import datetime as dt
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from api import clock

STALE = dt.timedelta(days=1)


class Scratch:
    """A folder of temporary files, which processes may share. Whoever opens it removes files older than a day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tidy(clock.now() - STALE)

    def tidy(self, before: dt.datetime) -> int:
        """Deletes files that nobody has written to since `before`; how many."""
        orphans = 0
        for orphan in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process may tidy at the same time
                if orphan.stat().st_mtime < before.timestamp():
                    orphan.unlink()
                    orphans += 1
        return orphans

    @property
    def device(self) -> int:
        """The number of the file system that the folder is on."""
        return self.folder.stat().st_dev

    @contextlib.contextmanager
    def file(self, suffix: str = "") -> Iterator[tuple[Path, BinaryIO]]:
        """A new file, open for writing; it is deleted when the block ends, unless it was moved away."""
        path = self.folder / f"{secrets.token_hex(16)}{suffix}"
        try:
            with path.open("xb") as file:
                yield path, file
        finally:
            path.unlink(missing_ok=True)
