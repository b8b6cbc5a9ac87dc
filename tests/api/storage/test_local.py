"""What the folder storage promises beyond the contract: it can be killed, and its folder may be another file system."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

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
