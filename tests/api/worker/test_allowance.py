"""What an order takes of the machine is bounded: it may take exactly so much, and one more ends it with a refund."""

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.domain.kit.failures import OUTPUT_TOO_LARGE, TOO_COSTLY
from api.domain.renders.states import RenderStatus
from api.worker.messages import Done, Failed, Made
from api.worker.parent import allowance
from api.worker.parent.allowance import MEGABYTE, TICKS, Allowance, Meter
from api.worker.parent.children import Children
from api.worker.parent.orders import GivenUp
from api.worker.parent.outputs import Outputs
from api.worker.parent.run_segment import run_segment
from tests.api.worker.real_child import children_in, failures, order_to, reports, toy
from tests.api.worker.support import Order as Ordered

KB = 1024


def refused(meter: Meter) -> str | None:
    try:
        meter.look()
    except GivenUp as error:
        return None if error.failed.retry else error.code
    return None


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """Of process 7, which has a thread and a child, 8."""
    for pid, ticks in ((7, "1 2 3 4"), (8, "10 20 30 40")):
        folder = tmp_path / f"proc/{pid}"
        (folder / f"task/{pid}").mkdir(parents=True)
        (folder / "fdinfo").mkdir()
        (folder / "stat").write_text(f"{pid} (a ) name) S 1 7 7 0 -1 0 0 0 0 0 {ticks} 20 0")
        (folder / f"task/{pid}/children").write_text("8 " if pid == 7 else "")
    return tmp_path / "proc"


def test_all_files_below_the_folder_count_once_and_may_come_to_so_much(tmp_path: Path) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "a").write_bytes(bytes(6))
    (tmp_path / "deep/er/b").write_bytes(bytes(4))
    os.link(tmp_path / "a", tmp_path / "deep/a")
    (tmp_path / "link").symlink_to("/bin")
    of_link = len("/bin")
    assert allowance.disk_bytes(tmp_path) == 10 + of_link
    for most, code in ((10 + of_link, None), (9 + of_link, OUTPUT_TOO_LARGE), (0, None)):
        assert refused(Meter(Allowance(disk_bytes=most), os.getpid(), tmp_path)) == code
    assert allowance.disk_bytes(tmp_path / "gone") == 0


def test_time_of_the_child_and_of_all_that_it_starts_counts_from_the_orders_start(proc: Path, tmp_path: Path) -> None:
    assert allowance.cpu_ticks(7, proc) == 110
    meter = Meter(Allowance(cpu_seconds=1), 7, tmp_path, proc)
    for more, code in ((TICKS, None), (TICKS + 1, TOO_COSTLY)):
        (proc / "8/stat").write_text(f"8 (ffmpeg) S 1 7 7 0 -1 0 0 0 0 0 {10 + more} 20 30 40 20 0")
        assert refused(meter) == code
    assert allowance.cpu_ticks(9, proc) == 0


def test_memory_of_the_graphics_card_counts_once_for_each_client(proc: Path, tmp_path: Path) -> None:
    told = "pos:\t0\ndrm-driver:\tamdgpu\ndrm-client-id:\t{}\ndrm-total-vram:\t{} KiB\ndrm-memory-vram:\t1 KiB\n"
    for file, client, kilobytes in (("3", 1, 600), ("4", 1, 600), ("5", 2, 424)):
        (proc / f"7/fdinfo/{file}").write_text(told.format(client, kilobytes))
    (proc / "7/fdinfo/6").write_text("pos:\t0\nflags:\t02\n")
    assert allowance.gpu_bytes(7, proc) == MEGABYTE
    for most, code in ((MEGABYTE, None), (MEGABYTE - 1, TOO_COSTLY)):
        assert refused(Meter(Allowance(gpu_bytes=most), 7, tmp_path, proc)) == code
    assert allowance.gpu_bytes(9, proc) == 0


def test_files_of_an_owner_may_come_to_so_much(order: Ordered, tmp_path: Path) -> None:
    outputs = Outputs(order.bench.storage, order.claim, tmp_path, most_mb=1)
    for name, size in (("a.png", MEGABYTE - 1), ("b.png", 1)):
        (tmp_path / name).write_bytes(bytes(size))
        outputs.take(Made(owner=order.render_id, name=name, path=name))
    (tmp_path / "c.png").write_bytes(bytes(1))
    with pytest.raises(GivenUp, match="more than 1 MB"):
        outputs.take(Made(owner=order.render_id, name="c.png", path="c.png"))


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    children = children_in(tmp_path, file_bytes=64 * KB)
    yield children
    children.kill()


def test_the_kernel_stops_a_file_that_gets_too_long_and_the_child_goes_on(children: Children, tmp_path: Path) -> None:
    def ends(does: str, **spec: object) -> Done | Failed:
        folder = tmp_path / does / str(len(list(tmp_path.iterdir())))
        folder.mkdir(parents=True)
        end = reports(children.ready(), order_to(does, folder, **spec))[-1]
        assert isinstance(end, Done | Failed)
        return end

    assert isinstance(ends("pour", bytes=64 * KB, keeps=False), Done)
    for too_much in (ends("pour", bytes=64 * KB + 1, keeps=False), ends("encode")):
        assert isinstance(too_much, Failed)
        assert (too_much.code, too_much.retry) == (OUTPUT_TOO_LARGE, False)
    assert isinstance(ends("pour", bytes=1, keeps=False), Done)


@pytest.mark.parametrize(
    ("limit", "does", "spec", "code"),
    [
        ("render_disk_mb", "pour", {"bytes": MEGABYTE + 1, "keeps": True}, OUTPUT_TOO_LARGE),
        pytest.param("render_cpu_seconds", "spin", {}, TOO_COSTLY, marks=pytest.mark.nightly),  # takes that second
    ],
)
def test_an_order_that_takes_too_much_fails_at_once_and_is_paid_back(
    order: Ordered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, does: str, spec: dict[str, object],
    code: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(allowance, "LOOK_S", 0.1)
    settings = order.bench.settings.model_copy(update={limit: 1})
    children = children_in(order.bench.work_dir)
    bench = dataclasses.replace(order.bench, settings=settings, children=children)
    try:
        run_segment(bench, toy(order.claim, does, **spec))
    finally:
        children.kill()
    assert (order.view.status, order.view.error_code, order.credits) == (RenderStatus.ERROR, code, 10)
    assert failures(order) == 1
    assert not order.stored
