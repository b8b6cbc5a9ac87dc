"""What the folder storage promises beyond the contract: it can be killed, and its folder may be another file system."""

import os
import time
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
