"""The contract of every storage: between uploads, workers and downloads. A backend is chosen by settings alone.

A key is a relative path such as ``renders/Xz7pQ4w8nR2k/1/video.mp4``. What lies under a key is written once and then
never changes, so an ETag stays good for as long as the file is there.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

CHUNK_BYTES = 256 * 1024
MAX_KEY_LENGTH = 200  # what the database's columns hold

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


class FileMissing(Exception):
    """No file is stored under the key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no file is stored under {key!r}")
        self.key = key


@dataclasses.dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as stored: `size` in bytes, `etag` a strong validator without its quotes."""

    key: str
    size: int
    etag: str


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder by its name. `changed_at` is when it was stored or, of a folder, when something in it was."""

    name: str
    changed_at: dt.datetime


class Writer(Protocol):
    """Takes a new file's bytes in order."""

    def write(self, data: bytes | memoryview, /) -> object: ...


class Storage(Protocol):
    """All methods block, may be called from any thread, and raise ValueError for a malformed key."""

    def writer(self, key: str) -> AbstractContextManager[Writer]:
        """The file appears whole when the block ends; if the block raises, nothing is left behind."""

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Takes the file at `path` into the storage. It may be moved: it is no longer the caller's."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes `start` to `end` (exclusive; None: to the end) in chunks. Raises FileMissing when iterated."""

    def stat(self, key: str) -> StoredFile:
        """Raises FileMissing."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """A path to read the file from while the block lasts; its suffix is the key's. Raises FileMissing."""

    def delete(self, key: str) -> None:
        """Deleting what isn't there is no error."""

    def delete_prefix(self, prefix: str) -> None:
        """Deletes the key `prefix` and every key below it: ``a/b`` and ``a/b/`` cover ``a/b/c`` but not ``a/bc``."""

    def entries(self, folder: str) -> Iterator[Entry]:
        """What lies directly in `folder`, which may be absent; in no order."""


def key_parts(key: str) -> list[str]:
    """The parts of a well-formed key; ValueError for one that is absolute, climbs, hides or is empty somewhere."""
    parts = key.split("/")
    if len(key) > MAX_KEY_LENGTH or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"malformed storage key {key!r}")
    return parts
