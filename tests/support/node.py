"""The locked npm packages of tests/node, tests/reference and tests/lighthouse, installed on first use."""

import fcntl
import subprocess
from pathlib import Path

from tests.support.waiting import HANG_S

NODE = Path(__file__).resolve().parents[1] / "node"
REFERENCE = NODE.parent / "reference"
LIGHTHOUSE = NODE.parent / "lighthouse"


def node_package(name: str, project: Path = NODE) -> Path:
    """The folder of a package that the project's lock names."""
    folder = project / "node_modules" / name
    with (project / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel test processes install once
        if not folder.is_dir():
            command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefer-offline"]
            subprocess.run(command, cwd=project, check=True, timeout=HANG_S)
    return folder
