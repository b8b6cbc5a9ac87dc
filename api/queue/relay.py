"""Committed rows -> outbox -> here -> hints on the broker -> api/worker."""

import logging
import threading

from celery import Celery

from api.db.session import Database
from api.domain.work import outbox
from api.queue.broker import send_hint

RELAY_BATCH = 100

logger = logging.getLogger(__name__)


def relay(database: Database, celery: Celery) -> None:
    """Sends a hint for each queue that the outbox names. The rows stay when sending fails."""
    sent = RELAY_BATCH
    while sent == RELAY_BATCH:
        with database.read() as session:
            hints = outbox.oldest(session, RELAY_BATCH)
        for queue in sorted(set(hints.values())):
            send_hint(celery, queue)
        if hints:
            with database.begin() as session:
                outbox.sent(session, hints)
        sent = len(hints)


class Relay(threading.Thread):
    """The web process's thread that empties the outbox after commits, so that no request waits for the broker."""

    def __init__(self, database: Database, celery: Celery) -> None:
        super().__init__(name="relay", daemon=True)
        self._database = database
        self._celery = celery
        self._rows = threading.Event()
        self._rows.set()  # an earlier process may have left some
        self._stopping = False

    def wake(self) -> None:
        """Says that the outbox has rows. Never blocks and never fails."""
        self._rows.set()

    def stop(self) -> None:
        self._stopping = True
        self._rows.set()
        self.join()

    def run(self) -> None:
        while True:
            self._rows.wait()
            if self._stopping:
                return
            self._rows.clear()
            try:
                relay(self._database, self._celery)
            except Exception as error:  # noqa: BLE001 (whatever the broker or the database says)
                logger.warning("Workers could not be told of new work; the sweeper will tell them: %s", error)
