"""A file on its way in: counted, hashed, and gone without a trace unless it is finished."""

import asyncio
import hashlib
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import FileTooLarge, InvalidFormat
from api.ingest.incoming import HEAD_BYTES, IncomingFile, ReceivedFile, abandoned_on_error, harmless_name
from api.storage.local import LocalStorage


def key_for(head: bytes) -> str:
    if head.startswith(b"MZ"):
        raise InvalidFormat
    return f"models/{len(head)}.glb"


def incoming(folder: Path, max_bytes: int = 10) -> IncomingFile:
    return IncomingFile(
        LocalStorage(folder), key_for=key_for, max_bytes=max_bytes, too_large=FileTooLarge("too large")
    )


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_finished_file_is_stored_with_its_size_and_hash(tmp_path: Path) -> None:
    file = incoming(tmp_path)
    file.open("folder/a.glb")
    file.write(b"12345")
    file.write(memoryview(b"67890"))
    received = file.finish()
    assert received == ReceivedFile("a.glb", "models/10.glb", 10, hashlib.sha256(b"1234567890").hexdigest())
    file.abandon()
    assert [path.read_bytes() for path in files(tmp_path)] == [b"1234567890"]


def test_a_byte_too_many_is_refused(tmp_path: Path) -> None:
    file = incoming(tmp_path)
    file.open("a.glb")
    file.write(b"1234567890")
    with pytest.raises(FileTooLarge, match="too large"):
        file.write(b"1")
    file.abandon()
    assert files(tmp_path) == []


def test_what_has_no_name_is_not_written(tmp_path: Path) -> None:
    file = incoming(tmp_path)
    assert not file.is_open
    with pytest.raises(ValueError, match="not open"):
        file.write(b"1")
    assert files(tmp_path) == []


def test_a_file_that_is_refused_by_how_it_begins_leaves_nothing(tmp_path: Path) -> None:
    short, long = incoming(tmp_path), incoming(tmp_path, max_bytes=HEAD_BYTES)
    for file in (short, long):
        file.open("a.glb")
        file.write(b"MZ")
    with pytest.raises(InvalidFormat):
        short.finish()
    with pytest.raises(InvalidFormat):
        long.write(bytes(HEAD_BYTES - 2))
    assert files(tmp_path) == []


@given(cuts=st.lists(st.integers(1, 2 * HEAD_BYTES - 1), max_size=8))
def test_a_file_is_told_by_its_beginning_however_it_arrives(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    file = incoming(tmp_path_factory.mktemp("store"), max_bytes=2 * HEAD_BYTES)
    contents = bytes(range(256)) * (2 * HEAD_BYTES // 256)
    file.open("a.glb")
    for start, end in itertools.pairwise([0, *sorted(cuts), len(contents)]):
        file.write(contents[start:end])
    received = file.finish()
    assert (received.key, received.size) == (f"models/{HEAD_BYTES}.glb", len(contents))
    assert received.sha256 == hashlib.sha256(contents).hexdigest()


def test_an_abandoned_file_stays_gone_whatever_another_thread_is_about_to_do(tmp_path: Path) -> None:
    file = incoming(tmp_path)
    file.open("a.glb")
    file.write(b"12345")
    file.abandon()
    with pytest.raises(ValueError, match="abandoned"):
        file.finish()
    unopened = incoming(tmp_path)
    unopened.abandon()
    with pytest.raises(ValueError, match="abandoned"):
        unopened.open("a.glb")
    assert files(tmp_path) == []


def test_a_cancelled_task_abandons_its_file(tmp_path: Path) -> None:
    file = incoming(tmp_path)

    async def receive() -> None:
        async with abandoned_on_error(file):
            file.open("a.glb")
            file.write(b"12345")
            await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(receive())
        for _ in range(2):  # the second while the file is being abandoned, as a stopping server does
            await asyncio.sleep(0)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert file.is_open
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "harmless"),
    [
        ("chair.glb", "chair.glb"),
        ("../../etc/chair.glb", "chair.glb"),
        ("C:\\models\\chair.glb", "chair.glb"),
        ("ch\0air\n\x1b[31m.glb", "chair[31m.glb"),
        (" Stühle (2).glb ", "Stühle (2).glb"),
        ("\u202egpj.glb", "gpj.glb"),
        ("x" * 300 + ".glb", "x" * 251 + ".glb"),
        ("x" + "." + "y" * 300, "." + "y" * 254),
        ("models/", ""),
    ],
)
def test_file_names_are_made_harmless(name: str, harmless: str) -> None:
    assert harmless_name(name) == harmless


@given(st.text(max_size=400))
def test_no_file_name_stays_harmful(name: str) -> None:
    made = harmless_name(name)
    assert len(made) <= 255
    assert made.isprintable()
    assert "/" not in made
    assert "\\" not in made
