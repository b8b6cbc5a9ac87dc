"""The worker's child, as its parent sees it: started, spoken with, stopped or killed, and started again.

The child is a process group that the kernel kills when the parent ends, however it ends (`renderer.sandbox`).
"""

import contextlib
import dataclasses
import logging
import os
import select
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Protocol, Self

from api.worker.messages import (
    LINE_BYTES,
    Done,
    Failed,
    Message,
    Order,
    Ready,
    Report,
    Rest,
    Setup,
    Stopped,
    line_of,
    report_in,
)
from renderer import sandbox
from renderer.confine import Reach

START_S = 120.0
"""How long a child may take to open its device. On a busy machine without a GPU it takes a few seconds."""
SEND_S = 10.0
"""How long a child may leave an order unread: it has a thread that does nothing but read."""
STOP_GRACE_S = 2.0
"""How long a child that is asked to end may take: it looks up between two frames."""
MEMORY_BYTES = 1 << 46
"""Of address space, which is no measure of memory: a graphics card's driver reserves many times what there is. What the
child holds is bounded by `Setup.memory_bytes`."""

PASSED_ON = frozenset({
    "PATH", "HOME", "TMPDIR", "LANG", "TZ", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
    "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES",
    "LP_NUM_THREADS", "GALLIUM_DRIVER", "LIBGL_DRIVERS_PATH", "LIBGL_ALWAYS_SOFTWARE", "EGL_PLATFORM",
    "MESA_SHADER_CACHE_DIR", "MESA_SHADER_CACHE_DISABLE", "MESA_LOADER_DRIVER_OVERRIDE",
    "__EGL_VENDOR_LIBRARY_DIRS", "__EGL_VENDOR_LIBRARY_FILENAMES",
})  # fmt: skip
"""All that the child's environment has of the parent's: what GL drivers and ffmpeg read. Nothing of the farm's."""

logger = logging.getLogger(__name__)


class ChildFailed(Exception):
    """The child ended, or said what no child should. The message says so, and fits after "the renderer failed: "."""


class ChildUnfit(Exception):
    """A child can't work on this machine. `code` is that of the library's error."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.code = failed.code


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """The folders of a child, which are there: `inputs` are what it reads, `made` what it makes; it shares the `cache`
    and the `turns` (`api.worker.right_of_way`) with the machine's other children, and reads the
    `weights` of engines, by the engines' names."""

    inputs: Path
    made: Path
    cache: Path
    turns: Path
    weights: Mapping[str, Path] = dataclasses.field(default_factory=dict)

    @classmethod
    def below(cls, own: Path, shared: Path, weights: Mapping[str, Path] | None = None) -> Self:
        """Makes the folders: two in `own`, of this worker, and two in `shared`."""
        places = cls(own / "inputs", own / "made", shared / "cache", shared / "turns", weights or {})
        for folder in (places.inputs, places.made, places.cache, places.turns):
            folder.mkdir(parents=True, exist_ok=True)
        return places

    @property
    def reach(self) -> Reach:
        reads = [self.inputs, *self.weights.values()]
        return Reach(reads=reads, writes=[self.made, self.cache, self.turns], graphics=True)


