"""The README's first steps are true: their blocks run as they stand there, one after the other, in one folder.

What is replaced: the port (8080 may be taken) and the ids that the farm answers with. What is left out: the
installation (tests run in one), and the sample, in whose place there is a model that is quicker to draw. The line that
asks for the status "until done" is repeated until then.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import PIL.Image
import psutil
import pytest

from tests.integration.support import probe
from tests.support.farm import QUICK
from tests.support.ports import reserved_port
from tests.support.waiting import HANG_S, wait_for

ROOT = Path(__file__).parents[2]
FILES = (".mp4", ".web.mp4", ".png", ".thumb.mp4")
"""What comes of a render."""


def blocks(section: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The languages and the texts of the blocks of a section of the README."""
    text = (ROOT / "README.md").read_text().split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    languages, texts = zip(*re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL), strict=True)
    return languages, texts


class Shell:
    """Runs one script after the other, with a port of its own; what one exports, the next ones have."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self._port = port
        self.environment = {**os.environ, **QUICK, "PIROUETTE_PORT": str(self._port)}
        self.environment["PIROUETTE_URL"] = f"http://127.0.0.1:{self._port}"

    def run(self, script: str, **ids: str) -> str:
        for old, new in {"127.0.0.1:8080": f"127.0.0.1:{self._port}", **ids}.items():
            script = script.replace(old, new)
        kept = self.folder / "environment.json"
        dump = f"{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))' > {kept}"
        out, err = self.folder / "stdout.txt", self.folder / "stderr.txt"
        with out.open("w") as stdout, err.open("w") as stderr:  # files: the server keeps them open
            code = subprocess.run(
                ["bash", "-e", "-c", f"{script}\n{dump}"], cwd=self.folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, timeout=HANG_S, check=False,
            ).returncode  # fmt: skip
        assert code == 0, f"{script}\n{err.read_text()}"
        self.environment = json.loads(kept.read_text())
        return out.read_text()


@pytest.fixture
def shell(tmp_path: Path, box: Path, light: Path) -> Iterator[Shell]:
    """In a folder with the model that the quick start is about, like a checkout. Ends the server that was started."""
    (tmp_path / "chair.glb").write_bytes(box.read_bytes())
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cache").symlink_to(light)
    with reserved_port() as port:
        yield Shell(tmp_path, port)
    for process in psutil.process_iter(["cmdline", "cwd"]):
        if process.info["cwd"] == str(tmp_path) and "serve" in (process.info["cmdline"] or ()):
            process.send_signal(signal.SIGTERM)
            process.wait(HANG_S)


def test_the_quick_start_runs_as_it_stands_there(shell: Shell) -> None:
    languages, (start, curl, python, command_line, table, afterwards) = blocks("Quick start")
    assert languages == ("sh", "sh", "python", "sh", "csv", "sh")
    install, sample, *start_lines = start.splitlines()
    assert install.startswith("make install ")
    assert sample.startswith(".venv/bin/python -m renderer.samples chair.glb ")
    assert '"status"' in shell.run("\n".join(start_lines))

    upload, status, *downloads = re.findall(r"^curl (?:.*\\\n)*.*\n", curl, re.MULTILINE)
    uploaded = json.loads(shell.run(upload))["data"]
    shown = json.loads(curl.split("\n# ", 1)[1].split("\n", 1)[0])
    assert shown["data"].keys() == uploaded.keys()
    ids = {shown["data"][name]: uploaded[name] for name in uploaded}

    def done() -> Any:
        return json.loads(shell.run(status, **ids))["data"]["status"] == "done"

    wait_for(done, "the render")
    for download in downloads:
        shell.run(download, **ids)
    assert probe(shell.folder / "chair.mp4") == (540, 540, 90)
    assert (shell.folder / "chair.zip").stat().st_size > (shell.folder / "chair.mp4").stat().st_size

    shell.run(f".venv/bin/python - <<'PYTHON'\n{python}PYTHON")
    assert probe(shell.folder / "square.mp4") == (540, 540, 90)

    (shell.folder / "list.csv").write_text(table)
    assert len(shell.run(command_line).splitlines()) == 3 * len(FILES)
    names = {path.name for path in (shell.folder / "out").glob("*.mp4") if path.name.count(".") == 1}
    assert names == {"chair.mp4", "chair-front.mp4", "chair-dark.mp4"}

    (shell.folder / "settings.json").write_text('{"aspect": "1:1", "length": 3}')
    printed = shell.run(afterwards).splitlines()
    assert printed[: len(FILES)] == [f"out/chair{suffix}" for suffix in FILES]
    assert len(printed) == len(FILES) + 3 + 3 * len(FILES)


def test_glossis_first_steps_run_as_they_stand_there(shell: Shell) -> None:
    languages, (start, job) = blocks("Glossi in five minutes")
    assert languages == ("sh", "sh")
    shell.run(start)
    shell.run(job)
    cameras = ("Front View", "Three-Quarter View", "Side View", "Top View")
    pictures = {path.name: path for path in shell.folder.glob("*.png")}
    assert pictures.keys() == {f"{camera} - Default.png" for camera in cameras}
    for path in pictures.values():
        with PIL.Image.open(path) as picture:
            assert (picture.format, picture.size) == ("PNG", (1920, 1080))


@pytest.mark.nightly
def test_words_become_models_as_it_stands_there(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(shell.environment, "PIROUETTE_GROK", "true")
    languages, (pipeline, order) = blocks("Words to models in five minutes")
    assert languages == ("sh", "sh")
    shell.run(".venv/bin/pirouette admin --create create-account you@example.com")
    shell.run("export TOKEN=$(.venv/bin/pirouette admin create-token you@example.com)")
    assert '"complete"' in shell.run(pipeline)
    with PIL.Image.open(shell.folder / "cat.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (1024, 1024))
    assert (shell.folder / "cat.glb").read_bytes()[:4] == b"glTF"
    assert (shell.folder / "cat.usdz").read_bytes()[:2] == b"PK"
    made = json.loads(shell.run(order))["data"]
    assert made.keys() == {"modelId", "renderId", "flowId"}
    status = f'curl -sS http://127.0.0.1:8080/v1/renders/{made["renderId"]} -H "Authorization: Bearer $TOKEN"'
    wait_for(lambda: json.loads(shell.run(status))["data"]["status"] == "done", "the render")
