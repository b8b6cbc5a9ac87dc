"""What every storage must do with files. What it must do with signed links: test_signed_links."""

import datetime as dt
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api import clock
from api.storage.base import CHUNK_BYTES, JOINED_BYTES, MAX_KEY_LENGTH, FileMissing, KeyTaken, Storage


def put(storage: Storage, key: str, data: bytes) -> None:
    with storage.writer(key) as writer:
        writer.write(data)


def contents(storage: Storage, key: str) -> bytes:
    return b"".join(storage.read(key))


def test_what_was_written_is_read_back(storage: Storage) -> None:
    with storage.writer("models/a.glb") as writer:
        writer.write(b"glTF")
        writer.write(memoryview(b"-rest"))
    assert contents(storage, "models/a.glb") == b"glTF-rest"
    stored = storage.stat("models/a.glb")
    assert (stored.key, stored.size) == ("models/a.glb", 9)


def test_an_empty_file_is_a_file(storage: Storage) -> None:
    put(storage, "empty", b"")
    assert storage.stat("empty").size == 0
    assert contents(storage, "empty") == b""


def test_a_file_does_not_exist_before_its_writer_ends(storage: Storage) -> None:
    with storage.writer("a/b") as writer:
        writer.write(b"half")
        with pytest.raises(FileMissing):
            storage.stat("a/b")
    assert storage.stat("a/b").size == 4


def test_nothing_can_be_written_after_the_end(storage: Storage) -> None:
    with storage.writer("a/b") as writer:
        writer.write(b"all")
    with pytest.raises(ValueError, match=r"closed|ended"):
        writer.write(b"more")
    assert contents(storage, "a/b") == b"all"


def test_a_failed_writer_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    def write_and_fail() -> None:
        with storage.writer("a/b") as writer:
            writer.write(b"half")
            raise RuntimeError("the sender went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_and_fail()
    with pytest.raises(FileMissing):
        storage.stat("a/b")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_same_bytes_may_be_written_again(storage: Storage, tmp_path: Path) -> None:
    data = random.Random(3).randbytes(9 * 1024 * 1024)  # more than S3 takes in one part
    put(storage, "a/b", data)
    first = storage.stat("a/b")
    put(storage, "a/b", data)
    source = tmp_path / "source"
    source.write_bytes(data)
    assert storage.put_file("a/b", source) == storage.stat("a/b") == first


@pytest.mark.parametrize("size", [4, 9 * 1024 * 1024])
def test_other_bytes_are_refused_where_a_file_is(storage: Storage, tmp_path: Path, size: int) -> None:
    put(storage, "a/b", b"x" * size)
    first = storage.stat("a/b")
    source = tmp_path / "source"
    source.write_bytes(b"y" * size)
    with pytest.raises(KeyTaken):
        put(storage, "a/b", b"y" * size)
    with pytest.raises(KeyTaken):
        storage.put_file("a/b", source)
    assert contents(storage, "a/b") == b"x" * size
    assert storage.stat("a/b") == first


def test_of_several_writers_of_a_key_one_wins(storage: Storage) -> None:
    def write(number: int) -> bool:
        try:
            put(storage, "a/b", bytes([number]) * 1000)
        except KeyTaken:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(write, range(8)))
    assert won.count(True) == 1
    assert contents(storage, "a/b") == bytes([won.index(True)]) * 1000


