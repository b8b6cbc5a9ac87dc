"""A worker at which much fails tests itself; if it is to blame, it leaves the fleet until it is mended."""

import dataclasses
import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import select, update

from api.db.tables import Segment, Task
from api.domain.work import fleet, outcomes
from api.domain.work.costs import Cost
from api.domain.work.outcomes import Kind
from api.storage.base import Room, StorageUnavailable
from api.storage.local import LocalStorage
from api.worker.child import self_test as child_self_test
from api.worker.child.job import Bench as ChildBench
from api.worker.child.job import Job
from api.worker.messages import SELF_TEST, Message
from api.worker.messages import Order as ChildsOrder
from api.worker.parent import self_test
from api.worker.parent.bench import Bench
from api.worker.parent.children import Children, Places, Process, start_child
from api.worker.parent.loop import work_until_idle
from api.worker.parent.self_test import stay_fit
from api.worker.right_of_way import RightOfWay
from renderer.errors import DeviceError
from renderer.gl.context import Device
from tests.api.domain.support import accounts_with_renders, end_pauses
from tests.api.worker.child_here import SETUP
from tests.support.ffmpeg import BreakableFfmpeg
from tests.support.waiting import HANG_S, wait_for

TOY = "tests.api.worker.toy_child"


@pytest.fixture
def ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BreakableFfmpeg:
    ffmpeg = BreakableFfmpeg(tmp_path / "bin")
    monkeypatch.setenv("PATH", ffmpeg.path)
    return ffmpeg


@pytest.fixture(autouse=True)
def _announced(bench: Bench) -> None:
    with bench.database.begin() as session:
        fleet.announce(session, bench.worker, "llvmpipe", True, "x264")


def started(bench: Bench, cache: Path | None = None, **options: Any) -> Callable[[], Process]:
    """Starts a child of the bench's, with a cache of its own unless another is named."""
    shared = bench.settings.data_dir
    places = Places(bench.work_dir.with_name("inputs"), bench.work_dir, cache or shared / "cache", shared / "turns")
    return functools.partial(start_child, places, **options)


def with_children(bench: Bench, children: Children) -> Iterator[Bench]:
    yield dataclasses.replace(bench, children=children)
    children.kill()


@pytest.fixture
def drawing(bench: Bench, light_cache: Path) -> Iterator[Bench]:
    """A worker with a real child and the software device."""
    setup = SETUP.model_copy(update={"gl_device": "software", "cache_dir": str(light_cache)})
    yield from with_children(bench, Children(started(bench, light_cache), setup))


@pytest.fixture
def toys(bench: Bench) -> Iterator[Bench]:
    """A worker of toys, without a device."""
    setup = SETUP.model_copy(update={"kinds": ["toy"]})
    yield from with_children(bench, Children(started(bench, program=TOY), setup))


def doubt(bench: Bench, kind: str = "video") -> None:
    for _ in range(2):
        bench.fitness.failed(kind)
    assert bench.fitness.doubtful


def reason(bench: Bench) -> str | None:
    with bench.database.read() as session:
        [worker] = fleet.list_workers(session)
    return worker.unfit_reason


def stored(bench: Bench) -> list[Path]:
    return [path for path in bench.settings.files_dir.rglob("*") if path.is_file()]


@contextmanager
def at_its_test(bench: Bench, work: Callable[[Bench], None] = stay_fit) -> Iterator[threading.Thread]:
    """The worker tests itself until it is fit or, at the end of the block, should stop."""
    thread = threading.Thread(target=work, args=(bench,))
    thread.start()
    try:
        yield thread
    finally:
        bench.stop.set()
        thread.join(HANG_S)


def test_failures_of_one_kind_in_a_row_are_a_reason_for_doubt(bench: Bench) -> None:
    fitness = bench.fitness
    for kind in ("video", "inspect", "image"):
        fitness.failed(kind)
    fitness.succeeded("video")
    fitness.failed("video")
    assert not fitness.doubtful
    fitness.failed("image")
    assert fitness.doubtful


def test_a_healthy_worker_draws_encodes_and_stores_and_leaves_nothing_behind(drawing: Bench) -> None:
    doubt(drawing)
    stay_fit(drawing)
    assert not drawing.fitness.doubtful
    assert (reason(drawing), stored(drawing), list(drawing.work_dir.iterdir())) == (None, [], [])


