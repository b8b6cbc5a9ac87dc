"""Drawn frames -> here -> an ffmpeg child process -> files. Knows processes and pipes, nothing of codecs."""

import collections
import contextlib
import fcntl
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from renderer.checkpoints import waits
from renderer.errors import EncodeError, OutputTooLarge, RendererError

QUEUED_FRAMES = 4
"""Frames that may wait for the encoder: enough to smooth over keyframes, little memory at 4K (50 MB)."""
PIPE_BYTES = 1 << 20
"""Linux's usual limit for unprivileged processes (/proc/sys/fs/pipe-max-size)."""
STALL_S = 300.0
"""How long ffmpeg may take no frame, or take to finish, before it counts as hung."""
NICE = 10
"""A still lower priority would leave more of the cores to drawing, but other programs would hold the encoder up."""
STDERR_LINES = 12
STDERR_CHARS = 2000


class EncoderProcess:
    """An ffmpeg that reads raw frames on stdin, in a process group of its own: it is killed together with its children.

    Frames are handed over through a bounded queue and written by a thread, so drawing and encoding overlap. Leaving
    the `with` block without `finish()` kills it. Should this process die instead, the kernel closes the pipe and ffmpeg
    ends at the end of its input. `write` and `finish` raise EncodeError, with what ffmpeg said, and OutputTooLarge.

    It is scheduled as a batch of low priority: drawing in software keeps the cores, and ffmpeg has them while drawing
    waits. It isn't a session of its own, to which Linux would give an equal share of the cores whatever its priority.
    """

    def __init__(self, arguments: Sequence[str], *, queued_frames: int = QUEUED_FRAMES) -> None:
        """Starts `arguments`; up to `queued_frames` may wait."""
        try:
            self._process = subprocess.Popen(
                arguments, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                process_group=0,
            )
        except OSError as error:
            raise EncodeError(f"ffmpeg could not be started ({error}); install it, on Debian with "
                              "`apt-get install ffmpeg`") from error
        with contextlib.suppress(OSError):  # refused in some containers: slower, not wrong
            os.sched_setscheduler(self._process.pid, os.SCHED_BATCH, os.sched_param(0))
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICE)
        assert self._process.stdin is not None  # noqa: S101 (for the type checker: both are pipes)
        assert self._process.stderr is not None  # noqa: S101
        self._stdin = self._process.stdin
        self._stderr = self._process.stderr
        with contextlib.suppress(OSError):  # refused where the user's pipes are over their quota: slower, not wrong
            fcntl.fcntl(self._stdin, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._frames: queue.Queue[bytes | None] = queue.Queue(queued_frames)
        self._pipe_broken = threading.Event()
        self._said: collections.deque[str] = collections.deque(maxlen=STDERR_LINES)
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for work, name in ((self._feed, "ffmpeg-stdin"), (self._listen, "ffmpeg-stderr"))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def write(self, frame: bytes) -> None:
        """Queues one frame; waits while the queue is full."""
        self._put(frame)
        if self._pipe_broken.is_set():
            raise self._failure("stopped reading frames")

    def finish(self) -> None:
        """Ends the input and waits until the files are written."""
        self._put(None)
        for seconds in waits(STALL_S):
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(seconds)
                break
        else:
            raise self._failure(f"did not finish within {STALL_S:g} s")
        if code != 0:
            raise self._failure(f"ended with {f'signal {-code}' if code < 0 else f'code {code}'}")
        if self._pipe_broken.is_set():
            raise self._failure("ended before it had read all frames")

    def stop(self) -> None:
        """Kills what still runs, and lets both threads end. Does nothing the second time."""
        with contextlib.suppress(ProcessLookupError):
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._pipe_broken.set()
        while self._threads[0].is_alive():
            with contextlib.suppress(queue.Full):
                self._frames.put(None, timeout=0.1)
            self._threads[0].join(0.1)
        self._threads[1].join(1.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _put(self, frame: bytes | None) -> None:
        for seconds in waits(STALL_S):
            with contextlib.suppress(queue.Full):
                self._frames.put(frame, timeout=seconds)
                return
        raise self._failure(f"took no frame for {STALL_S:g} s")

    def _feed(self) -> None:
        """Thread: queue -> pipe. After the pipe broke it goes on emptying the queue, so that `write` never hangs."""
        with contextlib.suppress(BrokenPipeError), self._stdin:
            while (frame := self._frames.get()) is not None:
                if not self._pipe_broken.is_set():
                    try:
                        self._stdin.write(frame)
                    except BrokenPipeError:
                        self._pipe_broken.set()

    def _listen(self) -> None:
        """Thread: keeps the last lines of stderr, and never much of it at once."""
        with self._stderr:
            for line in iter(lambda: self._stderr.readline(STDERR_CHARS), b""):
                self._said.append(line.decode(errors="replace").strip())

    def _failure(self, what: str) -> RendererError:
        """Ends the process first, because only then has all of its stderr been read."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)  # it is about to end by itself where the pipe broke
        self.stop()
        if self._process.returncode == -signal.SIGXFSZ:
            return OutputTooLarge()
        said = "\n".join(line for line in self._said if line)[-STDERR_CHARS:]
        return EncodeError(f"ffmpeg {what}: {said}" if said else f"ffmpeg {what} and said nothing")
