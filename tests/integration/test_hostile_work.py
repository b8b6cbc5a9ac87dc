"""Models that take for ever, and workers that break, cost nobody else anything but a little time."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from api.client import FarmClient
from api.domain.work import fleet
from tests.integration.support import SETTINGS, check_settled
from tests.renderer.load.glb_builder import GlbBuilder
from tests.support.farm import Farm, running_farm
from tests.support.ffmpeg import BreakableFfmpeg
from tests.support.gate import Gate
from tests.support.processes import freeze
from tests.support.waiting import HANG_S, wait_for

BLAMED = {"model_too_large", "too_costly", "stalled"}
LATEST_S = 60.0
"""By how much later than without costly models a render of somebody else may be done."""


def sheets_glb(count: int) -> bytes:
    """So many see-through triangles over each other, all of them larger than the picture: 6 bytes each."""
    builder = GlbBuilder()
    corners = [(-3, -3, 0), (3, -3, 0), (0, 3, 0)]
    positions = builder.add_accessor(corners, min=[-3, -3, 0], max=[3, 3, 0])
    indices = builder.add_accessor([0, 1, 2] * count, "uint16")
    colour = {"baseColorFactor": [0.5, 0.5, 0.5, 0.01]}
    material = builder.add("materials", {"alphaMode": "BLEND", "doubleSided": True, "pbrMetallicRoughness": colour})
    builder.show(builder.add_mesh({"attributes": {"POSITION": positions}, "indices": indices, "material": material}))
    return builder.glb()


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    path = tmp_path / "sheets.glb"
    path.write_bytes(sheets_glb(1_000_000))
    return path


class Order:
    """An upload of an account of its own, whose client this is, and what becomes of its paid render."""

    def __init__(self, farm: Farm, client: FarmClient, model: Path) -> None:
        self.farm = farm
        self.client = client
        self.ordered = time.monotonic()
        self.upload = self.client.models.upload(model, SETTINGS)

    def check_done(self) -> None:
        self.client.renders.wait(self.upload.render_id, timeout=HANG_S, poll_seconds=0.2)
        assert self.farm.ledger(self.upload.render_id) == [("charge", -1)]

    def check_refunded(self) -> None:
        ids = [render.id for render in self.client.models.get(self.upload.model_id).renders]
        for render in self.client.renders.wait_all(ids, timeout=HANG_S, poll_seconds=0.2):
            assert (render.status, render.error_code in BLAMED) == ("error", True), render
        assert self.farm.ledger(self.upload.render_id) == [("charge", -1), ("refund", 1)]
        assert self.client.account().credits == 10


Place = Callable[[Farm, Path], Order]


@pytest.fixture
def place() -> Iterator[Place]:
    """Opens an account, and uploads a model."""
    with contextlib.ExitStack() as held:
        yield lambda farm, model: Order(farm, held.enter_context(farm.client(farm.new_account(credits=10))), model)


def test_costly_models_end_in_error_with_a_refund_and_others_renders_are_done(
    tmp_path: Path, light: Path, box: Path, sheets: Path, place: Place
) -> None:
    impatient = {"PIROUETTE_STALL_SECONDS": "20"}
    with running_farm(Farm(tmp_path, workers=2, cache=light, extra=impatient)) as farm:
        costly = [place(farm, sheets) for _ in range(2)]
        others = [place(farm, box) for _ in range(2)]
        for order in others:
            order.check_done()
        for order in costly:
            order.check_refunded()


def test_a_worker_with_a_broken_ffmpeg_spoils_no_render_and_leaves_the_fleet(
    tmp_path: Path, light: Path, box: Path, place: Place
) -> None:
    ffmpeg = BreakableFfmpeg(tmp_path / "bin")
    with running_farm(Farm(tmp_path, workers=1, cache=light)) as farm:
        sick = Farm(tmp_path, workers=0, cache=light, extra={"PATH": ffmpeg.path}).spawn("worker")
        farm.others.append(sick)
        wait_for(lambda: sick.pid in farm.fleet_pids(), "the worker that will break")
        ffmpeg.fail()
        order = place(farm, box)
        create = order.client.renders.create
        turned = [create(order.upload.model_id, {**SETTINGS, "rotateY": angle}).id for angle in (90, 180)]
        [reason] = wait_for(lambda: unfit(farm), "the broken worker to leave").values()
        assert "Check that ffmpeg" in reason
        order.check_done()
        assert {render.status for render in order.client.renders.wait_all(turned, timeout=HANG_S)} == {"done"}
        assert list(unfit(farm)) == [sick.pid]


def unfit(farm: Farm) -> dict[int, str]:
    """Why workers have left the fleet, by their processes."""
    with farm.database.read() as session:
        workers = fleet.list_workers(session)
    return {int(each.name.rpartition("-")[2]): each.unfit_reason for each in workers if each.unfit_reason}


@pytest.mark.nightly
def test_a_frozen_child_is_replaced_and_a_frozen_worker_too(
    tmp_path: Path, light: Path, box: Path, place: Place
) -> None:
    patient = {"PIROUETTE_STALL_SECONDS": "10", "PIROUETTE_LEASE_SECONDS": "30"}
    gate = Gate(tmp_path / "gate")
    with running_farm(Farm(tmp_path, workers=2, cache=light, extra=patient, gate=gate)) as farm:
        order = place(farm, box)
        order.check_done()
        for whom in ("child", "worker"):
            with farm.renders_held():
                render_id = order.client.renders.create(order.upload.model_id, SETTINGS).id
                worker = farm.wait_until_drawn_by(render_id)
                [child] = worker.children()
                frozen = child if whom == "child" else worker
                freeze(frozen)
            order.client.renders.wait(render_id, timeout=HANG_S)
            check_settled(farm, render_id, attempt=2)
            frozen.wait(HANG_S)
        wait_for(lambda: len(farm.worker_processes()) == 2, "another worker")


@contextlib.contextmanager
def _farm(folder: Path, light: Path) -> Iterator[Farm]:
    """With the defaults of all that is about time."""
    folder.mkdir()
    slow = {f"PIROUETTE_{name}_SECONDS": value for name, value in (("LEASE", "30"), ("HEARTBEAT", "5"), ("SWEEP", "5"))}
    with running_farm(Farm(folder, workers=2, cache=light, extra=slow)) as farm:
        yield farm


def _seconds_until_done(orders: Sequence[Order]) -> list[float]:
    """From each order to its end, in the order of the ends."""
    begun = {order.upload.render_id: order for order in orders}
    took = []
    while begun:
        for render_id, order in list(begun.items()):
            render = order.client.renders.get(render_id)
            assert render.status != "error", render
            if render.status == "done":
                took.append(time.monotonic() - order.ordered)
                del begun[render_id]
        time.sleep(0.2)
    return sorted(took)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_twenty_renders_beside_ten_costly_models_are_done_hardly_later(
    tmp_path: Path, light: Path, box: Path, sheets: Path, place: Place
) -> None:
    with _farm(tmp_path / "alone", light) as farm:
        alone = _seconds_until_done([place(farm, box) for _ in range(20)])
    with _farm(tmp_path / "beside", light) as farm:
        costly = [place(farm, sheets) for _ in range(10)]
        beside = _seconds_until_done([place(farm, box) for _ in range(20)])
        for order in costly:
            order.check_refunded()
    assert max(late - early for late, early in zip(beside, alone, strict=True)) <= LATEST_S
