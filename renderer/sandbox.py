"""The one way to start a limited child process, for native decoders and whatever else reads untrusted bytes.

    run      one call: what the child writes is the result
    start    a child to talk with, until it is killed

A child is a Python program with an environment of its own, a limit on memory, no core dumps, and a process group that
is killed as a whole. It takes its limits before it runs a line of its program (`sandbox_child.py`), and the kernel
kills the group when this process ends, however it ends. It opens no sockets, and only those files that `confine.Reach`
names, as far as the system can see to that.
"""

import contextlib
import dataclasses
import gc
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from renderer.confine import Reach, confine

_FIRST = Path(__file__).with_name("sandbox_child.py")
_PROJECT = Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: `memory_bytes` of address space, and `cpu_seconds` of processor time or None for any."""

    memory_bytes: int
    cpu_seconds: int | None = None


class ChildFailed(Exception):
    """A child gave no result. The message says why, in words that can follow "can't be decoded: "."""


class Child:
    """A running child with its pipes. A context manager: `close` at its end.

    `kill` and `wait` may be called by any thread, also while another one waits at a pipe.
    """

    def __init__(self, process: subprocess.Popen[bytes], lifeline: int) -> None:
        if process.stdin is None or process.stdout is None:
            raise TypeError("a child needs two pipes")
        self.pid = process.pid
        self.stdin: IO[bytes] = process.stdin
        self.stdout: IO[bytes] = process.stdout
        self._process = process
        self._lifeline = lifeline
        self._end = os.pidfd_open(process.pid)  # becomes readable when the child ends
        self._lock = threading.Lock()

    def wait(self, timeout_s: float | None = None) -> int:
        """The exit code once the child has ended, or minus the number of the signal that ended it.

        What is left of its group is killed. Raises TimeoutError, and leaves the child as it is, after `timeout_s`.
        """
        if self._process.returncode is None:
            poll = select.poll()
            poll.register(self._end, select.POLLIN)
            if not poll.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000):
                raise TimeoutError
        self.kill()
        with self._lock:
            if self._process.returncode is None:
                self._process.wait()
                os.close(self._lifeline)
                os.close(self._end)
            return self._process.returncode

    def kill(self) -> None:
        """Kills the whole group, without waiting for its end: a process that hangs in a driver may take its time."""
        with self._lock:
            if self._process.returncode is None:
                # A group keeps its number as long as its first process isn't waited for, even if that has ended.
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kills the group, waits for the end and closes the pipes, which no other thread may be using any more."""
        self.kill()
        self.wait()
        self.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # of what the child didn't take any more
            self.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(
    program: Path | str,
    arguments: Sequence[str] = (),
    *,
    limits: Limits,
    environment: Mapping[str, str],
    reach: Reach | None = Reach(),
    stderr: int | None = subprocess.DEVNULL,
) -> Child:
    """Starts a script by its path (.py), or a module by its name, found where this one was.

    Only what the program writes to Python's sys.stdout arrives at the child's `stdout`: what native code prints goes to
    `stderr`, a descriptor, or None for this process's own. `environment` is the child's whole environment. Where
    `reach` is None, it may do with files and sockets all that its user may. Processes that this one forks without
    running another program keep its children alive, too.
    """
    held, lifeline = os.pipe()
    seconds = () if limits.cpu_seconds is None else (f"RLIMIT_CPU={limits.cpu_seconds}",)
    taken = ",".join((f"RLIMIT_AS={limits.memory_bytes}", *seconds, "RLIMIT_CORE=0"))

    def begin() -> subprocess.Popen[bytes]:
        if reach is not None:
            confine(_with_program(reach, str(program)), environment)
        return subprocess.Popen(
            [sys.executable, "-I", str(_FIRST), str(held), taken, str(_PROJECT), str(program), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            env=dict(environment), pass_fds=[held], start_new_session=True,
        )

    try:
        with _uncollected, ThreadPoolExecutor(1, "confined") as thread:  # it ends as confined as its child
            process = thread.submit(begin).result()
    except BaseException:
        os.close(lifeline)
        raise
    finally:
        os.close(held)
    return Child(process, lifeline)


class _Uncollected:
    """Garbage waits meanwhile: Python collects it in any thread, and in one that is confined the finalizers of others'
    objects would fail, such as those that remove a file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._enabled = False

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._enabled = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._enabled:
                gc.enable()


_uncollected = _Uncollected()


def run(
    program: Path | str,
    arguments: Sequence[str] = (),
    *,
    limits: Limits,
    environment: Mapping[str, str],
    timeout_s: float,
    output_bytes: int,
    reach: Reach = Reach(),
    started: Callable[[Child], None] | None = None,
) -> bytes:
    """All that the program writes to sys.stdout, if it then exits with 0. `started` is told the child, so that another
    thread can kill it.

    Raises ChildFailed where it exits with os.EX_DATAERR, with what it wrote as the message; and where it writes more
    than `output_bytes`, runs longer than `timeout_s` or ends in any other way.
    """
    deadline = time.monotonic() + timeout_s
    with start(program, arguments, limits=limits, environment=environment, reach=reach) as child:
        if started is not None:
            started(child)
        child.stdin.close()
        try:
            output = _read_all(child.stdout.fileno(), output_bytes, deadline)
            code = child.wait(deadline - time.monotonic())
        except TimeoutError as error:
            raise ChildFailed("it takes too long") from error
    if code == os.EX_DATAERR:
        raise ChildFailed(output.decode(errors="replace").strip())
    if code:
        raise ChildFailed("the process that reads it crashed or needed too much")
    return output


def _with_program(reach: Reach, program: str) -> Reach:
    """What the child reads to run its program, besides."""
    if program.endswith(".py"):
        found = [path for path in (_FIRST, Path(program)) if path.exists()]  # Python complains of one that is missing
        return dataclasses.replace(reach, reads=[*reach.reads, *found])
    if _PROJECT.is_relative_to(sys.prefix):  # installed, among Python's other packages
        return reach
    packages = [file.parent for file in _PROJECT.glob("*/__init__.py")]
    return dataclasses.replace(reach, reads=[*reach.reads, *packages], lists=[*reach.lists, _PROJECT])


def _read_all(pipe: int, most: int, deadline: float) -> bytes:
    """What comes until the pipe is closed. Raises TimeoutError, or ChildFailed where it is more than `most` bytes."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    data = bytearray()
    while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        piece = os.read(pipe, 1 << 20)
        if not piece:
            return bytes(data)
        data += piece
        if len(data) > most:
            raise ChildFailed("the process that reads it writes more than it may")
    raise TimeoutError
