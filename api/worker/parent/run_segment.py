"""A claim -> the function of its kind -> settled rows. Whatever happens, the claim ends in one of the ways of
`run_segment`'s table, and files that don't count are deleted.
"""

import contextlib
import logging
import tempfile
from pathlib import Path

from api.domain.renders import removal
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.storage.base import FileMissing
from api.worker.job import Bench, Job
from api.worker.kinds import WORK
from api.worker.lease import Lease
from renderer.errors import Cancelled, ModelError, RendererError, SettingsError

logger = logging.getLogger(__name__)


def run_segment(bench: Bench, claim: Claim) -> None:
    """Works on `claim` until it is settled.

    | what happened                  | the claim                      | this attempt's files |
    |--------------------------------|--------------------------------|----------------------|
    | all files made and stored      | done                           | kept, others deleted |
    | the model or a setting is bad  | error, no other try            | deleted              |
    | any other error                | tried again, or error at last  | deleted              |
    | the process is asked to end    | released for somebody else     | deleted              |
    | the lease was lost             | not ours any more: untouched   | deleted              |

    The files of a render that its owner has deleted meanwhile are deleted in any case.
    """
    bench.open_shot.keep_only(claim.shot_id)
    lease = Lease(bench.database, claim, bench.settings, bench.stop)
    try:
        with tempfile.TemporaryDirectory(dir=bench.work_dir) as folder, lease, contextlib.ExitStack() as held:
            if claim.is_preview:
                held.enter_context(bench.right_of_way.taken())
            job = Job(bench, claim, lease, Path(folder))
            WORK[claim.kind, claim.role](job)
        with bench.database.begin() as session:
            if claim.role == Role.PART:
                scheduling.settle_part(session, claim, job.part_files)
            else:
                scheduling.settle_done(session, claim, job.files)
    except Cancelled as reason:
        logger.info("Stopped segment %s: %s", claim.segment_id, reason)
        if not lease.lost:
            with bench.database.begin() as session:
                scheduling.release(session, claim)
    except (ModelError, SettingsError) as error:
        _fail(bench, claim, str(error), retry=False)
    except FileMissing:
        _fail(bench, claim, "The model's file is gone from the storage; upload it again", retry=False)
    except RendererError as error:
        logger.error("Segment %s, attempt %d: %s", claim.segment_id, claim.attempt, error)
        _fail(bench, claim, str(error), retry=True)
    except Exception:
        logger.exception("Segment %s, attempt %d", claim.segment_id, claim.attempt)
        _fail(bench, claim, "The renderer failed unexpectedly", retry=True)
    finally:
        _tidy(bench, claim)


def _tidy(bench: Bench, claim: Claim) -> None:
    """Deletes the files that don't count, by what the database says: a settlement counts though its answer gets lost.

    If it doesn't answer now, all files stay, and the sweep deletes this attempt's when it finds that the lease ran out.
    """
    with bench.database.read() as session:
        leftovers = removal.leftovers(session, claim)
    for prefix in leftovers:
        bench.storage.delete_prefix(prefix)


def _fail(bench: Bench, claim: Claim, message: str, *, retry: bool) -> None:
    with bench.database.begin() as session:
        scheduling.settle_error(session, claim, message, retry=retry, max_attempts=bench.settings.max_attempts)
