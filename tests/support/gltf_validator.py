"""The Khronos glTF validator, run by Node; its package is installed on first use."""

import fcntl
import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.waiting import HANG_S

_NODE = Path(__file__).resolve().parents[1] / "node"


def issues(path: Path) -> dict[str, Any]:
    """The validator's report on a GLB: `messages`, and their number by severity as `numErrors`, `numWarnings`, ..."""
    with (_NODE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel test processes install once
        if not (_NODE / "node_modules" / "gltf-validator").is_dir():
            command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefer-offline"]
            subprocess.run(command, cwd=_NODE, check=True, timeout=HANG_S)
    done = subprocess.run(["node", _NODE / "validate_gltf.mjs", path], check=True, capture_output=True, timeout=HANG_S)
    found: dict[str, Any] = json.loads(done.stdout)["issues"]
    return found
