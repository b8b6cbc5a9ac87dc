"""A small disk of the test's own, to be filled."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

MB = 1024 * 1024


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system in memory, mounted at `folder`, which is made. Skips the test where it can't be mounted."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True, text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"needs to mount a small file system, which only root may: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def fill(folder: Path, *, leave: int) -> Iterator[None]:
    """Somebody else fills the folder's disk but for `leave` MB, until the block ends."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while (left := shutil.disk_usage(folder).free - leave * MB) > 0:
                file.write(bytes(min(left, MB)))
        yield
    finally:
        filler.unlink(missing_ok=True)
