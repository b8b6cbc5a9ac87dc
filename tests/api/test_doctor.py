"""`pirouette admin doctor` on this machine, and what follows from a system that can't confine."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from api.observe import log
from renderer import confine

REMEDY = "children may do anything: run another system"


@pytest.fixture
def no_landlock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(confine, "missing", lambda: {"landlock": REMEDY})


def examined() -> tuple[int, dict[str, Any]]:
    """The exit code, and the findings by what was checked."""
    result = CliRunner().invoke(main, ["admin", "doctor"])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {each.pop("check"): each for each in found}


def test_on_a_machine_that_has_all_nothing_is_to_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIROUETTE_DATA_DIR", str(tmp_path / "data"))
    code, found = examined()
    assert not (tmp_path / "data").exists()
    assert code == 0
    assert list(found) == [
        "device", "encoder", "landlock", "seccomp", "pictures", "models", "database", "broker", "storage", "disk",
        "secrets",
    ]  # fmt: skip
    assert all(each["ok"] for each in found.values())
    assert found["encoder"] == {"ok": True, "found": "x264", "fix": None}


def test_what_is_missing_comes_with_what_to_do(no_landlock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIROUETTE_GL_DEVICE", "15")
    monkeypatch.setenv("PIROUETTE_IMAGE_ENGINE", "xai")
    code, found = examined()
    assert code == 1
    assert found["device"]["fix"].startswith("EGL device 15 gives no OpenGL")
    assert found["landlock"] == {"ok": False, "found": "missing", "fix": REMEDY}
    assert found["seccomp"]["ok"]
    fix = "set PIROUETTE_IMAGE_KEY to a key of the service"
    assert found["pictures"] == {"ok": False, "found": "the engine xai", "fix": fix}
    assert found["models"] == {"ok": True, "found": "the engine procedural", "fix": None}


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_where_confinement_is_required_nothing_starts_without_it(
    no_landlock: None, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PIROUETTE_SANDBOX", "require")
    monkeypatch.setattr(log, "configure", lambda *_: None)  # which would last
    result = CliRunner().invoke(main, [command])
    assert result.exit_code == 1
    assert result.output == f"Error: PIROUETTE_SANDBOX is require, but this system has no landlock, so {REMEDY}\n"


def test_what_a_system_lacks_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine, "_landlock_version", lambda: 1)
    monkeypatch.setattr(confine, "_seccomp_works", lambda: False)
    found = confine.missing()
    assert list(found) == list(confine.PARTS)
    assert "Linux 5.19" in found["landlock"]
    assert "libseccomp2" in found["seccomp"]
