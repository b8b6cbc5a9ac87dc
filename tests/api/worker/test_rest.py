"""A child without work: it keeps what it has for a moment, and then gives all of it back."""

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from unittest.mock import Mock

import pytest

from api.worker.child import serve, warm
from api.worker.child.job import Bench
from api.worker.child.warm import Warm
from api.worker.messages import Done, Message, Order, Rest, line_of
from api.worker.right_of_way import RightOfWay
from renderer.gl.context import Device
from tests.support.waiting import wait_for

UNKNOWN = Order(
    task_id="t", kind="unknown", role="whole", spec={}, variants={}, first_frame=0, frame_count=1, inputs={}, parts=[],
    folder="", encoder="x264", gives_way=False,
)  # fmt: skip


@contextmanager
def child(tmp_path: Path) -> Iterator[tuple[Callable[[Message], None], queue.SimpleQueue[Message], Mock]]:
    """Says something to a child; what it says; and its rest."""
    rest = Mock()
    bench = Bench(lambda: cast(Device, None), tmp_path, RightOfWay(tmp_path), warm=cast(Warm, Mock(rest=rest)))
    said: queue.SimpleQueue[Message] = queue.SimpleQueue()
    read, write = os.pipe()
    with os.fdopen(read, "rb") as orders, os.fdopen(write, "wb", buffering=0) as pipe:
        thread = threading.Thread(target=serve.serve, args=(orders, said.put, bench))
        thread.start()

        def say(message: Message) -> None:
            pipe.write(line_of(message))

        yield say, said, rest
        pipe.close()
        thread.join()


def test_it_forgets_what_it_kept_when_there_is_no_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "REST_S", 0.0)
    with child(tmp_path) as (say, said, rest):
        say(UNKNOWN)
        said.get()
        assert not rest.called
        say(Rest())
        wait_for(lambda: rest.called, "its rest")
        say(UNKNOWN)
        said.get()
    assert rest.call_count == 1


def test_it_keeps_it_for_an_order_that_comes_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "REST_S", 3600.0)
    with child(tmp_path) as (say, said, rest):
        say(Rest())
        say(UNKNOWN)
        assert not isinstance(said.get(), Done)
    assert not rest.called


def test_its_memory_goes_back_to_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("forget_pictures", "give_back"):
        monkeypatch.setattr(warm, name, lambda name=name: done.append(name))
    Warm().rest()
    assert done == ["forget_pictures", "give_back"]
