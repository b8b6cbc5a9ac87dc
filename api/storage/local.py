"""Files in a folder that servers and workers share: the storage of an embedded farm, or of one with a shared volume."""

import contextlib
import datetime as dt
import filecmp
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from api.storage.base import (
    CHUNK_BYTES,
    Entry,
    FileMissing,
    KeyTaken,
    Room,
    SignedUpload,
    StorageUnavailable,
    StoredFile,
    Writer,
    key_parts,
)
from api.storage.disk import disk_errors_told
from api.storage.scratch import Scratch
from api.storage.signing import UrlSigner, kept_secret

_ABSENT = (FileNotFoundError, IsADirectoryError, NotADirectoryError)  # only files are stored, folders are our business
NO_RESERVE = Room((), 0)
LINK_TRIES = 100
"""How often a file is put into a folder that others delete: who does that does it once or twice."""


class LocalStorage:
    """Keeps the file of key ``a/b.mp4`` at ``root/a/b.mp4``.

    A file is written beside the others under ``root/.incoming`` (no key can name it), flushed to the disk and linked
    into place, so a reader sees all of it or nothing, and a crash leaves at most an orphan there.
    """

    def __init__(self, root: Path, room: Room = NO_RESERVE) -> None:
        self.room = room
        self._root = root.absolute()
        self._incoming = Scratch(self._root / ".incoming")

    @cached_property
    def signer(self) -> UrlSigner:
        """Its secret lies beside the files, so that all servers that share the folder know it."""
        return UrlSigner(kept_secret(self._root / ".signing-secret"))

    @contextlib.contextmanager
    def writer(self, key: str) -> Iterator[Writer]:
        target = self._path(key)
        self.room.require()
        with disk_errors_told(), self._incoming.file() as (temporary, file):
            yield file
            _publish(file, temporary, target, key)

    def put_file(self, key: str, path: Path) -> StoredFile:
        target = self._path(key)
        with disk_errors_told(), path.open("rb") as source:
            if path.stat().st_dev == self._incoming.device:
                return _publish(source, path, target, key)
            with self._incoming.file() as (temporary, file):
                shutil.copyfileobj(source, file, CHUNK_BYTES)
                return _publish(file, temporary, target, key)

    def copy(self, key: str, target: str) -> StoredFile:
        path, copied = self._path(key), self._path(target)
        if not path.is_file():
            raise FileMissing(key)
        with disk_errors_told():
            try:
                return _link(path, copied, target)
            except FileNotFoundError:
                raise FileMissing(key) from None

    def join(self, keys: Sequence[str], target: str) -> StoredFile:
        joined = self._path(target)
        self.room.require()
        with disk_errors_told(), self._incoming.file() as (temporary, file):
            for key in keys:
                with _opened(self._path(key), key) as part:
                    shutil.copyfileobj(part, file, CHUNK_BYTES)
            return _publish(file, temporary, joined, target)

    def read(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        with disk_errors_told(), _opened(self._path(key), key) as file:
            file.seek(start)
            left = None if end is None else max(0, end - start)
            while left is None or left > 0:
                chunk = file.read(CHUNK_BYTES if left is None else min(CHUNK_BYTES, left))
                if not chunk:
                    return
                if left is not None:
                    left -= len(chunk)
                yield chunk

    def stat(self, key: str) -> StoredFile:
        path = self._path(key)
        if not path.is_file():
            raise FileMissing(key)
        return _stored(key, path.stat())

    @contextlib.contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise FileMissing(key)
        yield path

    def delete(self, key: str) -> None:
        with disk_errors_told():
            self._path(key).unlink(missing_ok=True)

    def delete_prefix(self, prefix: str) -> None:
        path = self._path(prefix.removesuffix("/"))
        if not path.is_dir():
            with disk_errors_told():
                path.unlink(missing_ok=True)
            return
        shutil.rmtree(path, ignore_errors=True)  # goes on with the rest where something can't be deleted
        try:
            shutil.rmtree(path)  # says why
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageUnavailable(f"{prefix} was not deleted whole: {error}") from error

    def tidy(self, before: dt.datetime) -> int:
        return self._incoming.tidy(before)

    def ping(self) -> None:
        if not os.access(self._incoming.folder, os.W_OK):
            raise StorageUnavailable(f"{self._incoming.folder} is not there, or can't be written to")

    def entries(self, folder: str) -> Iterator[Entry]:
        with contextlib.suppress(FileNotFoundError), os.scandir(self._path(folder)) as found:
            for entry in found:
                with contextlib.suppress(FileNotFoundError, ValueError):
                    key_parts(entry.name)  # what can't be a key's part is none of ours
                    # A file may be older than its place here: only its status changes when it is moved.
                    changed = entry.stat().st_ctime
                    yield Entry(entry.name, dt.datetime.fromtimestamp(changed, dt.UTC))

    def signed_download(
        self, key: str, *, seconds: int, filename: str | None = None, content_type: str | None = None
    ) -> str:
        key_parts(key)
        parameters = {"name": filename, "type": content_type}
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.signer.url("GET", key, seconds=seconds, parameters=given)

    def signed_upload(self, key: str, *, seconds: int, size: int, sha256: str, content_type: str) -> SignedUpload:
        key_parts(key)
        parameters = {"size": str(size), "sha256": sha256, "type": content_type}
        url = self.signer.url("PUT", key, seconds=seconds, parameters=parameters)
        return SignedUpload(url, "PUT", {"Content-Type": content_type})

    def signed_put(self, key: str, *, seconds: int) -> str:
        key_parts(key)
        return self.signer.url("PUT", key, seconds=seconds, parameters={})

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*key_parts(key))


def _opened(path: Path, key: str) -> FileIO:
    """Raises FileMissing."""
    try:
        return path.open("rb", buffering=0)
    except _ABSENT:
        raise FileMissing(key) from None


def _stored(key: str, info: os.stat_result) -> StoredFile:
    identity = f"{key}:{info.st_size}:{info.st_mtime_ns}"
    return StoredFile(key, info.st_size, hashlib.sha256(identity.encode()).hexdigest()[:32])


def _publish(file: BinaryIO, path: Path, target: Path, key: str) -> StoredFile:
    """Flushes the open `file` that lies at `path` to the disk, and moves it to `target`. Raises what `_link` raises."""
    file.flush()
    os.fsync(file.fileno())
    stored = _link(path, target, key)
    path.unlink()
    return stored


def _link(path: Path, target: Path, key: str) -> StoredFile:
    """Gives the file at `path` a second name, `target`, and makes it durable.

    Others may delete the target's folder meanwhile: then the file lies there afterwards, or is deleted, too.
    Raises KeyTaken where another file is there already, and FileNotFoundError where there is none at `path`.
    """
    for _ in range(LINK_TRIES):
        info = path.stat()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, target)  # a renaming would replace what is there
            break
        except FileNotFoundError:
            continue
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                info = target.stat()
                if filecmp.cmp(path, target, shallow=False):
                    break
                raise KeyTaken(key) from None
    else:
        raise StorageUnavailable(f"{target.parent} is deleted again and again, or can't be made")
    with contextlib.suppress(FileNotFoundError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return _stored(key, info)