def test_a_file_is_taken_in_from_a_path(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "video.mp4"
    source.write_bytes(b"moov")
    stored = storage.put_file("renders/r/1/video.mp4", source)
    assert stored == storage.stat("renders/r/1/video.mp4")
    assert contents(storage, "renders/r/1/video.mp4") == b"moov"


def test_files_are_joined_in_their_order(storage: Storage) -> None:
    parts = [random.Random(7).randbytes(JOINED_BYTES), random.Random(8).randbytes(JOINED_BYTES), b"end"]
    for number, part in enumerate(parts):
        put(storage, f"parts/u/{number}", part)
    joined = storage.join([f"parts/u/{number}" for number in (1, 0, 2)], "models/m.glb")
    assert joined == storage.stat("models/m.glb")
    assert contents(storage, "models/m.glb") == parts[1] + parts[0] + parts[2]
    assert contents(storage, "parts/u/2") == b"end"


def test_what_lacks_a_part_is_not_joined(storage: Storage, tmp_path: Path) -> None:
    put(storage, "parts/u/1", bytes(JOINED_BYTES))
    with pytest.raises(FileMissing):
        storage.join(["parts/u/1", "parts/u/2"], "models/m.glb")
    with pytest.raises(FileMissing):
        storage.stat("models/m.glb")
    assert storage.tidy(clock.now() + dt.timedelta(days=1)) == 0


def test_a_copy_stays_when_its_source_changes_or_goes(storage: Storage) -> None:
    data = random.Random(5).randbytes(9 * 1024 * 1024)
    put(storage, "uploads/u/model.glb", data)
    copied = storage.copy("uploads/u/model.glb", "models/m.glb")
    assert copied == storage.stat("models/m.glb")
    assert copied.size == len(data)
    storage.delete("uploads/u/model.glb")
    put(storage, "uploads/u/model.glb", b"other")
    assert contents(storage, "models/m.glb") == data


def test_an_empty_file_is_copied(storage: Storage) -> None:
    put(storage, "a", b"")
    assert storage.copy("a", "b").size == 0


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, None), (5, None), (0, 5), (3, 3), (7, 3), (CHUNK_BYTES - 1, CHUNK_BYTES + 1), (0, 10**9), (10**9, None)],
)
def test_a_range_is_what_slicing_gives(storage: Storage, start: int, end: int | None) -> None:
    data = bytes(range(256)) * (2 * CHUNK_BYTES // 256) + b"tail"
    put(storage, "big", data)
    assert b"".join(storage.read("big", start, end)) == data[start:end]


def test_reading_is_chunked(storage: Storage) -> None:
    put(storage, "big", b"x" * (3 * CHUNK_BYTES))
    assert max(len(chunk) for chunk in storage.read("big")) <= CHUNK_BYTES


def test_an_etag_is_stable_for_a_file_and_differs_between_files(storage: Storage) -> None:
    put(storage, "a", b"same bytes")
    put(storage, "b", b"same bytes")
    etags = [storage.stat(key).etag for key in ("a", "a", "b")]
    assert etags[0] == etags[1] != etags[2]
    assert all(etag.isalnum() for etag in etags)


def test_a_missing_file_is_told_as_such(storage: Storage) -> None:
    put(storage, "a/b/c", b"1")
    for key in ("nothing", "a/b", "a/b/c/d"):  # a folder is not a file
        with pytest.raises(FileMissing):
            storage.stat(key)
        with pytest.raises(FileMissing):
            contents(storage, key)
        with pytest.raises(FileMissing), storage.local_path(key):
            pass
        with pytest.raises(FileMissing):
            storage.copy(key, "copied")


def test_a_local_path_can_be_read_and_keeps_the_suffix(storage: Storage) -> None:
    put(storage, "models/chair.glb", b"glTF")
    with storage.local_path("models/chair.glb") as path:
        assert path.suffix == ".glb"
        assert path.read_bytes() == b"glTF"


def test_deleting_takes_one_file_and_forgives_absence(storage: Storage) -> None:
    put(storage, "a/1", b"1")
    put(storage, "a/2", b"2")
    storage.delete("a/1")
    storage.delete("a/1")
    with pytest.raises(FileMissing):
        storage.stat("a/1")
    assert contents(storage, "a/2") == b"2"


@pytest.mark.parametrize("prefix", ["a/b", "a/b/"])
def test_deleting_a_prefix_takes_the_folder_and_not_its_namesakes(storage: Storage, prefix: str) -> None:
    for key in ("a/b/1", "a/b/c/2", "a/bc"):
        put(storage, key, b".")
    storage.delete_prefix(prefix)
    storage.delete_prefix(prefix)
    for key in ("a/b/1", "a/b/c/2"):
        with pytest.raises(FileMissing):
            storage.stat(key)
    assert contents(storage, "a/bc") == b"."


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "a//b", "a/", "../a", "a/../../b", "./a", "a/.", ".incoming/x", "a\\b", "a\0b", "a b", "ä",
     "a\n", "x" * (MAX_KEY_LENGTH + 1)],
)
def test_a_malformed_key_is_refused_by_every_method(storage: Storage, tmp_path: Path, key: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"1")
    put(storage, "there", b"1")
    uses: list[Callable[[], object]] = [
        lambda: put(storage, key, b"1"),
        lambda: storage.put_file(key, source),
        lambda: storage.copy(key, "copied"),
        lambda: storage.copy("there", key),
        lambda: contents(storage, key),
        lambda: storage.stat(key),
        lambda: storage.local_path(key).__enter__(),
        lambda: storage.delete(key),
        lambda: storage.signed_download(key, seconds=60),
        lambda: storage.signed_upload(key, seconds=60, size=1, sha256="0" * 64, content_type="model/gltf-binary"),
        lambda: storage.signed_put(key, seconds=60),
    ]
    if not key.endswith("/"):
        uses.append(lambda: storage.delete_prefix(key))
    for use in uses:
        with pytest.raises(ValueError, match="malformed storage key"):
            use()
    assert source.exists()


def test_a_folder_lists_what_lies_in_it(storage: Storage) -> None:
    assert list(storage.entries("models")) == []
    started = clock.now()
    for key in ("models/a.glb", "models/b/1/video.mp4", "models/b/2/video.mp4", "other/c"):
        put(storage, key, b"x")
    entries = {entry.name: entry.changed_at for entry in storage.entries("models")}
    assert entries.keys() == {"a.glb", "b"}
    assert all(abs(changed - started) < dt.timedelta(hours=1) for changed in entries.values())
    storage.delete_prefix("models/a.glb")
    storage.delete_prefix("models/b")
    assert list(storage.entries("models")) == []
    assert storage.stat("other/c").size == 1


def test_a_moved_file_counts_from_when_it_came(storage: Storage, tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_bytes(b"x")
    os.utime(old, (0, 0))
    storage.put_file("models/old", old)
    [entry] = storage.entries("models")
    assert entry.changed_at > dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
