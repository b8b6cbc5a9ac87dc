"""Work folders go with their process, however it ends."""

import subprocess
import sys
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
