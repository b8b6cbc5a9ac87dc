"""A claim -> an order for the child -> what it reports -> settled rows. Whatever happens, the claim ends in one of the
ways of `run_segment`'s table, and files that don't count are deleted.
"""

import contextlib
import logging
import tempfile
from pathlib import Path
from typing import Any

from api.domain.kit.failures import CHILD_FAILED, UNEXPECTED
from api.domain.work import leftovers, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.domain.work.tasks import Priority
from api.storage.base import StorageUnavailable, discard
from api.worker.messages import Done, Failed, Frames, Made, Published, Stage, Stopped, Told
from api.worker.parent.bench import Bench
from api.worker.parent.children import ChildFailed
from api.worker.parent.lease import Lease
from api.worker.parent.orders import GivenUp, order_of
from api.worker.parent.outputs import Outputs
from api.worker.parent.wording import failure_of
from renderer.errors import Cancelled

STORAGE_PAUSE_S = 5.0
"""How long a worker that found the storage away leaves it in peace before it claims work again."""
TICK_S = 0.1
"""How soon a claim that is lost, or a worker that should stop, is noticed while the child says nothing."""

logger = logging.getLogger(__name__)


def run_segment(bench: Bench, claim: Claim) -> None:
    """Works on `claim` until it is settled.

    | what happened                  | the claim                      | this attempt's files | the child    |
    |--------------------------------|--------------------------------|----------------------|--------------|
    | all files made and stored      | done                           | kept, others deleted | stays        |
    | the model or a setting is bad  | error, no other try            | deleted              | stays        |
    | any other error                | tried again, or error at last  | deleted              | stays        |
    | the child ended, or misbehaved | tried again, or error at last  | deleted              | is killed    |
    | the process is asked to end    | released for somebody else     | deleted              | asked to end |
    | the storage is away            | released, no failure           | deleted later        | is killed    |
    | the lease was lost             | not ours any more: untouched   | deleted              | is killed    |

    The files of an owner that was deleted meanwhile are deleted in any case.
    """
    lease = Lease(bench.database, claim, bench.settings, bench.stop)
    try:
        with tempfile.TemporaryDirectory(dir=bench.work_dir) as folder, lease, contextlib.ExitStack() as held:
            if claim.priority == Priority.AWAITED:
                held.enter_context(bench.right_of_way.taken())
            held.callback(bench.children.free)
            outputs = Outputs(bench.storage, claim, Path(folder))
            told = _hand_over(bench, claim, lease, Path(folder), outputs)
        with bench.work() as unit:
            if claim.role == Role.PART:
                scheduling.settle_part(unit, claim, outputs.part_files)
            else:
                scheduling.settle_done(unit, claim, outputs.files, told)
    except Cancelled as reason:
        logger.info("Stopped segment %s: %s", claim.segment_id, reason)
        if not lease.lost:
            with bench.work() as unit:
                scheduling.release(unit, claim)
    except StorageUnavailable as error:
        logger.warning("The storage is away, segment %s waits: %s", claim.segment_id, error)
        with bench.work() as unit:
            scheduling.release(unit, claim)
        bench.stop.wait(STORAGE_PAUSE_S)
    except GivenUp as error:
        logger.info("Segment %s, attempt %d: %s", claim.segment_id, claim.attempt, error)
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
    child = bench.children.ready()
    child.order(order_of(bench, claim, folder))
    try:
        while True:
            match child.report(TICK_S):
                case Stage(name=name):
                    lease.stage(name)
                case Frames(done=done):
                    lease.frame(min(done, claim.frame_count))
                case Told(facts=facts):
                    _tell(bench, claim, facts)
                case Made() as made:
                    lease.check()
                    outputs.take(made)
                case Published():
                    with bench.database.begin() as session:
                        known = scheduling.publish(session, claim, outputs.files)
                    if not known:
                        lease.give_up()
                case Done(told=told):
                    return told
                case Failed() as failed:
                    raise GivenUp(failed)
                case Stopped():
                    raise ChildFailed("it stopped unasked")
            lease.check()
    except Cancelled:
        if not lease.lost:
            bench.children.stop()
        raise


def _tell(bench: Bench, claim: Claim, facts: dict[str, Any]) -> None:
    with bench.database.begin() as session:
        scheduling.tell(session, claim, facts)


def _tidy(bench: Bench, claim: Claim) -> None:
    """Deletes the files that don't count, by what the database says: a settlement counts though its answer gets lost.

    If it doesn't answer now, all files stay, and the sweep deletes this attempt's when it finds that the lease ran out.
    """
    with bench.database.read() as session:
        stale = leftovers.of_claim(session, claim)
    discard(bench.storage, *stale)


def _fail(bench: Bench, claim: Claim, failed: Failed) -> None:
    with bench.work() as unit:
        scheduling.settle_error(
            unit, claim, failure_of(claim, failed),
            retry=failed.retry, max_attempts=bench.settings.max_attempts,
        )  # fmt: skip
