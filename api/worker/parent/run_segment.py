"""A claim -> an order for the child -> what it reports -> settled rows. Whatever happens, the claim ends in one of the
ways of `run_segment`'s table, and files that don't count are deleted.
"""

import contextlib
import functools
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api import counts
from api.db.faults import Outage
from api.domain.kit.failures import CHILD_FAILED, UNEXPECTED
from api.domain.kit.unit import Unit
from api.domain.work import leftovers, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.domain.work.tasks import Priority
from api.observe import log, trace
from api.storage.base import StorageFull, StorageUnavailable, discard
from api.storage.disk import disk_errors_told
from api.worker.messages import Done, Failed, Frames, Made, Order, Published, Stage, Stopped, Told
from api.worker.parent import hosted
from api.worker.parent.allowance import Allowance, Meter
from api.worker.parent.bench import Bench
from api.worker.parent.budget import Watch, budget_s
from api.worker.parent.children import ChildFailed
from api.worker.parent.core_waits import CoreWaits
from api.worker.parent.lease import Lease
from api.worker.parent.orders import GivenUp, order_of
from api.worker.parent.outputs import Outputs
from api.worker.parent.pace import Pace
from api.worker.parent.patience import outlast
from api.worker.parent.wording import failure_of
from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, DeviceError

STORAGE_AWAY_S = 60.0
"""How long a finished file waits, under its lease, for a storage that is away: long enough for a restart of it, and not
much longer than others, who may reach it, would need to make the file again."""
FULL_DISK_TRIES = 10
"""Tries that may come to nothing for want of room. It is rarely the model's fault, but one that fills every disk must
not be tried for ever."""
STORAGE_PAUSE_S = 5.0
"""How long a worker that found the storage away leaves it in peace before it claims work again."""
TICK_S = 0.1
"""How soon a claim that is lost, or a worker that should stop, is noticed while the child says nothing."""

ENDS_THE_CHILD = frozenset({DeviceError.code, UNEXPECTED})
"""Errors after which nobody knows what state the child is in."""

logger = logging.getLogger(__name__)


def run_segment(bench: Bench, claim: Claim) -> None:
    """Works on `claim` until it is settled.

    | what happened                  | the claim                      | this attempt's files | the child    |
    |--------------------------------|--------------------------------|----------------------|--------------|
    | all files made and stored      | done                           | kept, others deleted | stays        |
    | the model or a setting is bad  | error, no other try            | deleted              | stays        |
    | it takes more than it may      | error, no other try            | deleted              | is killed    |
    | drawing stands still           | tried again, once              | deleted              | is killed    |
    | memory runs out                | tried again, once              | deleted              | stays        |
    | the device failed, or a bug    | tried again, or error at last  | deleted              | is killed    |
    | any other error                | tried again, or error at last  | deleted              | stays        |
    | the child ended, or misbehaved | tried again, or error at last  | deleted              | is killed    |
    | the process is asked to end    | released for somebody else     | deleted              | asked to end |
    | the storage stays away         | released, no failure           | deleted later        | is killed    |
    | it failed on a full disk       | released, no failure           | deleted              | as above     |
    | the lease was lost             | released, if still ours        | deleted              | is killed    |

    The files of an owner that was deleted meanwhile are deleted in any case. While the database is away, the claim
    waits to be settled, and the files for what the database says: nobody else could do anything with them either.
    Raises the Outage where the process is asked to end before that.
    """
    with (
        log.about(
            task=claim.task_id, kind=claim.kind, segment=claim.segment_id, attempt=claim.attempt, worker=bench.worker,
            owners=sorted(claim.variants),
        ),
        trace.span(
            f"segment {claim.kind}", parent=claim.traceparent, kind="consumer", task=claim.task_id,
            segment=claim.segment_id, attempt=claim.attempt, worker=bench.worker, role=claim.role.value,
        ),
    ):  # fmt: skip
        _run(bench, claim)


def _run(bench: Bench, claim: Claim) -> None:
    lease = Lease(bench.database, claim, bench.settings, bench.stop)
    try:
        with (
            disk_errors_told(),
            # What can't be deleted goes with the worker's folder; a job that is done must not fail for it.
            tempfile.TemporaryDirectory(dir=bench.work_dir, ignore_cleanup_errors=True) as folder,
            lease,
            contextlib.ExitStack() as held,
        ):
            if claim.priority <= Priority.AWAITED:
                held.enter_context(bench.right_of_way.taken())
            held.callback(bench.children.free)
            outputs = Outputs(bench.storage, claim, Path(folder), bench.settings.render_output_mb)
            told = _hand_over(bench, claim, lease, Path(folder), outputs)
        if claim.role == Role.PART:
            settled = _settle(bench, lambda unit: scheduling.settle_part(unit, claim, outputs.part_files))
        else:
            settled = _settle(bench, lambda unit: scheduling.settle_done(unit, claim, outputs.files, told))
        bench.fitness.succeeded(claim.kind)
        counts.add("attempts", kind=claim.kind, outcome="done" if settled else "lost")
    except Outage:
        raise
    except Cancelled as reason:
        logger.info("Stopped segment %s: %s", claim.segment_id, reason)
        counts.add("attempts", kind=claim.kind, outcome="lost" if lease.lost else "released")
        _settle(bench, lambda unit: scheduling.release(unit, claim))
    except StorageUnavailable as error:
        logger.warning("The storage can't be used, segment %s waits: %s", claim.segment_id, error)
        bench.fitness.failed(claim.kind)
        counts.add("attempts", kind=claim.kind, outcome="released")
        _settle(bench, lambda unit: scheduling.release(unit, claim))
        bench.stop.wait(STORAGE_PAUSE_S)
    except GivenUp as error:
        logger.info("Segment %s, attempt %d: %s", claim.segment_id, claim.attempt, error)
        if error.code in ENDS_THE_CHILD:
            bench.children.kill()
        _fail(bench, claim, error.failed)
    except ChildFailed as error:
        logger.error("Segment %s, attempt %d: the child failed: %s", claim.segment_id, claim.attempt, error)
        _fail(bench, claim, Failed(code=CHILD_FAILED, message=f"The renderer failed: {error}", retry=True))
    except Exception:
        logger.exception("Segment %s, attempt %d", claim.segment_id, claim.attempt)
        _fail(bench, claim, Failed(code=UNEXPECTED, message="The renderer failed unexpectedly", retry=True))
    finally:
        _tidy(bench, claim)


