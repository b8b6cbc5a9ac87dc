"""A worker's real child that does what a test tells it (`toy_child`), and how to talk to it and find it."""

import dataclasses
import functools
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import select

from api.db.tables import Segment
from api.domain.work.claims import Claim
from api.worker.messages import Order, Report
from api.worker.parent.children import Child, Children, Places, start_child
from api.worker.parent.run_segment import run_segment
from tests.api.worker.child_here import SETUP
from tests.api.worker.support import Order as Ordered
from tests.support.waiting import wait_for

PROGRAM = "tests.api.worker.toy_child"
HANG_S = 60.0


def children_in(
    folder: Path, memory_bytes: int = SETUP.memory_bytes, *, confined: bool = True, file_bytes: int = 0
) -> Children:
    places = Places(inputs=folder, made=folder, cache=folder, turns=folder)
    setup = SETUP.model_copy(
        update={"kinds": ["toy"], "turns": str(folder), "memory_bytes": memory_bytes, "file_bytes": file_bytes}
    )
    return Children(functools.partial(start_child, places, confined=confined, program=PROGRAM), setup)


def order_to(does: str, folder: Path, **spec: Any) -> Order:
    return Order(
        task_id="t", kind="toy", role="whole", spec={"version": 1, "does": does, **spec}, variants={"r": {}},
        first_frame=0, frame_count=2, inputs={}, parts=[], folder=str(folder), encoder="x264", gives_way=False,
    )  # fmt: skip


def reports(child: Child, order: Order) -> list[Report]:
    """All of them, up to the end of the order."""
    child.order(order)
    found: list[Report] = []
    while child.busy:
        report = child.report(HANG_S)
        assert report is not None
        found.append(report)
    return found


def toy(claim: Claim, does: str, **spec: Any) -> Claim:
    return dataclasses.replace(claim, kind="toy", spec={"version": 1, "does": does, **spec})


def process() -> psutil.Process:
    """The child that runs now."""

    def running() -> list[psutil.Process]:
        return [each for each in psutil.Process().children() if PROGRAM in each.cmdline()]

    [found] = wait_for(running, "the child")
    return found  # type: ignore[no-any-return]


@contextmanager
def running(ordered: Ordered, claim: Claim) -> Iterator[Future[None]]:
    """The claim is worked on, and being drawn, within the block; at its end it is settled."""
    with ThreadPoolExecutor(1) as pool:
        settled = pool.submit(run_segment, ordered.bench, claim)
        wait_for(lambda: ordered.view.progress.stage == "drawing" or settled.done(), "the drawing")
        yield settled
        settled.result(HANG_S)


def segment(ordered: Ordered) -> Segment:
    with ordered.bench.database.read() as session:
        return session.scalars(select(Segment).where(Segment.id == ordered.claim.segment_id)).one()


def failures(ordered: Ordered) -> int:
    return segment(ordered).failures


def children_alive(children: Children) -> bool:
    child = children._child
    return child is not None and child.alive
