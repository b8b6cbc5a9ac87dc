"""A farm's files are its owner's alone: models are customers' secrets, and the database has keys to sign with."""

import contextlib
import logging
import os
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO

logger = logging.getLogger(__name__)


def keep_private(data_dir: Path) -> None:
    """From now on this process, and those that it starts, make files and folders for their owner alone.

    What older versions made for everybody is closed off by its folder, unless that belongs to somebody else.
    """
    os.umask(OTHERS)
    with contextlib.suppress(FileNotFoundError):
        found = data_dir.stat()
        is_shared = not stat.S_ISDIR(found.st_mode) or found.st_mode & stat.S_ISVTX  # a device, or such as /tmp
        if found.st_uid == os.geteuid() and found.st_mode & OTHERS and not is_shared:
            data_dir.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
            logger.warning("Closed %s to others: models and keys are in it", data_dir)
