"""Programs that check what is in deploy/, where this machine has them."""

import shutil
import subprocess

import pytest

from tests.support.waiting import HANG_S


def checked(program: str, *arguments: str, where: str, given: str = "") -> str:
    """What the program prints; a test without the program is skipped, and told `where` to get it."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} isn't installed: {where}")
    done = subprocess.run(
        [found, *arguments], input=given, capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
