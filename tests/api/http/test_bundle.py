"""The streamed ZIP: readable, of the announced length, the same every time, also in its 64-bit form."""

import io
import itertools
import zipfile
from collections.abc import Iterator
from functools import partial

import pytest

from api.http.bundle import Entry, bundle_etag, bundle_length, read_bundle


def entry(name: str, data: bytes, *, claimed: int | None = None) -> Entry:
    def read() -> Iterator[bytes]:
        return (data[start : start + 1000] for start in range(0, len(data), 1000))

    return Entry(name, len(data) if claimed is None else claimed, f"etag-of-{name}", read)


FILES = {"video.mp4": bytes(range(256)) * 20, "poster.png": b"\x89PNG", "thumb.mp4": b"x" * 3000}
ENTRIES = [entry(name, data) for name, data in FILES.items()]


def whole(entries: list[Entry]) -> bytes:
    return b"".join(read_bundle(entries, 0, bundle_length(entries)))


def test_the_bundle_holds_the_files_uncompressed_and_has_the_announced_length() -> None:
    data = whole(ENTRIES)
    assert len(data) == bundle_length(ENTRIES)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {info.filename: archive.read(info) for info in archive.infolist()} == FILES
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_equal_files_give_equal_bytes() -> None:
    assert whole(ENTRIES) == whole(ENTRIES)


def test_pieces_stay_small() -> None:
    assert max(map(len, read_bundle(ENTRIES, 0, bundle_length(ENTRIES)))) < 2000


@pytest.mark.parametrize("limit", [3, 100, 3000, 3100, 5119, 5120, 5250, 8300, 8500])
def test_the_length_is_exact_in_the_64_bit_form(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)  # stands for 2 GiB, so that every mixture of forms is met
    data = whole(ENTRIES)
    assert len(data) == bundle_length(ENTRIES)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.filename: archive.read(info) for info in archive.infolist()} == FILES


def test_any_part_is_a_slice_of_the_whole() -> None:
    data = whole(ENTRIES)
    edges = [0, 1, 39, 1038, 1039, 1040, 5160, len(data) - 23, len(data) - 1, len(data)]
    for start, end in itertools.combinations(edges, 2):
        assert b"".join(read_bundle(ENTRIES, start, end)) == data[start:end], (start, end)


def test_nothing_is_read_behind_the_part() -> None:
    read: list[str] = []

    def noted(name: str) -> Iterator[bytes]:
        read.append(name)
        yield FILES[name]

    entries = [Entry(name, len(data), "etag", partial(noted, name)) for name, data in FILES.items()]
    assert len(b"".join(read_bundle(entries, 100, 5000))) == 4900
    assert read == ["video.mp4"]


@pytest.mark.parametrize("claimed", [4, 6])
def test_a_file_that_changed_size_breaks_the_download(claimed: int) -> None:
    with pytest.raises(RuntimeError, match=rf"video\.mp4 does not have the {claimed} bytes"):
        whole([entry("video.mp4", b"short", claimed=claimed)])


def test_the_etag_follows_names_and_files() -> None:
    tags = {bundle_etag(ENTRIES), bundle_etag(ENTRIES[:2]), bundle_etag([entry("other.mp4", b"")])}
    assert len(tags) == 3
