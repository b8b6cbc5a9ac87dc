"""A file on its way in: counted, hashed, and gone without a trace unless it is finished."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import FileTooLarge, InvalidFormat
from api.ingest.incoming import IncomingFile, ReceivedFile, abandoned_on_error, harmless_name
from api.storage.local import LocalStorage


def key_for(name: str) -> str:
    if name.endswith(".exe"):
        raise InvalidFormat
    return f"models/{name}"


def incoming(folder: Path) -> IncomingFile:
    return IncomingFile(LocalStorage(folder), key_for=key_for, max_bytes=10, too_large=FileTooLarge("too large"))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_finished_file_is_stored_with_its_size_and_hash(tmp_path: Path) -> None:
    file = incoming(tmp_path)
    file.open("folder/a.glb")
    file.write(b"12345")
    file.write(memoryview(b"67890"))
    received = file.finish()
    assert received == ReceivedFile("a.glb", "models/a.glb", 10, hashlib.sha256(b"1234567890").hexdigest())
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


def test_a_refused_name_opens_nothing(tmp_path: Path) -> None:
    file = incoming(tmp_path)
    with pytest.raises(InvalidFormat):
        file.open("a.exe")
    assert not file.is_open
    with pytest.raises(ValueError, match="not open"):
        file.write(b"1")
    assert files(tmp_path) == []


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
