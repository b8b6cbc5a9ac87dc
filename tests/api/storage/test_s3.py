"""What a storage in S3 promises beyond the contract: it may be away for a while, and shares its bucket with others."""

import asyncio
import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from api import clock
from api.settings import Settings
from api.storage import s3, s3_client
from api.storage.base import CHUNK_BYTES, FileMissing, Storage, StorageUnavailable, discard
from api.storage.open import open_storage
from api.storage.s3_upload import PART_BYTES
from tests.support.origin import answer, running_origin
from tests.support.s3 import BUCKET, S3Server
from tests.support.tcp_gate import Gate


@pytest.fixture
def gated(s3_server: S3Server, s3_gate: Gate, tmp_path: Path) -> Storage:
    """A storage that is away while the gate is closed."""
    return open_storage(s3_server.settings(tmp_path, port=s3_gate.port))


def put(storage: Storage, key: str, data: bytes) -> None:
    with storage.writer(key) as writer:
        writer.write(data)


def unfinished_uploads(server: S3Server, settings: Settings) -> list[str]:
    found = server.client().list_multipart_uploads(Bucket=BUCKET, Prefix=settings.s3_prefix)
    return [upload["Key"] for upload in found.get("Uploads", [])]


def test_while_the_server_is_away_every_method_says_so(gated: Storage, s3_gate: Gate, tmp_path: Path) -> None:
    put(gated, "a/b", b"before")
    source = tmp_path / "source"
    source.write_bytes(b"moov")
    uses: list[Callable[[], object]] = [
        lambda: put(gated, "a/c", b"1"),
        lambda: put(gated, "a/c", bytes(PART_BYTES + 1)),
        lambda: gated.put_file("a/c", source),
        lambda: list(gated.read("a/b")),
        lambda: gated.stat("a/b"),
        lambda: gated.local_path("a/b").__enter__(),
        lambda: gated.delete("a/b"),
        lambda: gated.delete_prefix("a"),
        lambda: list(gated.entries("a")),
        lambda: gated.tidy(clock.now()),
        gated.ping,
    ]
    s3_gate.close()
    for use in uses:
        with pytest.raises(StorageUnavailable):
            use()
    discard(gated, "a")
    s3_gate.open()
    assert b"".join(gated.read("a/b")) == b"before"
    assert source.exists()
    gated.put_file("a/c", source)
    assert {entry.name for entry in gated.entries("a")} == {"b", "c"}


def test_a_download_that_breaks_off_says_so(gated: Storage, s3_gate: Gate) -> None:
    put(gated, "a/b", bytes(100 * CHUNK_BYTES))
    chunks = gated.read("a/b")
    next(chunks)
    s3_gate.close()
    with pytest.raises(StorageUnavailable):
        list(chunks)


