"""What the end of a worker's real child costs, however it comes: killed, stopped, hanging, or talking nonsense."""

import dataclasses
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

from api.domain.kit.failures import STALLED, TOO_COSTLY
from api.domain.renders import removal
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.storage.base import StorageUnavailable
from api.storage.local import LocalStorage
from api.worker.parent import budget
from api.worker.parent import children as children_module
from api.worker.parent.bench import Bench
from api.worker.parent.children import Children
from api.worker.parent.run_segment import run_segment
from renderer.errors import OutOfMemory
from tests.api.domain.support import claim_of, end_pauses
from tests.api.worker.real_child import children_alive, children_in, failures, process, running, segment, toy
from tests.api.worker.support import Order as Ordered
from tests.support.processes import freeze
from tests.support.waiting import wait_for


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = children_in(tmp_path)
    yield children
    children.kill()


@pytest.fixture
def bench(bench: Bench, children: Children) -> Bench:
    return dataclasses.replace(bench, children=children)


def test_unknown_work_ends_in_error_at_once_and_the_worker_lives(order: Ordered) -> None:
    run_segment(order.bench, dataclasses.replace(order.claim, kind="hologram"))
    assert (order.view.status, order.credits) == (RenderStatus.ERROR, 10)
    assert "hologram" in str(order.view.error_message)
    assert children_alive(order.bench.children)


def test_a_killed_child_costs_one_attempt_and_another_one_starts(order: Ordered, tmp_path: Path) -> None:
    with running(order, toy(order.claim, "wait", until=str(tmp_path / "never"))):
        killed = process()
        killed.send_signal(signal.SIGKILL)
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)
    assert list(order.bench.work_dir.iterdir()) == []
    end_pauses(order.bench.database)
    run_segment(order.bench, toy(claim_of(order.bench.database, order.render_id), "write"))
    assert (order.view.status, failures(order)) == (RenderStatus.DONE, 1)
    assert process() != killed


def lose(order: Ordered) -> None:
    with order.bench.database.begin() as session:
        assert scheduling.release(session, order.claim)


def cancel(order: Ordered) -> None:
    with order.bench.work() as unit:
        removal.cancel_render(unit, order.account_id, order.render_id)


def stop(order: Ordered) -> None:
    order.bench.stop.set()


def group_of(child: psutil.Process) -> list[psutil.Process]:
    """The child, and what it has started."""
    return [child, *wait_for(child.children, "the child's helper")]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)


@pytest.mark.parametrize(("how", "frozen"), [(lose, False), (cancel, False), (stop, False), (stop, True)])
def test_a_child_in_a_call_of_an_hour_is_killed_with_all_that_it_has_started(
    order: Ordered, how: Callable[[Ordered], None], frozen: bool
) -> None:
    with running(order, toy(order.claim, "block")):
        group = group_of(process())
        if frozen:
            freeze(group[0])
        how(order)
    wait_for(lambda: gone(group), "the end of the child's group")
    status = RenderStatus.ERROR if how is cancel else RenderStatus.PENDING
    assert (order.view.status, failures(order)) == (status, 0)


def test_a_child_that_draws_is_asked_to_stop_and_releases_the_claim(order: Ordered, tmp_path: Path) -> None:
    with running(order, toy(order.claim, "wait", until=str(tmp_path / "never"))):
        child = process()
        order.bench.stop.set()
    assert not child.is_running()
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 0)


def impatient(order: Ordered, stall_seconds: float) -> Ordered:
    settings = order.bench.settings.model_copy(update={"stall_seconds": stall_seconds})
    bench = dataclasses.replace(order.bench, settings=settings)
    return dataclasses.replace(order, worker=dataclasses.replace(order.worker, bench=bench))


def try_twice(order: Ordered, does: str) -> None:
    run_segment(order.bench, toy(order.claim, does))
    assert (order.view.status, order.credits) == (RenderStatus.PENDING, 9)
    end_pauses(order.bench.database)
    run_segment(order.bench, toy(claim_of(order.bench.database, order.render_id), does))