def test_a_worker_whose_ffmpeg_breaks_leaves_the_fleet_and_comes_back_once_it_is_mended(
    drawing: Bench, ffmpeg: BreakableFfmpeg, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(self_test, "PAUSES_S", (0.05,))
    drawing.children.ready()
    doubt(drawing)
    ffmpeg.fail()
    with at_its_test(drawing) as testing:
        assert "Check that ffmpeg" in wait_for(lambda: reason(drawing), "the worker to leave")
        assert "claims nothing" in caplog.text
        ffmpeg.mend()
        wait_for(lambda: reason(drawing) is None, "the worker to come back")
        testing.join(HANG_S)
        assert not drawing.fitness.doubtful


def test_a_worker_that_can_not_open_its_device_any_more_leaves_the_fleet(bench: Bench) -> None:
    children = Children(started(bench), SETUP.model_copy(update={"gl_device": "99"}))
    with at_its_test(dataclasses.replace(bench, children=children)):
        assert "graphics driver" in wait_for(lambda: reason(bench), "the worker to leave")


def test_a_worker_whose_disk_is_short_claims_nothing_until_there_is_room(
    toys: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_test, "PAUSES_S", (0.05,))
    storage = toys.storage
    assert isinstance(storage, LocalStorage)
    enough, storage.room = storage.room, Room((toys.work_dir,), 1 << 60)
    with at_its_test(toys, lambda bench: work_until_idle(bench, ["render"], lambda queue: None)) as working:
        assert "lower PIROUETTE_DISK_RESERVE_MB" in wait_for(lambda: reason(toys), "the worker to leave")
        storage.room = enough
        working.join(HANG_S)
        assert reason(toys) is None


def test_a_worker_that_can_not_store_leaves_the_fleet(toys: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(storage: LocalStorage, key: str, path: Path) -> NoReturn:
        raise StorageUnavailable("no space left")

    monkeypatch.setattr(LocalStorage, "put_file", refuse)
    doubt(toys)
    with at_its_test(toys):
        assert "no space left. Check that this worker reaches" in wait_for(lambda: reason(toys), "the worker to leave")


@pytest.fixture
def renders(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three paid renders of accounts of their own; drawing them fails at this worker."""
    accounts_with_renders(bench.database, 3)
    monkeypatch.setitem(outcomes.KINDS, "toy", Kind("render", outcomes.KINDS["video"].outcome, Cost(begin_s=1)))
    with bench.database.begin() as session:
        spec = {"version": 1, "does": "lose_device"}
        session.execute(update(Task).where(Task.kind == "video").values(kind="toy", spec=spec, inputs={}))


def tries(bench: Bench) -> list[int]:
    with bench.database.read() as session:
        own = select(Segment.failures).where(Segment.queue == "render", Segment.state != "done")
        return sorted(session.scalars(own))


@pytest.mark.usefixtures("renders")
def test_after_two_failures_in_a_row_a_worker_tests_itself_and_goes_on(
    toys: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    work_until_idle(toys, ["render"], lambda queue: None)
    assert caplog.text.count("The self-test passed") == 1
    assert tries(toys) == [1, 1, 1]


@pytest.mark.usefixtures("renders")
def test_an_unfit_worker_claims_nothing_and_stops_when_it_is_asked_to(
    toys: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(storage: LocalStorage, key: str, path: Path) -> NoReturn:
        raise OSError("no space left")

    monkeypatch.setattr(LocalStorage, "put_file", refuse)
    monkeypatch.setattr(self_test, "PAUSES_S", (0.01,))
    with at_its_test(toys, lambda bench: work_until_idle(bench, ["render"], lambda queue: None)) as working:
        wait_for(lambda: reason(toys), "the worker to leave")
        end_pauses(toys.database)
    assert not working.is_alive()
    assert tries(toys) == [0, 1, 1]


def test_a_picture_without_the_cube_is_the_devices_failure(
    device: Device, light_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_self_test, "RED", (0.5, 0.5, 0.5, 1.0))
    order = ChildsOrder(
        task_id="t", kind=SELF_TEST, role="whole", spec={"version": 1, "draws": True}, variants={}, first_frame=0,
        frame_count=1, inputs={}, parts=[], folder=str(tmp_path), encoder="x264", gives_way=False,
    )  # fmt: skip
    said: list[Message] = []
    job = Job(ChildBench(lambda: device, light_cache, RightOfWay(tmp_path)), order, said.append)
    with pytest.raises(DeviceError, match="a red cube isn't red"):
        child_self_test.self_test(job)
