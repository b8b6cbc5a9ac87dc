"""What the folder storage promises beyond the contract: it can be killed, and its folder may be another file system."""

import datetime as dt
import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api import clock
from api.storage.base import Room, StorageFull, StorageUnavailable
from api.storage.local import LocalStorage


def test_only_old_orphans_of_killed_writers_are_tidied_away(tmp_path: Path) -> None:
    LocalStorage(tmp_path)
    old, fresh = tmp_path / ".incoming" / "old", tmp_path / ".incoming" / "fresh"
    for orphan in (old, fresh):
        orphan.write_bytes(b"half a model")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    LocalStorage(tmp_path)
    assert not old.exists()
    assert fresh.exists()


def test_orphans_are_tidied_away_by_their_age_while_the_storage_is_open(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    with storage.writer("a/b") as writer:
        writer.write(b"under way")
        orphan = tmp_path / ".incoming" / "orphan"
        orphan.write_bytes(b"half a model")
        os.utime(orphan, (time.time() - 7200,) * 2)
        assert storage.tidy(clock.now() - dt.timedelta(hours=1)) == 1
        assert not orphan.exists()
    assert b"".join(storage.read("a/b")) == b"under way"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_file_is_stored_though_its_folder_is_deleted_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """As a worker does when its render is cancelled just then: that is no failure of the worker's."""
    storage, link, deletions = LocalStorage(tmp_path / "files"), os.link, 0
    with storage.writer("a/1/x") as writer:
        writer.write(b"of an earlier attempt")

    def deleted_meanwhile(source: Path, target: Path) -> None:
        nonlocal deletions
        deletions += 1
        if when == "before" and deletions == 1:
            storage.delete_prefix("a")
        link(source, target)
        if when == "after":
            storage.delete_prefix("a")

    monkeypatch.setattr(os, "link", deleted_meanwhile)
    made = tmp_path / "made"
    made.write_bytes(b"frame")
    stored = storage.put_file("a/1/y", made)
    assert (stored.key, stored.size) == ("a/1/y", 5)
    assert list(storage.entries("a")) == [] if when == "after" else b"".join(storage.read("a/1/y")) == b"frame"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageUnavailable, match="can't be made"), storage.writer("a/x") as writer:
        writer.write(b".")


def test_a_deletion_that_fails_in_part_does_the_rest_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = LocalStorage(tmp_path)
    for key in ("a/1/x", "a/2/x", "a/3/x"):
        with storage.writer(key) as writer:
            writer.write(b".")
    rmdir = os.rmdir

    def refuse(path: str, **named: Any) -> None:
        if str(path).endswith("2"):
            raise PermissionError(errno.EPERM, "not this one", path)
        rmdir(path, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rmdir", refuse)
        with pytest.raises(StorageUnavailable, match="not this one"):
            storage.delete_prefix("a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["2"]
    storage.delete_prefix("a")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StorageUnavailable), (errno.EPERM, OSError)],
)
def test_what_a_disk_fails_with_is_told_as_every_storage_tells_it(
    tmp_path: Path, number: int, told: type[Exception]
) -> None:
    storage = LocalStorage(tmp_path)

    def write() -> None:
        with storage.writer("a/b"):
            raise OSError(number, os.strerror(number))

    with pytest.raises(told):
        write()
    assert list((tmp_path / ".incoming").iterdir()) == []


def test_nothing_comes_in_below_the_reserve_but_what_is_made_goes_out(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "files", Room((tmp_path, tmp_path / "nowhere"), 1 << 60))
    assert storage.room.is_short()
    with pytest.raises(StorageFull, match="MB are free"), storage.writer("a/b"):
        raise AssertionError("it was let in")
    made = tmp_path / "video.mp4"
    made.write_bytes(b"frames")
    storage.put_file("a/video.mp4", made)
    storage.delete("a/video.mp4")
    assert not Room((tmp_path / "nowhere",), 1 << 60).is_short()


def test_all_servers_of_a_folder_share_a_secret_that_nobody_else_can_read(tmp_path: Path) -> None:
    storages = [LocalStorage(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        urls = list(pool.map(lambda storage: storage.signed_download("a/b", seconds=60), storages))
    for url in urls:
        path, _, query = url.partition("?")
        assert path == "/storage/a/b"
        assert [storage.signer.check("GET", "a/b", query).keys() for storage in storages] == [{"expires"}] * 8
    [secret] = [path for path in tmp_path.iterdir() if path.is_file()]
    assert secret.stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.signed_download("a/b", seconds=60)
    (tmp_path / ".signing-secret").write_bytes(b"")
    with pytest.raises(ValueError, match="damaged"):
        LocalStorage(tmp_path).signed_download("a/b", seconds=60)


def test_a_file_from_another_file_system_is_copied(tmp_path: Path) -> None:
    other = Path("/dev/shm")  # noqa: S108 - the one other file system that every Linux has
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs /dev/shm to be a file system of its own")
    source = other / f"pirouette-test-{os.getpid()}"
    source.write_bytes(b"frames")
    try:
        storage = LocalStorage(tmp_path)
        storage.put_file("a/video.mp4", source)
        assert b"".join(storage.read("a/video.mp4")) == b"frames"
        assert list((tmp_path / ".incoming").iterdir()) == []
    finally:
        source.unlink(missing_ok=True)