def _hand_over(bench: Bench, claim: Claim, lease: Lease, folder: Path, outputs: Outputs) -> dict[str, Any]:
    """Has the child do the work, and returns what it says in the end.

    Raises GivenUp, ChildFailed, and Cancelled where the child should stop before it is done.
    """
    order = order_of(bench, claim, folder)
    if hosted.is_hosted(claim):
        return _have_called(bench, lease, outputs, order)
    child = bench.children.ready()
    child.order(order)
    pace = Pace(claim.kind, claim.frame_count)
    budget = budget_s(claim, software=bench.children.device.software)
    watch = Watch(budget, bench.settings.stall_seconds, CoreWaits(child.pid).since_last)
    meter = Meter(Allowance.of(bench.settings), child.pid, bench.work_dir)
    try:
        while True:
            report = child.report(TICK_S)
            if report is not None:
                watch.hear(report)
                pace.hear(report)
            match report:
                case Stage(name=name):
                    lease.stage(name)
                    trace.event(name)
                case Frames(done=done):
                    lease.frame(min(done, claim.frame_count))
                case Told(facts=facts):
                    _report(bench, lease, functools.partial(scheduling.tell, claim=claim, told=facts))
                case Made() as made:
                    _store(bench, lease, outputs, made)
                case Published():
                    publish = functools.partial(scheduling.publish, claim=claim, files=outputs.files)
                    if not _report(bench, lease, publish):
                        lease.give_up()
                case Done(told=told):
                    return told
                case Failed() as failed:
                    raise GivenUp(failed)
                case Stopped():
                    raise ChildFailed("it stopped unasked")
            lease.check()
            watch.check()
            meter.check()
    except Cancelled:
        if not lease.lost:
            bench.children.stop()
        raise
    except (GivenUp, ChildFailed) as error:
        retried = not isinstance(error, GivenUp) or error.failed.retry
        if retried and claim.attempt < FULL_DISK_TRIES and bench.storage.room.is_short():
            raise StorageFull(f"the disk has too little room: {error}") from error
        raise
    finally:
        pace.end()


def _have_called(bench: Bench, lease: Lease, outputs: Outputs, order: Order) -> dict[str, Any]:
    """The same of an engine that is a service."""
    lease.stage("generating")
    pace = Pace(order.kind, order.frame_count)
    pace.hear(Stage(name="generating"))
    try:
        with at_checkpoints(lease.check):
            made, told = hosted.call(bench.settings, order)
    finally:
        pace.end()
    for each in made:
        _store(bench, lease, outputs, each)
    return dict(told)


def _store(bench: Bench, lease: Lease, outputs: Outputs, made: Made) -> None:
    lease.check()
    outlast(
        StorageUnavailable, functools.partial(outputs.take, made),
        stop=bench.stop, check=lease.check, seconds=STORAGE_AWAY_S,
    )  # fmt: skip


def _report(bench: Bench, lease: Lease, report: Callable[[Session], bool]) -> bool:
    """Tells the database something while the work goes on. Raises Cancelled where it stays away for too long."""

    def tell() -> bool:
        with bench.database.begin() as session:
            return report(session)

    return outlast(Outage, tell, stop=bench.stop, check=lease.check)


def _settle(bench: Bench, settle: Callable[[Unit], bool]) -> bool:
    """Tells the database how the claim ends: only an answer ends the waiting, or a process that is asked to end.
    False: the lease was lost."""

    def tell() -> bool:
        with bench.work() as unit:
            return settle(unit)

    return outlast(Outage, tell, stop=bench.stop)


def _tidy(bench: Bench, claim: Claim) -> None:
    """Deletes the files that don't count, by what the database says: a settlement counts though its answer gets lost.

    If it doesn't answer now, all files stay, and the sweep deletes this attempt's when it finds that the lease ran out.
    """
    try:
        with bench.database.read() as session:
            stale = leftovers.of_claim(session, claim)
    except Outage:
        logger.warning("The files of segment %s, attempt %d, stay for now", claim.segment_id, claim.attempt)
    else:
        discard(bench.storage, *stale)


def _fail(bench: Bench, claim: Claim, failed: Failed) -> None:
    counts.add("attempts", kind=claim.kind, outcome="failed" if failed.retry else "refused")
    if failed.retry:
        bench.fitness.failed(claim.kind)
    trace.event(f"failed: {failed.code}")
    failure = failure_of(claim, failed)
    _settle(
        bench,
        lambda unit: scheduling.settle_error(
            unit, claim, failure, retry=failed.retry, max_attempts=bench.settings.max_attempts
        ),
    )
