"""What a disk fails with, told as every storage tells it."""

import contextlib
import errno
from collections.abc import Iterator

from api.storage.base import StorageFull, StorageUnavailable

FULL = (errno.ENOSPC, errno.EDQUOT)
_AWAY = (errno.EIO, errno.EROFS, errno.ESTALE, errno.ENODEV, errno.ENOTCONN, errno.EHOSTDOWN, errno.ETIMEDOUT)
"""Of a disk that is broken, or on a network that is."""


@contextlib.contextmanager
def disk_errors_told() -> Iterator[None]:
    """Raises StorageFull or StorageUnavailable in place of an OSError that means it."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFull(str(error)) from error
        if error.errno in _AWAY:
            raise StorageUnavailable(str(error)) from error
        raise
