"""A folder of results for later runs and other processes: bounded in number, and no file is ever seen half written."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Writes the file beside its place and moves it there, so that no other process ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def keep_latest(path: Path, pattern: str, count: int) -> None:
    """Marks the file as used now, and deletes all but the `count` used last of those beside it that match `pattern`."""
    with contextlib.suppress(FileNotFoundError):  # as below
        os.utime(path)
    by_age = sorted(path.parent.glob(pattern), key=_used)
    for old in by_age[:-count]:
        old.unlink(missing_ok=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process was quicker
        return 0.0
