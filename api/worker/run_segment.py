"""A claim -> the function of its kind -> settled rows. Whatever happens, the claim ends in one of the ways of
`run_segment`'s table, and files that don't count are deleted.
"""

import contextlib
import logging
import re
import tempfile
from pathlib import Path

from api.domain.kit.failures import FILE_MISSING, UNEXPECTED, Failure
from api.domain.work import leftovers, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.domain.work.tasks import Priority
from api.storage.base import FileMissing, StorageUnavailable, discard
from api.worker.job import Bench, Job
from api.worker.kinds import WORK
from api.worker.lease import Lease
from renderer.errors import Cancelled, ModelError, RendererError, SettingsError

STORAGE_PAUSE_S = 5.0
"""How long a worker that found the storage away leaves it in peace before it claims work again."""

logger = logging.getLogger(__name__)


def run_segment(bench: Bench, claim: Claim) -> None:
    """Works on `claim` until it is settled.

    | what happened                  | the claim                      | this attempt's files |
    |--------------------------------|--------------------------------|----------------------|
    | all files made and stored      | done                           | kept, others deleted |
    | the model or a setting is bad  | error, no other try            | deleted              |
    | any other error                | tried again, or error at last  | deleted              |
    | the process is asked to end    | released for somebody else     | deleted              |
    | the storage is away            | released, no failure           | deleted later        |
    | the lease was lost             | not ours any more: untouched   | deleted              |

    The files of a render that its owner has deleted meanwhile are deleted in any case.
    """
    bench.open_shot.keep_only(claim.task_id)
    lease = Lease(bench.database, claim, bench.settings, bench.stop)
    try:
        with tempfile.TemporaryDirectory(dir=bench.work_dir) as folder, lease, contextlib.ExitStack() as held:
            if claim.priority == Priority.AWAITED:
                held.enter_context(bench.right_of_way.taken())
            job = Job(bench, claim, lease, Path(folder))
            WORK[claim.kind, claim.role](job)
        with bench.work() as unit:
            if claim.role == Role.PART:
                scheduling.settle_part(unit, claim, job.part_files)
            else:
                scheduling.settle_done(unit, claim, job.files, job.told)
    except Cancelled as reason:
        logger.info("Stopped segment %s: %s", claim.segment_id, reason)
        if not lease.lost:
            with bench.work() as unit:
                scheduling.release(unit, claim)
    except (ModelError, SettingsError) as error:
        _fail(bench, claim, Failure(code_of(error), str(error)), retry=False)
    except FileMissing:
        message = "The model's file is gone from the storage; upload it again"
        _fail(bench, claim, Failure(FILE_MISSING, message), retry=False)
    except StorageUnavailable as error:
        logger.warning("The storage is away, segment %s waits: %s", claim.segment_id, error)
        with bench.work() as unit:
            scheduling.release(unit, claim)
        bench.stop.wait(STORAGE_PAUSE_S)
    except RendererError as error:
        logger.error("Segment %s, attempt %d: %s", claim.segment_id, claim.attempt, error)
        _fail(bench, claim, Failure(code_of(error), str(error)), retry=True)
    except Exception:
        logger.exception("Segment %s, attempt %d", claim.segment_id, claim.attempt)
        _fail(bench, claim, Failure(UNEXPECTED, "The renderer failed unexpectedly"), retry=True)
    finally:
        _tidy(bench, claim)


def _tidy(bench: Bench, claim: Claim) -> None:
    """Deletes the files that don't count, by what the database says: a settlement counts though its answer gets lost.

    If it doesn't answer now, all files stay, and the sweep deletes this attempt's when it finds that the lease ran out.
    """
    with bench.database.read() as session:
        stale = leftovers.of_claim(session, claim)
    discard(bench.storage, *stale)


def code_of(error: RendererError) -> str:
    """The error's place in the library's tree, as answers name it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()


def _fail(bench: Bench, claim: Claim, failure: Failure, *, retry: bool) -> None:
    with bench.work() as unit:
        scheduling.settle_error(unit, claim, failure, retry=retry, max_attempts=bench.settings.max_attempts)
