"""Children are started again when they die, at a decent pace, and none is left behind."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from api.processes import supervisor
from api.processes.supervisor import Supervisor
from tests.support.processes import freeze
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
NOTES_ITSELF = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); "


def child(notes: Path, then: str, first: str = "") -> list[str]:
    """A command that does what comes `first`, writes its process id down, and goes on with `then`."""
    return [sys.executable, "-c", first + NOTES_ITSELF + then, str(notes)]


def pids(notes: Path) -> list[int]:
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


def test_a_child_that_dies_is_replaced_at_once_and_later_after_growing_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 1000.0)  # stands still, but for the test
    monkeypatch.setattr(supervisor, "time", clock)
    notes = tmp_path / "notes"
    supervised = Supervisor(1, child(notes, "sys.exit(3)"))
    supervised.start()
    wait_for(lambda: "another starts in 1 s" in caplog.text, "the second child's end")
    assert len(pids(notes)) == 2
    clock.monotonic = lambda: 1001.0
    wait_for(lambda: "another starts in 2 s" in caplog.text, "the third child's end")
    assert len(pids(notes)) == 3
    supervised.stop()
    assert len(pids(notes)) == 3


def test_a_child_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_S", 0.3)
    notes = tmp_path / "notes"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    supervised = Supervisor(2, child(notes, "time.sleep(3000)", first=deaf))
    supervised.start()
    wait_for(lambda: len(pids(notes)) == 2, "both children")
    supervised.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids(notes))


class Clock:
    """Goes on for as long as the child is heard, and by itself once `runs` is set."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now, self.beats, self.runs = 1000.0, 0, False
        self._heard = supervisor._heard
        patch.setattr(supervisor, "_heard", self.heard)
        patch.setattr(supervisor, "time", self)

    def monotonic(self) -> float:
        self.now += STEP_S if self.runs else 0
        return self.now

    def heard(self, beats: int) -> bool:
        found = self._heard(beats)
        if found:
            self.now += STEP_S
            self.beats += 1
        return found


STEP_S = 0.9 * supervisor.BEAT_S
SILENCE_S = 3 * supervisor.BEAT_S
BEATS = (
    "from api.processes import supervisor; supervisor.BEAT_S = 0.05; "
    "supervisor.beat(int(sys.argv[sys.argv.index('--beats-fd') + 1])); "
)


def test_a_child_is_killed_and_replaced_when_it_is_silent_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(ROOT)
    clock = Clock(monkeypatch)
    notes = tmp_path / "notes"
    supervised = Supervisor(1, child(notes, "time.sleep(3000)", first="import sys; " + BEATS), silence_s=SILENCE_S)
    supervised.start()
    try:
        wait_for(lambda: clock.beats * STEP_S > 2 * SILENCE_S, "the child to be heard for long")
        clock.now += 1000  # the whole machine stood still
        heard = clock.beats
        wait_for(lambda: clock.beats > heard + 2, "the child to be heard again")
        [pid] = pids(notes)
        freeze(psutil.Process(pid))
        clock.runs = True
        wait_for(lambda: f"Worker {pid} is silent" in caplog.text, "the child's silence to be noticed")
        clock.runs = False
        wait_for(lambda: len(pids(notes)) == 2, "another child")
        assert not psutil.pid_exists(pid)
    finally:
        supervised.stop()


def test_a_child_gets_twice_its_share_of_software_rendering_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    notes = tmp_path / "notes"
    tell = "open(sys.argv[1] + '.threads', 'w').write(os.environ['LP_NUM_THREADS']); time.sleep(3000)"
    supervised = Supervisor(4, child(notes, tell))
    supervised.start()
    threads = notes.with_suffix(".threads")
    told = wait_for(lambda: threads.exists() and threads.read_text(), "a child")
    supervised.stop()
    assert told == "4"
