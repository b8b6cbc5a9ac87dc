"""The child processes of `pirouette serve`: starts them, starts them again when they die or fall silent, and leaves
none behind.

    supervisor: a pipe's writing end, in this process alone     child: `end_with_supervisor` on its reading end
    supervisor: another pipe's reading end, one for each child  child: `beat` on its writing end

Should the supervisor be killed, the kernel closes the pipe and the children end by themselves. `make demo` holds the
server that it starts by the same means.
"""

import contextlib
import dataclasses
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from renderer.cores import usable_cores

WORKER = (sys.executable, "-m", "api.cli", "worker")
STOP_S = 8.0
"""How long a worker may take to give back its claim and end before it is killed: it looks up between two frames."""
POLL_S = 0.2
LONG_LIFE_S = 30.0
"""A child that lived this long had nothing wrong from the start: it is started again at once."""
MAX_BACK_OFF_S = 30.0
BEAT_S = 1.0
"""How often a child says that it runs."""
SILENCE_S = 60.0
"""A child not heard of for so long is killed. It beats from a thread of its own, whatever it does, first of all after
its imports, which take two seconds on two quiet cores."""

logger = logging.getLogger(__name__)


@dataclasses.dataclass(slots=True)
class _Slot:
    """One child's place. `failures` counts deaths soon after the start, in a row. `beats` is the reading end of the
    child's pipe, and `heard` when there was something in it."""

    process: subprocess.Popen[bytes] | None = None
    beats: int = -1
    heard: float = 0.0
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0


class Supervisor:
    """Keeps `count` processes of `command` running between `start` and `stop`.

    Each child is told of its pipes by --supervisor-fd and --beats-fd, and killed if it doesn't beat for `silence_s`.
    Each is a session of its own, so that Ctrl-C in a terminal reaches this process only and a stop always goes the
    orderly way.
    """

    def __init__(self, count: int, command: Sequence[str] = WORKER, silence_s: float = SILENCE_S) -> None:
        self._command = command
        self._silence_s = silence_s
        self._slots = [_Slot() for _ in range(count)]
        self._pipe_read, self._pipe_write = os.pipe()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        # Mesa's software rasteriser starts a thread per core in every process: with a worker per core they would fight.
        # Twice each child's share costs a few percent while all are busy, and lets a lone render have what is idle.
        cores = usable_cores()
        threads = max(1, min(cores, 2 * cores // max(1, count)))
        self._environment = {"LP_NUM_THREADS": str(threads), **os.environ}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks all children to end, and kills those that don't."""
        self._stopping.set()
        self._thread.join()
        running = [slot.process for slot in self._slots if slot.process and slot.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_S
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("Worker %d did not stop in %g s; killing it", process.pid, STOP_S)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for slot in self._slots:
            if slot.process:
                os.close(slot.beats)
        os.close(self._pipe_write)
        os.close(self._pipe_read)

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self._stopping.wait(POLL_S):
            now = time.monotonic()
            stood_still, looked = now - looked > BEAT_S, now  # the whole machine, perhaps: then silence says nothing
            for slot in self._slots:
                if slot.process and (_heard(slot.beats) or stood_still):
                    slot.heard = now
                if slot.process and slot.process.poll() is not None:
                    self._bury(slot, slot.process)
                elif slot.process and now - slot.heard > self._silence_s:
                    logger.error("Worker %d is silent for %g s; killing it", slot.process.pid, self._silence_s)
                    os.killpg(slot.process.pid, signal.SIGKILL)
                    slot.heard = now
                if slot.process is None and now >= slot.start_at:
                    self._spawn(slot, now)

    def _spawn(self, slot: _Slot, now: float) -> None:
        slot.beats, written = os.pipe()
        os.set_blocking(slot.beats, False)
        slot.started = slot.heard = now
        slot.process = subprocess.Popen(
            [*self._command, "--supervisor-fd", str(self._pipe_read), "--beats-fd", str(written)],
            env=self._environment, pass_fds=[self._pipe_read, written], stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(written)

    def _bury(self, slot: _Slot, process: subprocess.Popen[bytes]) -> None:
        slot.process = None
        os.close(slot.beats)
        slot.failures = 0 if time.monotonic() - slot.started > LONG_LIFE_S else slot.failures + 1
        back_off = 0.0 if slot.failures <= 1 else min(MAX_BACK_OFF_S, 2.0 ** (slot.failures - 2))
        slot.start_at = time.monotonic() + back_off
        logger.warning("Worker %d ended with %d; another starts in %g s", process.pid, process.returncode, back_off)


def _heard(beats: int) -> bool:
    """Whether there was anything in the pipe, which is empty then."""
    with contextlib.suppress(BlockingIOError):
        return bool(os.read(beats, 1 << 16))
    return False


def beat(fd: int) -> None:
    """Lets the supervisor know that this process runs. `fd` is what it told by --beats-fd."""
    os.set_blocking(fd, False)
    threading.Thread(target=_beat, args=(fd,), name="beats", daemon=True).start()


def _beat(fd: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # `end_with_supervisor` sees to it that this process ends
        while True:
            with contextlib.suppress(BlockingIOError):  # the supervisor stands still
                os.write(fd, b".")
            time.sleep(BEAT_S)


def end_with_supervisor(fd: int, grace_s: float) -> None:
    """Once the supervisor is gone, however it went, this process stops as if asked to, and after `grace_s` in any case.

    `fd` is what the supervisor told by --supervisor-fd.
    """
    threading.Thread(target=_follow, args=(fd, grace_s), name="supervisor's end", daemon=True).start()


def _follow(fd: int, grace_s: float) -> None:
    while os.read(fd, 1):
        pass
    logger.warning("The process that started this one is gone; stopping")
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_s)
    os._exit(1)
