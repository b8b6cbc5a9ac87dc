"""A worker that doubts itself proves that it can draw, encode and store, and until then leaves the fleet.

While it is unfit it stays here, so it takes neither claims nor the hints that others should get.
"""

import itertools
import logging
import tempfile
from pathlib import Path

from api.domain.work import fleet
from api.ids import new_id
from api.storage.base import MEGABYTE, FileMissing, StorageUnavailable
from api.worker.messages import SELF_TEST, Done, Failed, Made, Order
from api.worker.parent.bench import Bench
from api.worker.parent.budget import LEAST_S, Watch
from api.worker.parent.children import Child, ChildFailed, ChildUnfit
from api.worker.parent.core_waits import CoreWaits
from api.worker.parent.orders import GivenUp
from api.worker.parent.outputs import own_file
from renderer.errors import DeviceError, EncodeError, OutOfMemory

PAUSES_S = (10.0, 30.0, 60.0)
"""How long an unfit worker waits until it tests itself again; from the third time on, the last of these. What makes a
worker unfit passes soon, or somebody has to mend it."""
TICK_S = 0.1
PAUSED_LOOK_S = 0.2
"""How soon after its end a pause is over."""

ROOM = "room"
STORAGE = "storage"
REMEDIES = {
    EncodeError.code: "Check that ffmpeg and ffprobe work for this worker's user, and that its disk has room",
    DeviceError.code: "Check the graphics driver, with `eglinfo` or `nvidia-smi`, and start the worker again",
    OutOfMemory.code: "Start fewer workers on this machine, or raise PIROUETTE_CHILD_MEMORY_MB",
    ROOM: "Delete what isn't needed, or lower PIROUETTE_DISK_RESERVE_MB",
    STORAGE: "Check that this worker reaches the storage, may write to it, and that its disks have room",
}
"""What to do, by the code of what failed."""
ELSE = "This worker's log says more"

logger = logging.getLogger(__name__)


def stay_fit(bench: Bench) -> None:
    """Returns when this worker has a child, no reason to doubt itself, and isn't paused, or should stop."""
    if bench.fitness.paused:
        logger.info("This worker is paused by an administrator, until `pirouette admin resume`")
    while bench.fitness.paused and not bench.stop.wait(PAUSED_LOOK_S):
        pass
    for pause in itertools.chain(PAUSES_S, itertools.repeat(PAUSES_S[-1])):
        reason = _reason_against(bench)
        if bench.stop.is_set():
            return
        if reason != bench.fitness.unfit_reason:
            _tell_fleet(bench, reason)
        if reason is None:
            return
        logger.error("This worker is unfit and claims nothing; it tests itself again in %g s. %s", pause, reason)
        bench.stop.wait(pause)


def _reason_against(bench: Bench) -> str | None:
    """Why this worker should claim nothing, and what to do; None if it may."""
    room = bench.storage.room
    if room.is_short():
        return f"Less than {room.reserve_bytes // MEGABYTE} MB are free on this worker's disk. {REMEDIES[ROOM]}"
    try:
        child = bench.children.ready()
        if bench.fitness.doubtful:
            logger.warning("Much of what this worker did lately failed; it tests itself")
            _test(bench, child)
            bench.fitness.proved()
            logger.info("The self-test passed")
        return None
    except (ChildUnfit, GivenUp) as error:
        cause, code = str(error), error.code
    except ChildFailed as error:
        cause, code = f"The process that draws failed: {error}", ""
    except (StorageUnavailable, OSError) as error:
        cause, code = f"A file could not be stored: {error}", STORAGE
    finally:
        bench.children.free()
    return f"{cause.rstrip('.')}. {REMEDIES.get(code, ELSE)}"


def _test(bench: Bench, child: Child) -> None:
    """Has the child draw and encode a scene that it knows, and stores what it made."""
    with tempfile.TemporaryDirectory(dir=bench.work_dir) as name:
        folder = Path(name).resolve()
        child.order(_order(bench, folder))
        for made in _made(bench, child):
            _store(bench, own_file(folder, made))


def _order(bench: Bench, folder: Path) -> Order:
    draws = bool(bench.children.device.device)
    return Order(
        task_id=SELF_TEST, kind=SELF_TEST, role="whole", spec={"version": 1, "draws": draws}, variants={},
        first_frame=0, frame_count=1, inputs={}, parts=[], folder=str(folder), encoder=bench.settings.h264_encoder,
        gives_way=False,
    )  # fmt: skip


def _made(bench: Bench, child: Child) -> list[Made]:
    """What the child says that it has made. Raises GivenUp and ChildFailed."""
    watch = Watch(LEAST_S, bench.settings.stall_seconds, CoreWaits(child.pid).since_last)
    made = []
    while not bench.stop.is_set():
        report = child.report(TICK_S)
        if report is not None:
            watch.hear(report)
        match report:
            case Made():
                made.append(report)
            case Failed():
                raise GivenUp(report)
            case Done() if made:
                return made
            case Done():
                break
        watch.check()
    raise ChildFailed("it made nothing")


def _store(bench: Bench, file: Path) -> None:
    """Stores the file where parts are, so that what a dying worker leaves is collected; and reads it back."""
    size = file.stat().st_size
    key = f"tasks/{new_id()}/{file.name}"
    try:
        bench.storage.put_file(key, file)
        found = sum(len(piece) for piece in bench.storage.read(key))
    except FileMissing:
        found = 0
    finally:
        bench.storage.delete(key)
    if found != size:
        raise StorageUnavailable(f"of {size} bytes, {found} came back")


def _tell_fleet(bench: Bench, reason: str | None) -> None:
    """Keeps the reason, and shows it to everybody at once, if the database answers."""
    bench.fitness.unfit_reason = reason
    try:
        with bench.database.begin() as session:
            fleet.seen(session, bench.worker, reason, resting=bench.fitness.paused)
    except Exception as error:  # noqa: BLE001 (each driver has its own)
        logger.warning("Could not tell the database whether this worker is fit: %s", error)
