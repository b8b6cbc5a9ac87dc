"""The locked npm packages of tests/node, installed on first use."""

import fcntl
import subprocess
from pathlib import Path

from tests.support.waiting import HANG_S

NODE = Path(__file__).resolve().parents[1] / "node"


def node_package(name: str) -> Path:
    """The folder of a package."""
    folder = NODE / "node_modules" / name
    with (NODE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel test processes install once
        if not folder.is_dir():
            command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefer-offline"]
            subprocess.run(command, cwd=NODE, check=True, timeout=HANG_S)
    return folder
