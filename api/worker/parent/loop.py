"""A hint arrives here from api/queue.py; what it sets off is the same whatever it says: claim the best work, run it,
and so on until none is left.
"""

import logging

from celery import Celery

from api.domain.work import claims
from api.queue.broker import QUEUES, WORK_TASK, send_hint
from api.worker.job import Bench
from api.worker.run_segment import run_segment

logger = logging.getLogger(__name__)


def register(celery: Celery, bench: Bench) -> None:
    """Makes `celery` answer hints with work on `bench`."""

    @celery.task(name=WORK_TASK)  # type: ignore[untyped-decorator]
    def work() -> None:
        work_until_idle(celery, bench)


def work_until_idle(celery: Celery, bench: Bench) -> None:
    """Runs claims until there is nothing to claim or the process should end.

    Each claim passes the hint on, to whoever is idle: where there was work there may be more, and one hint, however
    much work it stands for, so wakes as many workers as can be of use.
    """
    while not bench.stop.is_set():
        with bench.database.begin() as session:
            claim = claims.claim(
                session, worker=bench.worker, queues=QUEUES, lease_seconds=bench.settings.lease_seconds
            )
        if claim is None:
            break
        try:
            send_hint(celery, QUEUES[0])
        except Exception as error:  # noqa: BLE001 (the broker is away: no reason not to work)
            logger.warning("No other worker could be told that there is work: %s", error)
        run_segment(bench, claim)
    bench.open_shot.close()
