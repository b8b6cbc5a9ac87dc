"""The systemd units: what they start exists, and systemd can read them."""

import configparser
import re
from pathlib import Path

import pytest

from api.cli import COMMANDS
from api.settings import Settings
from tests.deploy.tools import checked

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_what_it_starts_exists(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # configparser's own way
    read.read(unit)
    service = read["Service"]
    program, role = service["ExecStart"].split()
    assert program.endswith("/pirouette")
    assert role in COMMANDS
    assert service["User"] != "root"
    assert service["NoNewPrivileges"] == "yes"
    named = set(re.findall(r"\bPIROUETTE_\w+", unit.read_text()))
    assert named <= {f"PIROUETTE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_can_read_it(unit: Path, tmp_path: Path) -> None:
    there = tmp_path / unit.name.replace("@", "@1")
    there.write_text(unit.read_text().replace("/opt/pirouette/.venv/bin/pirouette", "/bin/true"))
    checked("systemd-analyze", "verify", "--man=no", str(there), where="it is part of systemd")
