"""A model file on its way in, from a form or from a URL: counted, hashed and written to the storage as it arrives."""

import asyncio
import contextlib
import dataclasses
import hashlib
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import PurePosixPath

from api import counts
from api.errors import FarmError
from api.storage.base import Storage, Writer
from renderer import model_types

MAX_NAME_LENGTH = 255

HEAD_BYTES = model_types.HEAD_BYTES


@dataclasses.dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that is in the storage now. `name` is what its sender calls it, made harmless."""

    name: str
    key: str
    size: int
    sha256: str


class IncomingFile:
    """Open it, write to it, then `finish` or `abandon` it. The methods block.

    `key_for` names the storage key for a file by its first HEAD_BYTES, or all that it has, or raises to refuse it;
    until then nothing is stored, and `head` is empty. `too_large` is raised above `max_bytes`.
    `abandon` may come from another thread while one of the others runs, which happens when a server stops; the file
    is then finished or gone, nothing between, and the others raise ValueError.
    """

    def __init__(
        self, storage: Storage, *, key_for: Callable[[bytes], str], max_bytes: int, too_large: FarmError
    ) -> None:
        self.max_bytes = max_bytes
        self.too_large = too_large
        self.size = 0
        self._storage = storage
        self._key_for = key_for
        self._name: str | None = None
        self._key = ""
        self._early = b""
        self.head = b""
        self._sha256 = hashlib.sha256()
        self._stack = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._abandoned = False
        self._writer: Writer | None = None

    @property
    def is_open(self) -> bool:
        return self._name is not None

    @property
    def sha256(self) -> str:
        """Of all bytes so far, in hex."""
        return self._sha256.hexdigest()

    def open(self, name: str) -> None:
        with self._unless_abandoned():
            self._name = harmless_name(name)

    def write(self, data: bytes | memoryview) -> None:
        if self._name is None:
            raise ValueError("write to a file that is not open")
        self.size += len(data)
        if self.size > self.max_bytes:
            raise self.too_large
        self._sha256.update(data)
        if self._writer is not None:
            self._writer.write(data)
            return
        self._early += data
        if len(self._early) >= HEAD_BYTES:
            self.settle()

    def settle(self) -> None:
        """No more comes that `key_for` has to wait for: raises what it raises."""
        if self._writer is None:
            self.head = self._early[:HEAD_BYTES]
            self._key = self._key_for(self.head)
            with self._unless_abandoned():
                self._writer = self._stack.enter_context(self._storage.writer(self._key))
            self._writer.write(self._early)
            self._early = b""

    def finish(self) -> ReceivedFile:
        """Makes the file appear in the storage."""
        self.settle()
        with self._unless_abandoned():
            self._stack.close()
        counts.add("upload_bytes", self.size)
        return ReceivedFile(self._name or "", self._key, self.size, self.sha256)

    def abandon(self) -> None:
        """Leaves nothing in the storage, unless the file is finished."""
        with self._lock:
            self._abandoned = True
            with contextlib.suppress(_Abandoned), self._stack:
                raise _Abandoned

    @contextlib.contextmanager
    def _unless_abandoned(self) -> Iterator[None]:
        with self._lock:
            if self._abandoned:
                raise ValueError("the file was abandoned")
            yield


@contextlib.asynccontextmanager
async def abandoned_on_error(file: IncomingFile) -> AsyncIterator[None]:
    """Whatever ends the block early, the task's cancellation included: the file is abandoned.

    A server that stops cancels its tasks more than once, and no cancel scope holds that off. So the thread's work is
    handed over before anything is awaited, and done even if the waiting ends.
    """
    try:
        yield
    except BaseException:
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, file.abandon))
        raise


def harmless_name(name: str) -> str:
    """The last part of a path of any system, without control characters, at most 255 characters with its suffix."""
    base = "".join(c for c in re.split(r"[/\\]", name)[-1] if c.isprintable()).strip()
    suffix = PurePosixPath(base).suffix[:MAX_NAME_LENGTH]
    return base.removesuffix(suffix)[: MAX_NAME_LENGTH - len(suffix)] + suffix


class _Abandoned(Exception):
    """Ends a storage writer's block, so that it leaves nothing."""
