"""The child processes of `pirouette serve`: starts them, starts them again when they die, and leaves none behind.

    supervisor: a pipe's writing end, in this process alone     child: `end_with_supervisor` on its reading end

Should the supervisor be killed, the kernel closes the pipe and the children end by themselves. `make demo` holds the
server that it starts by the same means.
"""

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

logger = logging.getLogger(__name__)


@dataclasses.dataclass(slots=True)
class _Slot:
    """One child's place. `failures` counts deaths soon after the start, in a row."""

    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    failures: int = 0


class Supervisor:
    """Keeps `count` processes of `command` running between `start` and `stop`.

    Each child is told of the pipe by --supervisor-fd. Each is a session of its own, so that Ctrl-C in a terminal
    reaches this process only and a stop always goes the orderly way.
    """

    def __init__(self, count: int, command: Sequence[str] = WORKER) -> None:
        self._command = command
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
        os.close(self._pipe_write)
        os.close(self._pipe_read)

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_S):
            for slot in self._slots:
                if slot.process and slot.process.poll() is not None:
                    self._bury(slot, slot.process)
                if slot.process is None and time.monotonic() >= slot.start_at:
                    slot.started = time.monotonic()
                    slot.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*self._command, "--supervisor-fd", str(self._pipe_read)], env=self._environment,
            pass_fds=[self._pipe_read], stdin=subprocess.DEVNULL, start_new_session=True,
        )

    def _bury(self, slot: _Slot, process: subprocess.Popen[bytes]) -> None:
        slot.process = None
        slot.failures = 0 if time.monotonic() - slot.started > LONG_LIFE_S else slot.failures + 1
        back_off = 0.0 if slot.failures <= 1 else min(MAX_BACK_OFF_S, 2.0 ** (slot.failures - 2))
        slot.start_at = time.monotonic() + back_off
        logger.warning("Worker %d ended with %d; another starts in %g s", process.pid, process.returncode, back_off)


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