class Process(Protocol):
    """What is needed of a `renderer.sandbox.Child`."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]

    def wait(self, timeout_s: float | None = None) -> int: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...


def start_child(
    places: Places, *, confined: bool = True, program: str = "api.worker.child", stderr: int | None = None
) -> Process:
    """A child of its own process group, with an environment that names no database and no secret. It logs to `stderr`,
    a descriptor, or None for this process's own.

    It opens no sockets, reads and writes in its own places only, and uses the graphics cards; unless not `confined`.
    """
    environment = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    # Mesa doesn't use the cache in a home folder that it can't look into: it would compile anew, 0.3 s for each shot.
    environment.setdefault("MESA_SHADER_CACHE_DIR", str(places.cache))
    return sandbox.start(
        program, limits=sandbox.Limits(memory_bytes=MEMORY_BYTES), stderr=stderr,
        environment=environment | {"TMPDIR": str(places.made)}, reach=places.reach if confined else None,
    )  # fmt: skip


class Child:
    """One child, from its start to its end. `busy`: it has an order that it has not ended yet."""

    def __init__(self, process: Process, setup: Setup) -> None:
        self.busy = False
        self.pid = process.pid
        self._process = process
        self._heard = bytearray()
        self._pipe = process.stdout.fileno()
        self._poll = select.poll()
        self._poll.register(self._pipe, select.POLLIN)
        self._orders = process.stdin.fileno()
        os.set_blocking(self._orders, False)
        self._room = select.poll()
        self._room.register(self._orders, select.POLLOUT)
        self._send(setup)

    def order(self, order: Order) -> None:
        """Raises ChildFailed, as the next."""
        self.busy = True
        self._send(order)

    def rest(self) -> None:
        self._send(Rest())

    def report(self, timeout_s: float) -> Report | None:
        """The next report; None if there is none in time. Raises ChildFailed."""
        while (end := self._heard.find(b"\n")) < 0:
            if len(self._heard) > LINE_BYTES:
                raise ChildFailed("it says more than it may")
            if not self._poll.poll(timeout_s * 1000):
                return None
            piece = os.read(self._pipe, 1 << 16)
            if not piece:
                raise ChildFailed(self._end())
            self._heard += piece
        line = bytes(self._heard[:end])
        del self._heard[: end + 1]
        try:
            report = report_in(line)
        except ValueError as error:
            raise ChildFailed("it says what can't be understood") from error
        if isinstance(report, Done | Failed | Stopped):
            self.busy = False
        return report

    @property
    def alive(self) -> bool:
        """Whether it can take an order. One that has nothing to do has nothing to say either."""
        return not self._heard and not self._poll.poll(0)

    def stop(self) -> None:
        """Asks it to end, and kills it if it doesn't."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            self._process.wait(STOP_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """Kills it with all processes that it has started."""
        self._process.kill()
        try:
            self._process.wait(STOP_GRACE_S)
        except TimeoutError:
            logger.error("The child was killed, but hangs in a driver: it is left to the kernel")
        else:
            self._process.close()

    def _send(self, message: Message) -> None:
        left = memoryview(line_of(message))
        try:
            while left:
                if not self._room.poll(SEND_S * 1000):
                    raise ChildFailed("it doesn't listen")
                left = left[os.write(self._orders, left) :]
        except BrokenPipeError as error:
            raise ChildFailed(self._end()) from error

    def _end(self) -> str:
        try:
            code = self._process.wait(STOP_GRACE_S)
        except TimeoutError:
            return "its process closed its pipe"
        return f"its process was killed by {signal.Signals(-code).name}" if code < 0 else f"its process ended ({code})"


class Children:
    """The one child that a worker has at a time. What it opened and loaded stays from one claim to the next.

    `device` is what it draws on, by its own words.
    """

    def __init__(self, start: Callable[[], Process], setup: Setup) -> None:
        self.device = Ready(device="", software=False)
        self._start = start
        self._setup = setup
        self._child: Child | None = None

    def ready(self) -> Child:
        """The child, or another one where the last has ended.

        Raises ChildUnfit where no child can work, and ChildFailed where one ended before it said so.
        """
        if self._child is not None and not self._child.alive:
            logger.warning("The child has ended without an order; another one starts")
            self.kill()
        if self._child is None:
            self._child = self._open()
        return self._child

    def _open(self) -> Child:
        """Starts a child, and waits until it can work."""
        child = Child(self._start(), self._setup)
        try:
            report = child.report(START_S)
            if isinstance(report, Failed):
                raise ChildUnfit(report)
            if not isinstance(report, Ready):
                raise ChildFailed(f"it wasn't ready within {START_S:g} s")
        except BaseException:
            child.kill()
            raise
        self.device = report
        return child

    def rest(self) -> None:
        """There is no more work for now."""
        if self._child is not None:
            with contextlib.suppress(ChildFailed):  # the next claim finds out
                self._child.rest()

    def free(self) -> None:
        """After a claim, however it went: a child that is still at it is killed."""
        if self._child is not None and self._child.busy:
            self.kill()

    def stop(self) -> None:
        """Asks the child to end, and kills it if it doesn't."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None