def test_drawing_that_stands_still_is_tried_once_more_and_then_is_the_models_fault(order: Ordered) -> None:
    order.bench.children.ready()
    child = process()
    try_twice(impatient(order, 0.5), "block")
    assert gone([child])
    assert (order.view.status, order.view.error_code, order.credits) == (RenderStatus.ERROR, STALLED, 10)
    assert "stood still" in str(order.view.error_message)


def test_a_child_that_was_stopped_before_its_order_costs_one_attempt(order: Ordered) -> None:
    order.bench.children.ready()
    stopped = process()
    freeze(stopped)
    run_segment(impatient(order, 0.5).bench, toy(order.claim, "write"))
    assert gone([stopped])
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)


def test_an_order_that_the_child_does_not_read_costs_one_attempt(
    order: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children_module, "SEND_S", 0.2)
    order.bench.children.ready()
    stopped = process()
    freeze(stopped)
    run_segment(order.bench, toy(order.claim, "write", long="x" * (1 << 20)))
    assert gone([stopped])
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)


def test_frames_without_end_are_too_costly_and_not_tried_again(
    order: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "LEAST_S", 0.5)
    with running(order, toy(order.claim, "dawdle")):
        child = process()
    assert gone([child])
    assert (order.view.status, order.view.error_code, order.credits) == (RenderStatus.ERROR, TOO_COSTLY, 10)
    assert "Too costly to draw" in str(order.view.error_message)


def test_a_child_whose_device_failed_is_replaced(order: Ordered) -> None:
    order.bench.children.ready()
    child = process()
    run_segment(order.bench, toy(order.claim, "lose_device"))
    assert gone([child])
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)


def test_a_storage_that_takes_nothing_twice_makes_the_worker_doubt_itself(
    order: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(storage: LocalStorage, key: str, path: Path) -> NoReturn:
        raise StorageUnavailable("nobody answers")

    monkeypatch.setattr(LocalStorage, "put_file", refuse)
    for pause in ("STORAGE_AWAY_S", "STORAGE_PAUSE_S"):
        monkeypatch.setattr(f"api.worker.parent.run_segment.{pause}", 0)
    claim = order.claim
    for _ in range(2):
        assert not order.bench.fitness.doubtful
        run_segment(order.bench, toy(claim, "write"))
        assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 0)
        claim = claim_of(order.bench.database, order.render_id)
    assert order.bench.fitness.doubtful


def test_memory_that_runs_out_twice_is_the_models_fault(order: Ordered) -> None:
    try_twice(order, "starve")
    assert (order.view.status, order.view.error_code, order.credits) == (RenderStatus.ERROR, OutOfMemory.code, 10)


def test_the_lease_is_renewed_while_the_child_hangs(order: Ordered) -> None:
    with running(order, toy(order.claim, "hang")):
        until = segment(order).lease_until
        wait_for(lambda: segment(order).lease_until != until, "a heartbeat")
        order.bench.stop.set()


@pytest.mark.parametrize(
    "made",
    [{"path": "../../files/models/a.glb"}, {"path": "/etc/passwd"}, {"path": "absent.mp4"}, {"path": "."},
     {"path": "link.mp4", "link": "/etc/hostname"}, {"path": "link.png", "link": "../../files/models/a.glb"},
     {"path": "there.mp4", "owner": "somebody"}],
)
def test_a_file_that_is_not_the_childs_own_is_not_taken(
    order: Ordered, tmp_path: Path, made: dict[str, str]
) -> None:
    secret = order.bench.settings.files_dir / "models/a.glb"
    children = children_in(tmp_path, confined=False)  # or it couldn't make links
    run_segment(dataclasses.replace(order.bench, children=children), toy(order.claim, "steal", **made))
    children.kill()
    assert (order.view.status, failures(order), order.stored) == (RenderStatus.PENDING, 1, set())
    assert secret.read_bytes() == b"the model's bytes"


@pytest.mark.parametrize(
    "line", ["", "{}", '{"type": "frames", "done": -1}', '{"type": "stage", "name": "' + "x" * 30 + '"}', "[" * 100_000]
)
def test_a_child_that_talks_nonsense_is_killed(order: Ordered, line: str) -> None:
    run_segment(order.bench, toy(order.claim, "babble", line=line))
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)
    assert not children_alive(order.bench.children)
