"""What a child says of its work while a step of it takes long."""

import threading
from pathlib import Path
from typing import cast

import pytest

from api.worker.child import serve
from api.worker.child.job import Bench, Job
from api.worker.kinds import KINDS, Kind
from api.worker.messages import Done, Frames, Message, Order, Stage, Stopped
from api.worker.right_of_way import RightOfWay
from renderer.checkpoints import checkpoint
from renderer.gl.context import Device


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Whose work says again at every checkpoint how far it is."""
    monkeypatch.setattr("api.worker.child.job.REPEAT_S", 0.0)
    return Bench(lambda: cast(Device, None), tmp_path, RightOfWay(tmp_path))


def said(bench: Bench, monkeypatch: pytest.MonkeyPatch, work: object) -> list[Message]:
    monkeypatch.setitem(KINDS, "toy", Kind(draws=False, functions={"whole": work}))  # type: ignore[dict-item]
    order = Order(
        task_id="t", kind="toy", role="whole", spec={}, variants={}, first_frame=0, frame_count=2, inputs={},
        parts=[], folder=str(bench.cache_dir), encoder="x264", gives_way=False,
    )  # fmt: skip
    found: list[Message] = []
    found.append(serve.work(order, found.append, bench))
    return found


def test_a_long_step_is_reported_again_and_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(job: Job) -> None:
        checkpoint()  # there is nothing to say yet
        job.on_stage("lighting")
        checkpoint()
        job.on_frame(1, 2)
        checkpoint()
        checkpoint()

    lighting, first = Stage(name="lighting"), Frames(done=1)
    assert said(bench, monkeypatch, work) == [lighting, lighting, first, first, first, Done(told={})]


def test_it_is_not_said_more_often_than_wanted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.worker.child.job.REPEAT_S", 3600.0)

    def work(job: Job) -> None:
        job.on_stage("lighting")
        checkpoint()

    assert said(bench, monkeypatch, work) == [Stage(name="lighting"), Done(told={})]


def test_a_long_step_ends_when_the_child_should(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = threading.Event()

    def work(job: Job) -> None:
        job.on_stage("lighting")
        bench.stop.set()
        checkpoint()
        reached.set()

    assert said(bench, monkeypatch, work) == [Stage(name="lighting"), Stopped()]
    assert not reached.is_set()
