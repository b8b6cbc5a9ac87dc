"""Work folders go with their process, however it ends."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api.worker.parent.workspace import work_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from api.worker.parent.workspace import work_folder
with work_folder(Path(sys.argv[1]), "killed") as folder:
    (folder / "frame").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_is_gone_when_its_process_is_done(tmp_path: Path) -> None:
    with work_folder(tmp_path / "work", "a") as folder:
        (folder / "file").write_text("x")
    assert list((tmp_path / "work").iterdir()) == []


def test_what_a_killed_process_left_goes_when_the_next_one_starts(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert (tmp_path / "killed" / "frame").exists()
    with work_folder(tmp_path, "next") as folder:
        assert {path.name for path in tmp_path.iterdir()} == {"next", "next.lock"}
        assert folder.is_dir()


def test_folders_in_use_are_left_alone(tmp_path: Path) -> None:
    with work_folder(tmp_path, "a") as first, work_folder(tmp_path, "b") as second:
        assert first.is_dir()
        assert second.is_dir()


def test_many_that_start_at_once_leave_each_others_folders_alone(tmp_path: Path) -> None:
    """As the workers of a farm do that was killed as a whole."""
    at_once, ready = 8, threading.Barrier(8, timeout=60)

    def use(name: str) -> bool:
        ready.wait()
        with work_folder(tmp_path, name) as folder:
            ready.wait()  # all have started
            return folder.is_dir() and folder.with_suffix(".lock").exists()

    with ThreadPoolExecutor(at_once) as pool:
        for turn in range(20):
            for dead in range(at_once):
                (tmp_path / f"dead-{turn}-{dead}").mkdir()
                (tmp_path / f"dead-{turn}-{dead}.lock").touch()
            assert all(pool.map(use, [f"{turn}-{number}" for number in range(at_once)]))
            assert list(tmp_path.iterdir()) == []
