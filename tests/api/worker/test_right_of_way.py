"""Other work waits for previews, one worker of a machine at a time, and never for long."""

import contextlib
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from api.domain.work.tasks import Priority
from api.worker import right_of_way
from api.worker.child.job import Bench as ChildBench
from api.worker.child.job import Job
from api.worker.messages import Frames, Message, Waited
from api.worker.messages import Order as ChildsOrder
from api.worker.right_of_way import LONGEST_S, POLL_S, RightOfWay
from renderer.errors import Cancelled
from renderer.gl.context import Device
from renderer.render import Listener
from tests.api.worker.support import Order, use_renderer


class Clock:
    """Time that passes in sleep alone; `on_sleep` is called each time, as other processes run meanwhile."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.on_sleep: Callable[[], None] = lambda: None
        patch.setattr(right_of_way, "monotonic", lambda: self.now)
        patch.setattr(right_of_way, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.on_sleep()

    def waited(self, wait: Callable[[], object]) -> float:
        start = self.now
        wait()
        return self.now - start


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def nothing() -> None:
    pass


def test_without_a_preview_nobody_waits(clock: Clock, tmp_path: Path) -> None:
    way = RightOfWay(tmp_path)
    with way.taken():
        pass
    assert clock.waited(lambda: way.give(nothing)) == way.give(nothing) == 0


def test_other_work_waits_until_the_last_preview_is_done(clock: Clock, tmp_path: Path) -> None:
    first, second = contextlib.ExitStack(), contextlib.ExitStack()
    for preview in (first, second):
        preview.enter_context(RightOfWay(tmp_path).taken())

    def go_on() -> None:
        if clock.now > 1001:
            first.close()
        if clock.now > 1002:
            second.close()

    clock.on_sleep = go_on
    assert clock.waited(lambda: RightOfWay(tmp_path).give(nothing)) == pytest.approx(2, abs=2 * POLL_S)


def test_it_waits_half_of_its_time_at_most(clock: Clock, tmp_path: Path) -> None:
    way = RightOfWay(tmp_path)
    with RightOfWay(tmp_path).taken():
        assert clock.waited(lambda: way.give(nothing)) == pytest.approx(LONGEST_S, abs=2 * POLL_S)
        for _ in range(3):
            clock.now += 1.0  # of work
            assert clock.waited(lambda: way.give(nothing)) == pytest.approx(1.0, abs=2 * POLL_S)
        clock.now += 100
        assert clock.waited(lambda: way.give(nothing)) == pytest.approx(LONGEST_S, abs=2 * POLL_S)


def test_only_one_worker_waits(clock: Clock, tmp_path: Path) -> None:
    others = []
    clock.on_sleep = lambda: others.append(clock.waited(lambda: RightOfWay(tmp_path).give(nothing)))
    with RightOfWay(tmp_path).taken():
        RightOfWay(tmp_path).give(nothing)
    assert others
    assert set(others) == {0}


def test_whoever_waits_can_be_stopped(clock: Clock, tmp_path: Path) -> None:
    def check() -> None:
        raise Cancelled("the worker is stopping")

    with RightOfWay(tmp_path).taken(), pytest.raises(Cancelled):
        RightOfWay(tmp_path).give(check)


def test_paid_work_gives_way_between_frames(order: Order, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def draw(listener: Listener) -> None:
        waits.append(clock.waited(lambda: listener.on_frame(1, 2)))
        with RightOfWay(order.bench.settings.data_dir / "turns").taken():
            waits.append(clock.waited(lambda: listener.on_frame(2, 2)))

    use_renderer(monkeypatch, draw)
    order.run()
    assert waits == [0, pytest.approx(LONGEST_S, abs=2 * POLL_S)]


def test_the_parent_is_told_for_how_long_the_child_stood_still(clock: Clock, tmp_path: Path) -> None:
    order = ChildsOrder(
        task_id="t", kind="video", role="whole", spec={}, variants={}, first_frame=0, frame_count=2, inputs={},
        parts=[], folder=str(tmp_path), encoder="x264", gives_way=True,
    )  # fmt: skip
    said: list[Message] = []
    job = Job(ChildBench(lambda: cast(Device, None), tmp_path, RightOfWay(tmp_path)), order, said.append)
    job.on_frame(1, 2)
    with RightOfWay(tmp_path).taken():
        job.on_frame(2, 2)
    first, second, waited = said
    assert (first, second) == (Frames(done=1), Frames(done=2))
    assert isinstance(waited, Waited)
    assert waited.seconds == pytest.approx(LONGEST_S, abs=2 * POLL_S)


def test_a_preview_takes_it_and_gives_it_to_no_other(
    order: Order, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = dataclasses.replace(order.claim, priority=Priority.AWAITED)
    folder = order.bench.settings.data_dir / "turns"
    beside: list[float] = []

    def draw(listener: Listener) -> None:
        beside.append(clock.waited(lambda: RightOfWay(folder).give(nothing)))
        with RightOfWay(folder).taken():
            beside.append(clock.waited(lambda: listener.on_frame(1, 1)))

    use_renderer(monkeypatch, draw)
    order.worker.run(preview)
    assert beside == [pytest.approx(LONGEST_S, abs=2 * POLL_S), 0]
    assert clock.waited(lambda: RightOfWay(folder).give(nothing)) == 0
