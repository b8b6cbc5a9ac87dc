"""`make demo`, as a newcomer runs it: files in the folder on success, a clear word and a code on failure."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import psutil

from api.cli.demo import SAMPLE_SETTINGS
from api.http.dxgl.spelling import neutral
from renderer.spec import parse_settings
from tests.integration.support import SETTINGS
from tests.support.gate import Gate
from tests.support.waiting import HANG_S, wait_for


def command(model: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "api.cli.demo", str(model), "-o", str(out), "--settings", json.dumps(SETTINGS)]


def demo(model: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(model, out), capture_output=True, text=True, timeout=HANG_S, check=False)


def processes_of(out: Path) -> list[str]:
    """Command lines of whatever still runs with its data in `out`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("PIROUETTE_DATA_DIR", "").startswith(str(out)):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def test_the_demo_brings_the_files_and_stops_what_it_started(box: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = demo(box, out)
    assert done.returncode == 0, done.stderr
    assert "9 credits left" in done.stderr
    assert "pirouette serve" in done.stderr  # how to go on
    for name in ("video.mp4", "poster.png", "thumbnail.mp4"):
        assert (out / name).stat().st_size > 0
    assert set(zipfile.ZipFile(out / "bundle.zip").namelist()) == {
        "video.mp4", "web.mp4", "poster.png", "thumb.mp4"
    }
    assert processes_of(out) == []


def test_the_sample_is_seen_from_no_nearer_than_it_fits_the_picture() -> None:
    assert parse_settings(neutral(SAMPLE_SETTINGS)).zoom >= 1


def test_a_demo_that_is_killed_leaves_no_process_behind(box: Path, tmp_path: Path) -> None:
    out, gate = tmp_path / "out", Gate(tmp_path / "gate")
    environment = os.environ | {"PATH": gate.path}
    with gate.shut(), subprocess.Popen(command(box, out), env=environment, stderr=subprocess.DEVNULL) as killed:
        wait_for((out / "farm" / "server.json").exists, "the demo's farm")
        wait_for(lambda: len(processes_of(out)) > 1, "a worker beside the server")
        killed.kill()
    wait_for(lambda: not processes_of(out), "the end of the farm")


def test_a_demo_of_a_broken_model_says_why_and_fails(tmp_path: Path) -> None:
    broken = tmp_path / "broken.glb"
    broken.write_bytes(b"glTF, but not really")
    done = demo(broken, tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert processes_of(tmp_path / "out") == []


def test_a_demo_of_a_missing_model_names_it(tmp_path: Path) -> None:
    done = demo(tmp_path / "missing.glb", tmp_path / "out")
    assert done.returncode == 2
    assert "missing.glb" in done.stderr
