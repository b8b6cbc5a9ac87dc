"""`pirouette sweep`: a distributed farm's sweeper. An embedded farm has one in `pirouette serve`."""

import contextlib
import logging
import signal
import threading

import click

from api.db.engines import WORKER
from api.db.faults import Outage
from api.db.session import Database, has_schema
from api.observe import log
from api.private import keep_private
from api.processes.counting import Counting
from api.processes.webhooks import make_deliverer
from api.queue.broker import make_celery
from api.queue.sweep import sweep_until
from api.settings import Settings
from api.storage.open import open_storage

RETRY_S = 1.0

logger = logging.getLogger(__name__)


@click.command(name="sweep")
def command() -> None:
    """Take back lost work, re-send lost messages and deliver webhooks, until SIGTERM or SIGINT."""
    settings = Settings()
    log.configure(settings.log_level, "sweeper", settings.log_format)
    keep_private(settings.data_dir)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if not wait_for_tables(settings.sqlalchemy_url, stop):
        return
    database = Database(settings.sqlalchemy_url, WORKER)
    storage = open_storage(settings)
    counting = Counting(database)
    counting.start()
    deliverer = make_deliverer(settings, database, storage)
    deliverer.start()
    sweep_until(stop, database, storage, make_celery(settings), settings)
    deliverer.stop()
    counting.stop()
    database.dispose()


def wait_for_tables(database_url: str, stop: threading.Event, seconds: float = RETRY_S) -> bool:
    """A farm's processes start in any order, and a server makes the tables. False: `stop` was set before."""
    while not stop.is_set():
        with contextlib.suppress(*Outage):
            if has_schema(database_url):
                return True
        logger.warning("The database has no tables yet, or can't be used; trying again in %g s", seconds)
        stop.wait(seconds)
    return False
