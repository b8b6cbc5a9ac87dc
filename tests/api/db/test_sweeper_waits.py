"""A sweeper that starts before the server has made the tables waits for them, or for its end."""

import shutil
import threading
from pathlib import Path

import pytest

from api.processes.sweep import wait_for_tables
from tests.support.waiting import HANG_S, wait_for


def test_it_waits_until_the_tables_are_there(
    tmp_path: Path, migrated_sqlite: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "farm.sqlite3"
    found: list[bool] = []
    waiting = threading.Thread(
        target=lambda: found.append(wait_for_tables(f"sqlite:///{path}", threading.Event(), 0.01))
    )
    waiting.start()
    wait_for(lambda: "has no tables yet" in caplog.text, "the word of it")
    shutil.copy(migrated_sqlite, tmp_path / "copied")
    (tmp_path / "copied").rename(path)
    waiting.join(HANG_S)
    assert found == [True]


def test_it_may_be_told_to_end_meanwhile(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert not wait_for_tables(f"sqlite:///{tmp_path}/farm.sqlite3", stop)
