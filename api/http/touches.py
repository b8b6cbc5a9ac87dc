"""When keys were last used: noted by requests, written to the database behind their backs.

No request waits for that, or fails of it: what the database can't take is forgotten, and the key's next use is noted
again.
"""

import logging
import threading

from api.db.session import Database
from api.domain.accounts import credentials

WRITE_SECONDS = 2.0
"""How often what was noted is written, all of it in one transaction."""

logger = logging.getLogger(__name__)


class Touches:
    """Notes keys from any thread, and writes between `start` and `stop`, which may follow each other again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, token_id: str) -> None:
        """The key was used just now."""
        with self._lock:
            self._noted.add(token_id)

    def write(self) -> None:
        with self._lock:
            noted, self._noted = self._noted, set()
        if not noted:
            return
        try:
            with self._database.begin() as session:
                credentials.touch(session, noted)
        except Exception as error:  # noqa: BLE001 (whatever the database says: it must not end the thread)
            logger.warning("The last use of %d keys was not noted: %s", len(noted), error)

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="touches", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(WRITE_SECONDS):
            self.write()
        self.write()
