"""The upload parser on its own: any cut into chunks, every limit, and nothing left behind."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import FarmError, FileTooLarge, InvalidFormat, InvalidRequest, NoFile
from api.http.uploads import MAX_PARTS, UploadForm
from api.ingest.incoming import HEAD_BYTES
from api.storage.local import LocalStorage

KIND = "multipart/form-data; boundary=frontier"
FILE = b"glTF\r\n--frontie" + bytes(range(256)) * 3 + b"\r\n--"


def key_for(head: bytes) -> str:
    if head.startswith(b"MZ"):
        raise InvalidFormat
    return "models/upload.glb"


def form_of(
    storage: LocalStorage, *, kind: str | None = KIND, max_file_bytes: int = 10_000,
    field_limits: Mapping[str, int] | None = None,
) -> UploadForm:
    return UploadForm(
        kind, storage, key_for=key_for, too_large=FileTooLarge(), max_file_bytes=max_file_bytes,
        field_limits={"renderSettings": 100} if field_limits is None else field_limits,
    )


def part(headers: bytes, data: bytes) -> bytes:
    return b"--frontier\r\nContent-Disposition: form-data; " + headers + b"\r\n\r\n" + data + b"\r\n"


def body_of(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--frontier--\r\n"


GOOD = body_of(
    part(b'name="note"', b"nobody reads this"),
    part(b'name="file"; filename="chair.glb"\r\nContent-Type: model/gltf-binary', FILE),
    part(b'name="renderSettings"', b'{"length": 3}'),
)


def leftovers(storage: LocalStorage, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@given(cuts=st.lists(st.integers(1, len(GOOD) - 1), max_size=8))
def test_a_form_reads_the_same_however_it_is_cut(tmp_path_factory: pytest.TempPathFactory, cuts: list[int]) -> None:
    storage = LocalStorage(tmp_path_factory.mktemp("store"))
    form = form_of(storage)
    edges = [0, *sorted(cuts), len(GOOD)]
    for start, end in itertools.pairwise(edges):
        form.feed(GOOD[start:end])
    form.check()
    file = form.file.finish()
    assert (file.name, file.size) == ("chair.glb", len(FILE))
    assert b"".join(storage.read(file.key)) == FILE
    assert form.fields == {"renderSettings": b'{"length": 3}'}


def test_byte_by_byte_works_too(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    form = form_of(storage)
    for index in range(len(GOOD)):
        form.feed(GOOD[index : index + 1])
    form.check()
    assert b"".join(storage.read(form.file.finish().key)) == FILE


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"not multipart at all", InvalidRequest),
        (b"", InvalidRequest),
        (GOOD[:-20], InvalidRequest),
        (GOOD[:200], InvalidRequest),
        (body_of(), NoFile),
        (body_of(part(b'name="renderSettings"', b"{}")), NoFile),
        (body_of(part(b'name="file"', FILE)), NoFile),
        (body_of(part(b'name="file"; filename=""', FILE)), NoFile),
        (body_of(part(b'name="file"; filename="a.glb"', b"")), NoFile),
        (body_of(part(b'name="model"; filename="a.glb"', FILE)), NoFile),
        (body_of(part(b'name="file"; filename="a.glb"', b"MZ")), InvalidFormat),
        (part(b'name="file"; filename="a.glb"', b"MZ" + bytes(HEAD_BYTES)), InvalidFormat),
        (body_of(*[part(b'name="file"; filename="a.glb"', FILE)] * 2), InvalidRequest),
        (body_of(part(b'name="file"; filename="a.glb"', b"x" * 10_001)), FileTooLarge),
        (body_of(part(b'name="renderSettings"', b"x" * 101)), InvalidRequest),
        (body_of(*[part(b'name="a"', b"")] * (MAX_PARTS + 1)), InvalidRequest),
        (body_of(part(b'name="a"\r\nX-Long: ' + b"y" * 10_000, b"")), InvalidRequest),
        (body_of(part(b'name="a"' + b"\r\nX-Many: y" * 100, b"")), InvalidRequest),
    ],
)
def test_a_bad_form_is_refused_and_leaves_nothing(tmp_path: Path, body: bytes, error: type[FarmError]) -> None:
    storage = LocalStorage(tmp_path)
    form = form_of(storage)

    def read() -> None:
        form.feed(body)
        form.check()

    with pytest.raises(error):
        read()
    form.file.abandon()
    assert leftovers(storage, tmp_path) == []


@pytest.mark.parametrize("kind", [None, "application/json", "multipart/form-data", "multipart/form-data; boundary="])
def test_another_content_type_has_no_file(tmp_path: Path, kind: str | None) -> None:
    with pytest.raises(NoFile, match="multipart/form-data"):
        form_of(LocalStorage(tmp_path), kind=kind)


def test_an_endless_boundary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest):
        form_of(LocalStorage(tmp_path), kind="multipart/form-data; boundary=" + "x" * 1000)
