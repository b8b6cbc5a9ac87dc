"""/portal/api/workers: an administrator of the farm sees who works for it, and what waits."""

from api.domain.work import condition
from api.http.portal.auth import Operator
from api.http.portal.paths import new_router
from api.http.state import FarmDep

SILENT_SECONDS = 60.0
"""After that the page says that a worker was not heard of: long after several of its heartbeats are missing."""

router = new_router()


@router.get("/workers")
def list_workers(operator: Operator, farm: FarmDep) -> dict[str, object]:
    """`oldestPendingSeconds` is the age of the oldest work that nobody is at, null if there is none."""
    with farm.database.read() as session:
        found = condition.ask(session, silent_seconds=SILENT_SECONDS)
    return {
        "data": [
            {
                "name": each.name, "device": each.device, "software": each.software, "working": each.working,
                "resting": each.resting, "unfitReason": each.unfit_reason,
                "seenAt": each.seen_at.isoformat(), "startedAt": each.started_at.isoformat(),
            }
            for each in found.workers
        ],
        "silent": found.silent,
        "oldestPendingSeconds": found.oldest_pending_seconds,
    }  # fmt: skip
