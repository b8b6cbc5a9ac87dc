"""`pirouette admin backup` and `restore`: a farm in a folder, and a farm made of one.

    manifest.json       what this is a backup of; written last, so a folder without it is none
    database-....       the database as it was at one moment
    files-....txt       the keys of all files that it names, one a line
    files/              these files, unless they are left where they are

A second backup into the same folder copies only files that are new, and deletes those that are no longer named, once
the new manifest is there. Files never change, so the old ones need no look.
"""

import contextlib
import datetime as dt
import os
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.orm import Session

from api import clock
from api.db import copies
from api.db.migrate import is_known, version_of
from api.db.session import Database, has_schema
from api.domain.accounts import books
from api.domain.removal.leftovers import FOLDERS
from api.domain.watching import files
from api.domain.work import restored
from api.errors import InvalidState
from api.settings import Settings
from api.storage.base import FileMissing, Storage
from api.storage.open import open_storage

MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """`database` and `listed` are names of files beside it. `gone` are files that were deleted while the backup was
    made, and `lost` those that the farm itself has no longer, although its database names them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    made_at: dt.datetime
    version: str
    schema_version: str
    kind: Literal["sqlite", "postgresql"]
    database: str
    listed: str
    with_files: bool
    files: int
    bytes: int
    gone: tuple[str, ...]
    lost: tuple[str, ...]


def back_up(settings: Settings, folder: Path, *, with_files: bool) -> Manifest:
    """Raises CopyFailed, Unavailable, StorageUnavailable, OSError; and InvalidState where `folder` has something else.
    """
    earlier = _manifest_in(folder) if folder.exists() and any(folder.iterdir()) else None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it has all secrets that the database has
    url, storage = settings.sqlalchemy_url, open_storage(settings)
    moment = clock.now()
    stamp = f"{moment:%Y%m%dT%H%M%S%f}"
    kind = copies.kind_of(url)
    database, listed = f"database-{stamp}{copies.SUFFIXES[kind]}", f"files-{stamp}.txt"
    with copies.copied(url, folder / database) as session:
        _list_files(session, folder / listed)
        schema_version = version_of(session.connection())
    count = size = 0
    missing: set[str] = set()
    for key in _lines(folder / listed):
        count += 1
        try:
            size += _copy(storage, key, folder / "files" / key) if with_files else storage.stat(key).size
        except FileMissing:
            missing.add(key)
    lost = _still_named(url, missing) if missing else set()
    made = Manifest(
        made_at=moment, version=metadata.version("pirouette"), schema_version=schema_version,
        kind=kind, database=database, listed=listed, with_files=with_files, files=count, bytes=size,
        gone=tuple(sorted(missing - lost)), lost=tuple(sorted(lost)),
    )  # fmt: skip
    _write(folder / MANIFEST, made.model_dump_json(indent=1))
    if earlier is not None:
        _prune(folder, made, earlier)
    return made


def restore(settings: Settings, folder: Path) -> Manifest:
    """Makes the empty farm of the settings what the backup in `folder` has. What it returns is of that farm.

    Raises CopyFailed, Unavailable, StorageUnavailable, OSError; and InvalidState where the farm isn't empty, or can't
    be what the backup is, or isn't right afterwards.
    """
    manifest = _manifest_in(folder)
    url, storage = settings.sqlalchemy_url, open_storage(settings)
    _refuse_unless_empty(settings, storage, folder, manifest)
    missing = set(_restore_files(storage, folder, manifest))
    copies.restore(url, folder / manifest.database)
    database = Database(url)
    try:
        database.migrate()
        with database.begin() as session:
            restored.go_on(session)
            wrong = books.unbalanced(session)
    finally:
        database.dispose()
    if wrong:
        raise InvalidState(f"It is restored, but the credits of these accounts aren't their ledger's sum: {wrong}")
    if unexpected := missing.difference(manifest.gone, manifest.lost):
        raise InvalidState(
            f"It is restored, but {len(unexpected)} files aren't there, such as {min(unexpected)}; the storage of the "
            "settings isn't the one that the backup was made of, or has lost them"
        )
    return manifest


def _manifest_in(folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, ValidationError):
        raise InvalidState(f"{folder} holds no backup that this version of Pirouette can read") from None


def _list_files(session: Session, path: Path) -> None:
    with path.open("w") as file:
        for key in sorted(set(files.named(session))):
            file.write(f"{key}\n")


def _lines(path: Path) -> Iterator[str]:
    with path.open() as file:
        for line in file:
            yield line.rstrip("\n")


def _copy(storage: Storage, key: str, target: Path) -> int:
    """Of how many bytes. A file that is there is whole, and is left as it is."""
    with contextlib.suppress(FileNotFoundError):
        return target.stat().st_size
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    with unfinished.open("wb") as file:
        for chunk in storage.read(key):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(target)
    return target.stat().st_size


def _still_named(url: str, keys: set[str]) -> set[str]:
    database = Database(url)
    try:
        with database.read() as session:
            return keys.intersection(files.named(session))
    finally:
        database.dispose()


def _write(path: Path, content: str) -> None:
    """The file is there whole or not at all."""
    unfinished = path.with_suffix(".part")
    with unfinished.open("w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _prune(folder: Path, made: Manifest, earlier: Manifest) -> None:
    """Deletes what the earlier backup had and this one hasn't."""
    for name in (earlier.database, earlier.listed):
        (folder / name).unlink(missing_ok=True)
    kept = {str(folder / "files" / key) for key in _lines(folder / made.listed)} if made.with_files else set()
    for path, folders, names in os.walk(folder / "files", topdown=False):
        for name in names:
            if f"{path}/{name}" not in kept:
                Path(path, name).unlink()
        for name in folders:
            with contextlib.suppress(OSError):  # it has something in it
                Path(path, name).rmdir()


def _refuse_unless_empty(settings: Settings, storage: Storage, folder: Path, manifest: Manifest) -> None:
    kind = copies.kind_of(settings.sqlalchemy_url)
    if kind != manifest.kind:
        raise InvalidState(f"The backup is of {manifest.kind}, the database of the settings is {kind}")
    if not is_known(manifest.schema_version):
        raise InvalidState(f"The backup is of a newer Pirouette, {manifest.version}: restore it with that or a later")
    if has_schema(settings.sqlalchemy_url):
        raise InvalidState("The database of the settings has a farm in it: a backup is restored into an empty one")
    if not manifest.with_files:
        return
    own = {tuple(key.split("/")[:2]) for key in _lines(folder / manifest.listed)}  # a try that was broken off left some
    if any((place, entry.name) not in own for place in FOLDERS for entry in storage.entries(place)):
        raise InvalidState("The storage of the settings has other files: a backup is restored into an empty one")


def _restore_files(storage: Storage, folder: Path, manifest: Manifest) -> Iterator[str]:
    """Puts the files into the storage, or looks that they are there. The keys of those that are missing."""
    for key in _lines(folder / manifest.listed):
        try:
            if not manifest.with_files:
                storage.stat(key)
            elif (source := folder / "files" / key).exists():
                with storage.writer(key) as writer, source.open("rb") as file:
                    while chunk := file.read(1 << 20):
                        writer.write(chunk)
            else:
                yield key
        except FileMissing:
            yield key
