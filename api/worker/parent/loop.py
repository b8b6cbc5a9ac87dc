"""What a hint sets off, whatever it says: claim the best work, do it, and so on until none is left."""

import logging
from collections.abc import Callable, Sequence

from api.db.faults import Outage
from api.domain.work import claims
from api.worker.parent.bench import Bench
from api.worker.parent.run_segment import run_segment
from api.worker.parent.self_test import stay_fit

logger = logging.getLogger(__name__)


def work_until_idle(bench: Bench, queues: Sequence[str], pass_on: Callable[[str], None]) -> None:
    """Runs claims from `queues` until there is nothing to claim or the process should end.

    Each claim passes the hint on, by `pass_on` with its queue, to whoever is idle: where there was work there may be
    more, and one hint, however much work it stands for, so wakes as many workers as can be of use. A worker that is
    unfit claims nothing and returns when it is fit again, or should end.
    """
    while True:
        stay_fit(bench)
        if bench.stop.is_set():
            return
        try:
            with bench.fitness.claiming, bench.database.begin() as session:
                if bench.fitness.paused:
                    continue
                claim = claims.claim(
                    session, worker=bench.worker, queues=queues, lease_seconds=bench.settings.lease_seconds,
                    most_running=bench.settings.quota_running,
                )  # fmt: skip
        except Outage:
            break  # the sweep sends another hint when the database is back
        if claim is None:
            break
        try:
            pass_on(claim.queue)
        except Exception as error:  # noqa: BLE001 (the broker is away: no reason not to work)
            logger.warning("No other worker could be told that there is work: %s", error)
        try:
            run_segment(bench, claim)
        except Outage as outage:
            logger.warning("Ended before the database heard of segment %s: %s", claim.segment_id, outage)
    bench.inputs.close()
    bench.children.rest()
