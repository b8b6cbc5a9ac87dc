"""A worker's real child process: what it has, what it may do, and what its end, however it comes, costs."""

import dataclasses
import functools
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import psutil
import pytest
from sqlalchemy import select

from api.db.tables import Segment
from api.domain.kit.failures import STALLED, TOO_COSTLY
from api.domain.renders import removal
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.storage.base import StorageUnavailable
from api.storage.local import LocalStorage
from api.worker.messages import Done, Failed, Order, Report, Told
from api.worker.parent import budget
from api.worker.parent import children as children_module
from api.worker.parent.bench import Bench
from api.worker.parent.children import Child, Children, Places, start_child
from api.worker.parent.run_segment import run_segment
from renderer.errors import OutOfMemory
from tests.api.domain.support import claim_of, end_pauses
from tests.api.worker.child_here import SETUP
from tests.api.worker.support import Order as Ordered
from tests.support.waiting import wait_for

PROGRAM = "tests.api.worker.toy_child"
FORBIDDEN = ("api.db", "api.domain", "api.settings", "api.storage", "api.queue", "sqlalchemy", "celery", "psycopg")
HANG_S = 60.0
SECRET = "PIROUETTE_DATABASE_URL"


def children_in(folder: Path, memory_bytes: int = SETUP.memory_bytes, *, confined: bool = True) -> Children:
    places = Places(inputs=folder, made=folder, cache=folder, turns=folder)
    setup = SETUP.model_copy(update={"kinds": ["toy"], "turns": str(folder), "memory_bytes": memory_bytes})
    return Children(functools.partial(start_child, places, confined=confined, program=PROGRAM), setup)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = children_in(tmp_path)
    yield children
    children.kill()


@pytest.fixture
def bench(bench: Bench, children: Children) -> Bench:
    return dataclasses.replace(bench, children=children)


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


def test_it_has_neither_the_farms_settings_nor_its_code(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "postgresql://somebody:secret@somewhere")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    [told, done] = reports(children.ready(), order_to("look", tmp_path))
    assert isinstance(told, Told)
    assert isinstance(done, Done)
    assert {"PATH", "HOME"} <= set(told.facts["environment"])
    assert not {SECRET, "AWS_SECRET_ACCESS_KEY"} & set(told.facts["environment"])
    assert [name for name in told.facts["environment"] if name.startswith("PIROUETTE")] == []
    modules = told.facts["modules"]
    assert "renderer.load" in modules
    assert [name for name in modules if name.startswith(FORBIDDEN)] == []


def trespassed(folder: Path, *, confined: bool) -> dict[str, Any]:
    """What a child can do with files in its places and elsewhere, by their names in `folder`, and with sockets."""
    places = Places.below(folder / "work" / "w", folder)
    elsewhere = [folder / "files" / "models", folder / "work" / "other", folder]
    for place in elsewhere:
        place.mkdir(parents=True, exist_ok=True)
    paths = [place / "file" for place in (places.inputs, places.made, places.cache, places.turns, *elsewhere)]
    for path in paths:
        path.write_bytes(b"")
    start = functools.partial(start_child, places, confined=confined, program=PROGRAM)
    children = Children(start, SETUP.model_copy(update={"kinds": ["toy"], "turns": str(places.turns)}))
    try:
        told = reports(children.ready(), order_to("trespass", places.made, paths=list(map(str, paths))))[0]
    finally:
        children.kill()
    assert isinstance(told, Told)

    def named(found: list[str]) -> list[str]:
        return [str(Path(path).relative_to(folder).parent) for path in found]

    return {**told.facts, "reads": named(told.facts["reads"]), "writes": named(told.facts["writes"])}


def test_it_has_its_own_places_and_no_network(tmp_path: Path) -> None:
    assert trespassed(tmp_path, confined=True) == {
        "reads": ["work/w/inputs", "work/w/made", "cache", "turns"], "writes": ["work/w/made", "cache", "turns"],
        "socket": False,
    }  # fmt: skip


def test_it_has_all_where_the_operator_wants_it(tmp_path: Path) -> None:
    everywhere = ["work/w/inputs", "work/w/made", "cache", "turns", "files/models", "work/other", "."]
    assert trespassed(tmp_path, confined=False) == {"reads": everywhere, "writes": everywhere, "socket": True}


def test_it_stays_from_one_order_to_the_next(children: Children, tmp_path: Path) -> None:
    child = children.ready()
    first = process().pid
    reports(child, order_to("look", tmp_path))
    children.rest()
    reports(children.ready(), order_to("look", tmp_path))
    assert process().pid == first


def test_one_that_died_in_its_sleep_costs_no_claim_an_attempt(children: Children, tmp_path: Path) -> None:
    children.ready()
    process().kill()
    wait_for(lambda: not children_alive(children), "its end")
    assert isinstance(reports(children.ready(), order_to("look", tmp_path))[-1], Done)


def children_alive(children: Children) -> bool:
    child = children._child
    return child is not None and child.alive


def test_no_device_is_opened_for_work_that_does_not_draw(children: Children) -> None:
    children.ready()
    assert (children.device.device, children.device.software) == ("", False)


def test_memory_without_end_is_an_error_of_the_order_and_not_the_end_of_the_child(tmp_path: Path) -> None:
    children = children_in(tmp_path, memory_bytes=1 << 30)
    try:
        [failed] = reports(children.ready(), order_to("eat", tmp_path))
        assert isinstance(failed, Failed)
        assert (failed.code, failed.retry) == (OutOfMemory.code, True)
        assert isinstance(reports(children.ready(), order_to("look", tmp_path))[-1], Done)
    finally:
        children.kill()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"kind": "hologram"}, "unknown_kind"), ({"role": "assembly"}, "unknown_kind"),
     ({"spec": {"version": 3}}, "unknown_spec_version"), ({"spec": {"version": "1"}}, "unknown_spec_version")],
)
def test_what_it_does_not_know_it_says(
    children: Children, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    order = order_to("look", tmp_path).model_copy(update=changes)
    [failed] = reports(children.ready(), order)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.retry) == (code, False)


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
            group[0].suspend()
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
    stopped.suspend()
    run_segment(impatient(order, 0.5).bench, toy(order.claim, "write"))
    assert gone([stopped])
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)


def test_an_order_that_the_child_does_not_read_costs_one_attempt(
    order: Ordered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children_module, "SEND_S", 0.2)
    order.bench.children.ready()
    stopped = process()
    stopped.suspend()
    run_segment(order.bench, toy(order.claim, "write", long="x" * (1 << 20)))
    assert gone([stopped])
    assert (order.view.status, failures(order)) == (RenderStatus.PENDING, 1)


def test_a_long_order_is_read_whole(children: Children, tmp_path: Path) -> None:
    [told, _] = reports(children.ready(), order_to("look", tmp_path, long="x" * (1 << 20)))
    assert isinstance(told, Told)


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


def test_a_child_without_work_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    children = children_in(tmp_path)
    children.ready()
    child = process()
    children.stop()
    assert not child.is_running()


