"""Folders for files that are being made, which no crash leaves behind for long."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def work_folder(parent: Path, name: str) -> Iterator[Path]:
    """Makes the folder `parent`/`name` for this process and deletes it at the end.

    A lock, which the kernel drops when the process dies however it dies, marks the folder as in use; folders whose
    lock is free belong to the dead and are deleted first.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob("*.lock"):
        with left.open() as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.with_suffix(""), ignore_errors=True)
            left.unlink(missing_ok=True)
    folder, locked = parent / name, parent / f"{name}.lock"
    with locked.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            locked.unlink(missing_ok=True)
