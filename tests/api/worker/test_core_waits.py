"""How long a child waits for a core of a busy machine: as the thread does that waits longest."""

import os
from pathlib import Path

from api.worker.parent.core_waits import CoreWaits

PID = 4711
SECOND = 10**9


def times(proc: Path, **threads: tuple[int, int]) -> None:
    """Writes the nanoseconds that each thread ran, and waited for a core."""
    for name, (ran, waited) in threads.items():
        folder = proc / f"{PID}/task" / name.removeprefix("t")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schedstat").write_text(f"{ran} {waited} 12\n")


def test_it_is_the_longest_wait_of_a_thread_since_the_last_call(tmp_path: Path) -> None:
    times(tmp_path, t1=(SECOND, 5 * SECOND), t2=(0, 0))
    waits = CoreWaits(PID, tmp_path)
    times(tmp_path, t1=(2 * SECOND, 6 * SECOND), t2=(0, 3 * SECOND))
    assert waits.since_last() == 3
    times(tmp_path, t1=(2 * SECOND, 6 * SECOND + SECOND // 2), t2=(0, 3 * SECOND))
    assert waits.since_last() == 0.5


def test_a_thread_that_began_meanwhile_counts_and_one_that_ended_does_not(tmp_path: Path) -> None:
    times(tmp_path, t1=(SECOND, 0), t2=(SECOND, 9 * SECOND))
    waits = CoreWaits(PID, tmp_path)
    (tmp_path / f"{PID}/task/2/schedstat").unlink()
    times(tmp_path, t3=(10, 2 * SECOND))
    assert waits.since_last() == 2


def test_threads_that_sleep_wait_for_nothing_even_if_one_wakes_for_a_moment(tmp_path: Path) -> None:
    """As those of a driver that hangs do, beside one that looks every second whether it is to end."""
    times(tmp_path, t1=(SECOND, SECOND), t2=(0, 0))
    waits = CoreWaits(PID, tmp_path)
    times(tmp_path, t2=(100_000, 4_000_000))
    assert waits.since_last() == 0.004


def test_without_figures_nothing_waited(tmp_path: Path) -> None:
    assert CoreWaits(PID, tmp_path).since_last() == 0
    folder = tmp_path / f"{PID}/task/1"
    folder.mkdir(parents=True)
    (folder / "schedstat").write_text("")
    assert CoreWaits(PID, tmp_path).since_last() == 0


def test_this_kernel_tells_of_each_thread() -> None:
    assert (Path(f"/proc/{os.getpid()}/task/{os.getpid()}") / "schedstat").read_text().split()[2:]
    assert CoreWaits(os.getpid()).since_last() >= 0
