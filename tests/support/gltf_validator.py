"""The Khronos glTF validator, run by Node."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.support.node import NODE, node_package
from tests.support.waiting import HANG_S


def issues(path: Path) -> dict[str, Any]:
    """The validator's report on a GLB: `messages`, and their number by severity as `numErrors`, `numWarnings`, ..."""
    node_package("gltf-validator")
    done = subprocess.run(["node", NODE / "validate_gltf.mjs", path], check=True, capture_output=True, timeout=HANG_S)
    found: dict[str, Any] = json.loads(done.stdout)["issues"]
    return found
