"""Folders for files that are being made, which no crash leaves behind for long."""

import contextlib
import fcntl
import os
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
    folder, locked = parent / name, parent / f"{name}.lock"
    with contextlib.ExitStack() as held:
        with _alone(parent):
            _delete_left(parent)
            lock = held.enter_context(locked.open("w"))
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            locked.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """No other process that starts is here meanwhile: a lock that is made, but not taken yet, looks like a dead one's.
    """
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _delete_left(parent: Path) -> None:
    for left in parent.glob("*.lock"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), left.open() as lock:  # one may end just now
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left.with_suffix(""), ignore_errors=True)
            left.unlink(missing_ok=True)
