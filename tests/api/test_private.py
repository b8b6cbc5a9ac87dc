"""What a farm keeps is for its owner alone to read."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.private import keep_private
from tests.support.modes import open_to_others


@pytest.fixture(autouse=True)
def _umask_of_before() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_new_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    keep_private(tmp_path / "nowhere yet")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "model.glb").write_bytes(b"glTF")
    assert open_to_others(tmp_path / "data") == set()


def test_a_folder_that_is_open_to_all_is_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    keep_private(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, 12345, -1)
    keep_private(data)
    assert stat.S_IMODE(data.stat().st_mode) == 0o755


def test_what_is_no_folder_and_what_all_share_is_left_as_it_is(tmp_path: Path) -> None:
    file, shared = tmp_path / "file", tmp_path / "shared"
    file.touch(0o644)
    shared.mkdir()
    shared.chmod(0o1777)
    for path, mode in ((file, 0o644), (shared, 0o1777)):
        keep_private(path)
        assert stat.S_IMODE(path.stat().st_mode) == mode
