"""The contract of every storage: between uploads, workers and downloads. A backend is chosen by settings alone.

A key is a relative path such as ``renders/Xz7pQ4w8nR2k/1/video.mp4``. What lies under a key is written once and then
never changes, so an ETag stays good for as long as the file is there. The same bytes may be written again, which
changes nothing; other bytes are refused with KeyTaken.
"""

import contextlib
import dataclasses
import datetime as dt
import logging
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from api.storage.signing import UrlSigner

CHUNK_BYTES = 256 * 1024
MEGABYTE = 1024 * 1024
JOINED_BYTES = 5 * MEGABYTE
"""The smallest file that another may follow in one that is joined: S3 has no smaller parts."""
MAX_KEY_LENGTH = 200  # what the database's columns hold

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")

logger = logging.getLogger(__name__)


class FileMissing(Exception):
    """No file is stored under the key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no file is stored under {key!r}")
        self.key = key


class KeyTaken(Exception):
    """A file of other bytes is stored under the key; it stays as it is."""

    def __init__(self, key: str) -> None:
        super().__init__(f"another file is stored under {key!r}")
        self.key = key


class StorageUnavailable(Exception):
    """The storage can't be reached or doesn't do its work: not the caller's fault, and another try may succeed."""


class StorageFull(StorageUnavailable):
    """There is no room for a file: its disk is full, or has no more than its reserve."""


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


@dataclasses.dataclass(frozen=True, slots=True)
class SignedUpload:
    """The request that brings a file: `method` to `url` with at least these `headers` and the file as its body."""

    url: str
    method: str
    headers: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """`reserve_bytes` stay free on the disk of each of `folders`: what is being made can be finished in it, rows can
    still be written, and files deleted."""

    folders: tuple[Path, ...] = ()
    reserve_bytes: int = 0

    def free_bytes(self) -> int | None:
        """Of the disk that has the least; None if no folder is there."""
        free = []
        for folder in self.folders:
            with contextlib.suppress(FileNotFoundError):
                free.append(shutil.disk_usage(folder).free)
        return min(free, default=None)

    def is_short(self) -> bool:
        """Whether a disk has less than the reserve."""
        free = self.free_bytes()
        return free is not None and free < self.reserve_bytes

    def require(self) -> None:
        """Raises StorageFull where a disk has less than the reserve."""
        if self.is_short():
            raise StorageFull(f"less than {self.reserve_bytes // MEGABYTE} MB are free on the disk")


class Writer(Protocol):
    """Takes a new file's bytes in order."""

    def write(self, data: bytes | memoryview, /) -> object: ...


class Storage(Protocol):
    """All methods block, may be called from any thread, and raise ValueError for a malformed key.

    All but those that sign raise StorageUnavailable. `room` is what is left on this machine's disks.
    """

    @property
    def room(self) -> Room: ...

    @property
    def signer(self) -> UrlSigner | None:
        """Who signs URLs that lead to our own server, below `signing.PREFIX`; None if they lead to the storage's."""

    def writer(self, key: str) -> AbstractContextManager[Writer]:
        """The file appears whole when the block ends; if the block raises, nothing is left behind.

        For what comes in: raises StorageFull while `room` is short. Raises KeyTaken when the block ends.
        """

    def put_file(self, key: str, path: Path) -> StoredFile:
        """Takes the file at `path` into the storage. It may be moved: it is no longer the caller's. Raises KeyTaken."""

    def copy(self, key: str, target: str) -> StoredFile:
        """What is under `key` at the moment is under `target` too, whole, without passing through this process.

        `target` is a new key that no other process knows. Raises FileMissing.
        """

    def join(self, keys: Sequence[str], target: str) -> StoredFile:
        """What is under `keys`, one after the other, is under `target` too, without passing through this process where
        the storage has a server.

        Each but the last has JOINED_BYTES or more. `target` is as of `copy`. Raises FileMissing.
        """

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes `start` to `end` (exclusive; None: to the end) in chunks. Raises FileMissing when iterated."""

    def stat(self, key: str) -> StoredFile:
        """Raises FileMissing."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """A path to read the file from while the block lasts; its suffix is the key's. Raises FileMissing."""

    def delete(self, key: str) -> None:
        """Deleting what isn't there is no error."""

    def delete_prefix(self, prefix: str) -> None:
        """Deletes the key `prefix` and every key below it: ``a/b`` and ``a/b/`` cover ``a/b/c`` but not ``a/bc``.

        What can't be deleted doesn't keep the rest from it; then it raises StorageUnavailable in the end.
        """

    def entries(self, folder: str) -> Iterator[Entry]:
        """What lies directly in `folder`, which may be absent; in no order."""

    def tidy(self, before: dt.datetime) -> int:
        """Deletes what is left of files whose writers died before they were finished, if it is older than `before`; of
        how many."""

    def ping(self) -> None:
        """Raises StorageUnavailable if files can't be stored and fetched."""

    def signed_download(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        """A URL from which the file may be fetched for `seconds`, by GET, with ranges; nobody checks that it exists.

        It is answered with `content_type`, and as a download called `filename`, where they are given. What begins with
        a slash leads to our own server.
        """

    def signed_upload(self, key: str, *, seconds: int, size: int, sha256: str, content_type: str) -> SignedUpload:
        """A request that may be sent for `seconds` and brings a file of `size` bytes and with `sha256` (in hex).

        Any other body is refused, and nothing is stored: a longer one with 413 by our own server, with 403 by S3, whose
        signature covers the length. The same file may be sent again, which changes nothing: S3 then answers 412, as it
        does where another file is stored under the key, which stays.
        """

    def signed_put(self, key: str, *, seconds: int) -> str:
        """A URL that takes a file of any size and kind for `seconds`, by a PUT that needs no header; the answer is 200.

        Nothing is known of the file before it comes, so S3 neither refuses it nor keeps what was under `key`: what is
        there is to be looked at, and copied to a key of its own, before anything relies on it. What begins with a
        slash leads to our own server, which knows files that are expected only: see api.http.storage.
        """


def discard(storage: Storage, *prefixes: str) -> list[str]:
    """Deletes what nobody needs. Returns what can't be deleted now: it stays until the sweep for leftovers finds it."""
    left = []
    for prefix in prefixes:
        try:
            storage.delete_prefix(prefix)
        except (StorageUnavailable, OSError) as error:
            logger.warning("Left undeleted in the storage: %s: %s", prefix, error)
            left.append(prefix)
    return left


def key_parts(key: str) -> list[str]:
    """The parts of a well-formed key; ValueError for one that is absolute, climbs, hides or is empty somewhere."""
    parts = key.split("/")
    if len(key) > MAX_KEY_LENGTH or not all(_PART.fullmatch(part) for part in parts):
        raise ValueError(f"malformed storage key {key!r}")
    return parts
