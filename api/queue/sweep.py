"""The sweep: every few seconds, lost work is taken back and pending work announced again. So no hint is indispensable.

An embedded farm's `pirouette serve` runs it in a thread; a distributed farm runs one or more `pirouette sweep`. It is a
plain loop and no Celery beat task, because a task would wait behind renders, or for a broker that is down, while leases
expire; and sweeping twice does nothing that sweeping once doesn't.
"""

import itertools
import logging
import threading
import time
from collections.abc import Iterator

from celery import Celery

from api import clock
from api.db.session import Database
from api.domain.accounts import idempotency
from api.domain.kit.unit import unit_of_work
from api.domain.removal import leftovers, models, overlays
from api.domain.renders.removal import end_refunded_preview
from api.domain.webhooks import deliveries
from api.domain.work import fleet, lanes, scheduling
from api.queue.broker import send_hint
from api.queue.relay import relay
from api.settings import Settings
from api.storage.base import Storage, discard

logger = logging.getLogger(__name__)

COLLECT_SECONDS = 3600.0
"""How often the storage is looked through for files that nobody needs."""

COLLECT_AT_ONCE = 500
"""About how many of them the database is asked in one statement."""


def sweep_once(database: Database, storage: Storage, celery: Celery, settings: Settings) -> None:
    """Takes back expired claims, ends hopeless ones with a refund, and sends a hint for every queue with work.

    Deletes what nobody needs any more on the way.
    """
    lost = list(_take_back(database, settings.max_attempts))
    if lost:
        again = sum(each.again for each in lost)
        logger.warning("Took back %d lost claims and gave up on %d", again, len(lost) - again)
    discard(storage, *(prefix for each in lost for prefix in each.leftovers))
    with database.begin() as session:
        idempotency.sweep(session)
        fleet.remove_silent(session)
        queues = lanes.queues_with_work(session)
    with unit_of_work(database, storage, wake=lambda: None) as unit:
        overlays.discard_unneeded(unit)
    with unit_of_work(database, storage, wake=lambda: None) as unit:
        models.discard_deleted(unit)
    while True:
        with unit_of_work(database, storage, wake=lambda: None) as unit:
            if not end_refunded_preview(unit):
                break
    relay(database, celery)
    for queue in queues:
        send_hint(celery, queue)


def _take_back(database: Database, max_attempts: int) -> Iterator[scheduling.TakenBack]:
    """Each in a transaction of its own, so that none waits for two tasks."""
    while True:
        with database.begin() as session:
            lost = scheduling.take_back(session, max_attempts=max_attempts)
        if lost is None:
            return
        yield lost


def collect_once(database: Database, storage: Storage) -> None:
    """Deletes old rows and files that nobody needs. Any number of processes may do it at the same time."""
    with database.begin() as session:
        deliveries.discard_old(session)
    before = clock.now() - leftovers.GRACE
    for folder in leftovers.FOLDERS:
        old = (entry.name for entry in storage.entries(folder) if entry.changed_at < before)
        while names := list(itertools.islice(old, COLLECT_AT_ONCE)):
            with database.read() as session:
                unneeded = leftovers.unneeded(session, folder, names)
            for name in unneeded:
                storage.delete_prefix(f"{folder}/{name}")
            if unneeded:
                logger.info("Deleted %d files or folders from %s that nobody needs", len(unneeded), folder)


def sweep_until(
    stop: threading.Event, database: Database, storage: Storage, celery: Celery, settings: Settings
) -> None:
    """Sweeps now and every `settings.sweep_seconds` until `stop` is set. Errors are logged: the next sweep may work."""
    collect_at = time.monotonic()
    while True:
        try:
            sweep_once(database, storage, celery, settings)
            if time.monotonic() >= collect_at:
                collect_once(database, storage)
                collect_at = time.monotonic() + COLLECT_SECONDS
        except Exception as error:  # noqa: BLE001 (a database or broker that is down comes back)
            logger.warning("Could not sweep, will try again in %g s: %s", settings.sweep_seconds, error)
        if stop.wait(settings.sweep_seconds):
            return
