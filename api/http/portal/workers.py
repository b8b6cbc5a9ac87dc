"""/portal/api/workers: an administrator of the farm sees who works for it, what they log, and what waits."""

from typing import Annotated

from fastapi import Path

from api.domain.work import condition, logs
from api.domain.work.logs import WorkerError
from api.http.portal.auth import Operator
from api.http.portal.paths import new_router
from api.http.state import FarmDep

SILENT_SECONDS = 60.0
"""After that the page says that a worker was not heard of: long after several of its heartbeats are missing."""

router = new_router()


@router.get("/workers")
def list_workers(operator: Operator, farm: FarmDep) -> dict[str, object]:
    """`oldestPendingSeconds` is the age of the oldest work that nobody is at, null if there is none. `gone` are workers
    of the last day that are not up any more. `lastError` is what a worker logged last as an error."""
    with farm.database.read() as session:
        found = condition.ask(session, silent_seconds=SILENT_SECONDS)
        errors, gone = logs.last_errors(session)
    return {
        "data": [
            {
                "name": each.name, "device": each.device, "software": each.software, "working": each.working,
                "resting": each.resting, "unfitReason": each.unfit_reason,
                "seenAt": each.seen_at.isoformat(), "startedAt": each.started_at.isoformat(),
                **_error(errors.get(each.name)),
            }
            for each in found.workers
        ],
        "gone": [{"name": each.worker, "lastLogAt": each.written_at.isoformat(), **_error(each)} for each in gone],
        "silent": found.silent,
        "oldestPendingSeconds": found.oldest_pending_seconds,
    }  # fmt: skip


@router.get("/workers/{name}/log")
def get_log(
    operator: Operator, farm: FarmDep, name: Annotated[str, Path(min_length=1, max_length=100)]
) -> dict[str, object]:
    """The last lines of a worker, up or gone, and of its child, the oldest first."""
    with farm.database.read() as session:
        return {"name": name, "lines": logs.read(session, name)}


def _error(found: WorkerError | None) -> dict[str, str | None]:
    at = found.at if found is not None else None
    return {
        "lastError": None if found is None else found.error, "lastErrorAt": None if at is None else at.isoformat(),
    }  # fmt: skip