def test_a_server_that_is_silent_or_overloaded_counts_as_away(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(s3_client, "READ_SECONDS", 0.1)
    monkeypatch.setattr(s3_client, "TRIES", 1)
    with running_origin() as origin:
        settings = s3_server.settings(tmp_path, port=origin.port)
        storage = open_storage(settings)
        target = f"/{BUCKET}/{settings.s3_prefix}/a/b"
        for reply in (silence, answer(status="503 Slow Down"), answer(status="500 Internal Server Error")):
            origin.answers[target] = reply
            with pytest.raises(StorageUnavailable):
                storage.stat("a/b")
            with pytest.raises(StorageUnavailable):
                put(storage, "a/b", b"1")


@pytest.mark.parametrize("wrong", ["s3_bucket", "s3_secret_key"])
def test_a_wrong_setting_is_not_a_missing_file(s3_server: S3Server, tmp_path: Path, wrong: str) -> None:
    settings = s3_server.settings(tmp_path)
    storage = open_storage(Settings.model_validate({**settings.model_dump(), wrong: "no-such-thing"}))
    uses: list[Callable[[], object]] = [
        lambda: storage.stat("a/b"), lambda: list(storage.read("a/b")), lambda: put(storage, "a/b", b"1"),
    ]
    for use in uses:
        with pytest.raises(StorageUnavailable):
            use()


def test_a_large_file_leaves_in_parts_while_it_is_written(s3_server: S3Server, tmp_path: Path) -> None:
    settings = s3_server.settings(tmp_path)
    storage = open_storage(settings)
    with storage.writer("a/big") as writer:
        for _ in range(2 * PART_BYTES // CHUNK_BYTES + 1):
            writer.write(bytes(CHUNK_BYTES))
        assert unfinished_uploads(s3_server, settings) == [f"{settings.s3_prefix}/a/big"]
    assert unfinished_uploads(s3_server, settings) == []
    assert storage.stat("a/big").size == 2 * PART_BYTES + CHUNK_BYTES


def test_a_large_file_whose_writer_fails_leaves_no_parts(s3_server: S3Server, tmp_path: Path) -> None:
    settings = s3_server.settings(tmp_path)

    def write_and_fail() -> None:
        with open_storage(settings).writer("a/big") as writer:
            writer.write(bytes(PART_BYTES + 1))
            assert unfinished_uploads(s3_server, settings)
            raise RuntimeError("the sender went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_and_fail()
    assert unfinished_uploads(s3_server, settings) == []


def test_more_files_than_one_request_deletes(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "_DELETE_AT_ONCE", 2)
    storage = open_storage(s3_server.settings(tmp_path))
    for number in range(5):
        put(storage, f"a/b/{number}", b".")
    put(storage, "a/c", b".")
    storage.delete_prefix("a/b")
    assert [entry.name for entry in storage.entries("a")] == ["c"]


def test_a_folder_of_more_files_than_a_page_lists_is_listed_and_deleted_whole(
    s3_server: S3Server, tmp_path: Path
) -> None:
    storage = open_storage(s3_server.settings(tmp_path))
    names = {f"{number:04}" for number in range(1005)}
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: put(storage, f"a/b/{name}", b"."), names))
    put(storage, "a/c", b".")
    assert {entry.name for entry in storage.entries("a/b")} == names
    assert [entry.name for entry in storage.entries("a")] == ["b", "c"]
    storage.delete_prefix("a/b")
    assert [entry.name for entry in storage.entries("a")] == ["c"]


def test_a_deletion_that_fails_in_part_does_the_rest_and_says_so(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "_DELETE_AT_ONCE", 2)
    storage = open_storage(s3_server.settings(tmp_path))
    for number in range(6):
        put(storage, f"a/{number}", b".")
    assert isinstance(storage, s3.S3Storage)
    delete, calls = storage._client.delete_objects, []

    def refuse_once(**named: Any) -> Any:
        calls.append(named)
        if len(calls) == 1:
            return {"Errors": [{"Key": each["Key"], "Code": "InternalError"} for each in named["Delete"]["Objects"]]}
        return delete(**named)

    monkeypatch.setattr(storage._client, "delete_objects", refuse_once)
    with pytest.raises(StorageUnavailable, match="2 files below a were not deleted"):
        storage.delete_prefix("a")
    assert [entry.name for entry in storage.entries("a")] == ["0"]  # the prefix itself was the first key


def test_uploads_in_parts_that_nobody_finishes_are_tidied_away(s3_server: S3Server, tmp_path: Path) -> None:
    settings = s3_server.settings(tmp_path)
    storage = open_storage(settings)
    client = s3_server.client()
    for name in ("a/one", "a/two"):
        client.create_multipart_upload(Bucket=BUCKET, Key=f"{settings.s3_prefix}/{name}")
    client.create_multipart_upload(Bucket=BUCKET, Key="others/file")
    assert storage.tidy(clock.now() - dt.timedelta(hours=1)) == 0
    assert storage.tidy(clock.now() + dt.timedelta(hours=1)) == 2
    left = client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    assert [upload["Key"] for upload in left] == ["others/file"]
    client.abort_multipart_upload(Bucket=BUCKET, Key="others/file", UploadId=left[0]["UploadId"])


def test_storages_of_two_prefixes_share_a_bucket(s3_server: S3Server, tmp_path: Path) -> None:
    one, other = (open_storage(s3_server.settings(tmp_path)) for _ in range(2))
    put(one, "a/b", b"1")
    with pytest.raises(FileMissing):
        other.stat("a/b")
    other.delete_prefix("a")
    assert one.stat("a/b").size == 1


def test_a_malformed_prefix_is_refused(s3_server: S3Server, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="malformed storage key"):
        open_storage(s3_server.settings(tmp_path, s3_prefix="../others"))


def test_a_local_copy_is_gone_after_its_use(s3_server: S3Server, tmp_path: Path) -> None:
    storage = open_storage(s3_server.settings(tmp_path))
    put(storage, "a/b.glb", b"glTF")
    with storage.local_path("a/b.glb") as path:
        assert path.exists()
    assert not path.exists()


def test_signed_links_lead_to_the_address_that_clients_know(s3_server: S3Server, tmp_path: Path) -> None:
    storage = open_storage(s3_server.settings(tmp_path, s3_public_endpoint="https://files.example.com"))
    assert storage.signed_download("a/b", seconds=60).startswith(f"https://files.example.com/{BUCKET}/")
