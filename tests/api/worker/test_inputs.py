"""Files fetched for one claim stay for the next that needs them, and go with the first that doesn't."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.storage.base import FileMissing
from api.storage.local import LocalStorage
from api.worker.parent.inputs import Inputs


class Counting(LocalStorage):
    """Notes what is fetched, and what was given back."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.fetched: list[str] = []
        self.given_back: list[str] = []

    @contextlib.contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        with super().local_path(key) as path:
            self.fetched.append(key)
            yield path
        self.given_back.append(key)


@pytest.fixture
def storage(tmp_path: Path) -> Counting:
    storage = Counting(tmp_path / "storage")
    for key in ("a", "b", "c"):
        with storage.writer(key) as file:
            file.write(key.encode())
    return storage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inputs"
    folder.mkdir()
    return folder


def test_what_the_next_claim_needs_too_is_fetched_once(storage: Counting, folder: Path) -> None:
    inputs = Inputs(storage, folder)
    first = inputs.fetch(["a", "b"])
    again = inputs.fetch(["b", "c"])
    assert {key: path.read_bytes() for key, path in again.items()} == {"b": b"b", "c": b"c"}
    assert again["b"] == first["b"]
    assert (storage.fetched, storage.given_back) == (["a", "b", "c"], ["a"])
    inputs.close()
    assert sorted(storage.given_back) == ["a", "b", "c"]
    assert list(folder.iterdir()) == []


def test_a_file_that_is_gone_is_missed_also_if_it_was_fetched_before(storage: Counting, folder: Path) -> None:
    inputs = Inputs(storage, folder)
    inputs.fetch(["a"])
    storage.delete("a")
    with pytest.raises(FileMissing):
        inputs.fetch(["a"])


def test_the_child_sees_the_same_file_in_the_folder_and_nothing_of_the_storage(storage: Counting, folder: Path) -> None:
    path = Inputs(storage, folder).fetch(["a"])["a"]
    assert path.parent == folder
    with storage.local_path("a") as stored:
        assert path.samefile(stored)


def test_a_file_that_cannot_be_linked_is_copied(
    storage: Counting, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "another disk")

    monkeypatch.setattr(os, "link", refuse)
    path = Inputs(storage, folder).fetch(["a"])["a"]
    assert path.read_bytes() == b"a"
    with storage.local_path("a") as stored:
        assert not path.samefile(stored)
