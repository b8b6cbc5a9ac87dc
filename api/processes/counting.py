"""What this process counts -> its row in the database, every few seconds. See api.counts."""

import logging
import threading

from api import counts
from api.db.session import Database
from api.domain.watching import counts as all_counts
from api.ids import new_id

WRITE_SECONDS = 5.0
"""How often: a process that is killed takes the counts of so long with it. Prometheus asks every 15 s or less often."""

QUIET_SECONDS = 60.0
"""How often where nothing happened, so that the process isn't taken for gone."""

logger = logging.getLogger(__name__)


class Counting(threading.Thread):
    """Writes between `start` and `stop`. One for each process: two would count everything twice."""

    def __init__(self, database: Database) -> None:
        super().__init__(name="counting", daemon=True)
        self._database = database
        self._process = new_id()
        self._stopping = threading.Event()
        self._before = counts.snapshot()  # what isn't of the row, such as what an earlier row had
        self._written = self._before
        self._quiet_s = QUIET_SECONDS

    def run(self) -> None:
        while not self._stopping.wait(WRITE_SECONDS):
            self.write()
        self.write()

    def stop(self) -> None:
        """Writes what is left."""
        self._stopping.set()
        self.join()

    def write(self) -> None:
        """What the database can't take is written the next time, with what came since."""
        now = counts.snapshot()
        self._quiet_s += WRITE_SECONDS
        if now == self._written and self._quiet_s < QUIET_SECONDS:
            return
        try:
            with self._database.begin() as session:
                if not all_counts.write(session, self._process, counts.minus(now, self._before)):
                    self._before = self._written
                    all_counts.begin(session, self._process, counts.minus(now, self._before))
        except Exception as error:  # noqa: BLE001 (whatever the database says: it must not end the thread)
            logger.warning("What was counted could not be written, will try again: %s", error)
        else:
            self._written, self._quiet_s = now, 0.0
