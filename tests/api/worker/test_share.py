"""A child's share of a busy machine: of the time in which its threads could have run, that in which they did."""

import os
from pathlib import Path

from api.worker.parent.share import Share

PID = 4711


def times(proc: Path, **threads: tuple[int, int]) -> None:
    """Writes the nanoseconds that each thread ran, and waited for a core."""
    for name, (ran, waited) in threads.items():
        folder = proc / f"{PID}/task" / name.removeprefix("t")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schedstat").write_text(f"{ran} {waited} 12\n")


def test_the_share_is_of_the_time_since_the_last_call_and_of_all_threads(tmp_path: Path) -> None:
    share = Share(PID, tmp_path)
    times(tmp_path, t1=(100, 100), t2=(0, 0))
    assert share.since_last() == 0.5
    times(tmp_path, t1=(110, 120), t2=(0, 10))
    assert share.since_last() == 10 / 40


def test_a_thread_that_began_meanwhile_counts_and_one_that_ended_does_not(tmp_path: Path) -> None:
    share = Share(PID, tmp_path)
    times(tmp_path, t1=(100, 0), t2=(10**9, 10**9))
    share.since_last()
    (tmp_path / f"{PID}/task/2/schedstat").unlink()
    times(tmp_path, t1=(100, 0), t3=(10, 30))
    assert share.since_last() == 0.25


def test_threads_that_sleep_wait_for_nothing(tmp_path: Path) -> None:
    """As those of a driver that hangs do: the silence of their process counts in full."""
    share = Share(PID, tmp_path)
    times(tmp_path, t1=(100, 900))
    share.since_last()
    assert share.since_last() == 1.0


def test_without_figures_the_share_is_the_whole(tmp_path: Path) -> None:
    assert Share(PID, tmp_path).since_last() == 1.0
    folder = tmp_path / f"{PID}/task/1"
    folder.mkdir(parents=True)
    (folder / "schedstat").write_text("")
    assert Share(PID, tmp_path).since_last() == 1.0


def test_this_kernel_tells_what_a_process_has_of_its_machine() -> None:
    assert 0 < Share(os.getpid()).since_last() <= 1
