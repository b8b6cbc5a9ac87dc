"""The sweep: every few seconds, lost work is taken back and pending work announced again. So no hint is indispensable.
More often than that, work that waits for its time after a failure is let go on.

An embedded farm's `pirouette serve` runs it in a thread; a distributed farm runs one or more `pirouette sweep`. It is a
plain loop and no Celery beat task, because a task would wait behind renders, or for a broker that is down, while leases
expire; and sweeping twice does nothing that sweeping once doesn't.
"""

import contextlib
import datetime as dt
import functools
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator

from celery import Celery
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy.orm import Session

from api import clock, counts
from api.db.faults import Outage
from api.db.session import Database, Stopped
from api.domain.accounts import idempotency
from api.domain.generations import endings, pipeline
from api.domain.generations.flows import Terms
from api.domain.generations.plans import Engines
from api.domain.kit.unit import Unit, unit_of_work
from api.domain.projects import progress
from api.domain.removal import accounts, leftovers, models, overlays, retention, trash, uploads
from api.domain.removal.retention import Rule
from api.domain.renders import pictures, resumable
from api.domain.renders import trash as deleted_renders
from api.domain.renders.removal import end_refunded_preview
from api.domain.watching import counts as all_counts
from api.domain.webhooks import deliveries
from api.domain.work import fleet, lanes, logs, scheduling, waits
from api.queue.broker import send_hint
from api.queue.relay import relay
from api.settings import Settings
from api.storage.base import Storage, StorageUnavailable, discard

logger = logging.getLogger(__name__)

RESUME_SECONDS = 0.5
"""How often work is looked for whose time has come: the shortest pause is a second, and looking is one row of an index
that is almost always empty."""

COLLECT_SECONDS = 3600.0
"""How often the storage is looked through for files that nobody needs."""

COLLECTOR_ENDS_S = 5.0
"""How long the end of it is waited for. A transaction takes milliseconds, a list of a bucket's files longer; where that
is cut off, nothing is lost."""

COLLECT_AT_ONCE = 500
"""About how many of them the database is asked in one statement."""


EXPECTED = (BrokerAway, StorageUnavailable, OSError, *Outage)
"""What may be away, and is no defect of ours: the log needs no traceback."""


def sweep_once(
    database: Database, storage: Storage, celery: Celery, settings: Settings, *, take_back: bool = True
) -> None:
    """Takes back expired claims, ends hopeless ones with a refund, and sends a hint for every queue with work.

    Deletes what nobody needs any more on the way. Without `take_back`, claims stay as they are. What goes wrong is
    logged, and keeps nothing else from being done.
    """
    at_leisure = database.giving_way(threading.Event())
    lost: list[str] = []
    if take_back:
        with on_its_own("take back lost claims"):
            _take_back(database, settings.max_attempts, lost)
    with on_its_own("forget old answers"):
        _repeat(at_leisure, idempotency.sweep)
    with on_its_own("forget silent workers"), database.begin() as session:
        fleet.remove_silent(session)
    with (
        on_its_own("delete overlays that nobody needs"),
        unit_of_work(database, storage, wake=lambda: None) as unit,
    ):
        overlays.discard_unneeded(unit)
    with (
        on_its_own("delete the files of models that nobody needs"),
        unit_of_work(database, storage, wake=lambda: None) as unit,
    ):
        models.discard_deleted(unit)
    with on_its_own("delete for good what was deleted long ago"):
        _empty_trash(at_leisure, storage, settings)
    with on_its_own("end previews that were refunded"):
        _repeat_as_unit(database, storage, end_refunded_preview)
    with (
        on_its_own("let projects and workflows go on"),
        unit_of_work(database, storage, wake=lambda: None) as unit,
    ):
        progress.note_due(unit)
    with (
        on_its_own("let flows go on"),
        unit_of_work(database, storage, wake=lambda: None) as unit,
    ):
        endings.note_due(unit)
    if settings.grok:
        with (
            on_its_own("order the examples of the Grok pipeline"),
            unit_of_work(database, storage, wake=lambda: None) as unit,
        ):
            pipeline.order_examples(unit, Terms(settings, Engines()))
    with on_its_own("send what the outbox has"):
        relay(database, celery)
    with on_its_own("announce pending work"):
        with database.read() as session:
            queues = lanes.queues_with_work(session)
        for queue in queues:
            send_hint(celery, queue)
    discard(storage, *lost)  # last: that takes a minute where a thousand workers died at once


@contextlib.contextmanager
def on_its_own(step: str) -> Iterator[None]:
    """Errors of the block are logged, but for Stopped, which ends all."""
    try:
        yield
    except Stopped:
        raise
    except Exception as error:
        counts.add("sweep_failures", step=step)
        logger.warning(
            "The sweep could not %s, will try again: %s", step, error, exc_info=not isinstance(error, EXPECTED)
        )


def _take_back(database: Database, max_attempts: int, leftovers: list[str]) -> None:
    """Each in a transaction of its own, so that none waits for two tasks, and one that can't be taken back alone stays.

    Adds what is to be deleted to `leftovers`.
    """
    again = given_up = 0
    stuck: list[str] = []
    while True:
        try:
            with database.begin() as session:
                lost = scheduling.take_back(session, max_attempts=max_attempts, passing_over=stuck)
        except scheduling.NotTakenBack as error:
            logger.exception("Will try again")
            stuck.append(error.segment_id)
            continue
        if lost is None:
            break
        again, given_up = again + lost.again, given_up + (not lost.again)
        counts.add("leases_expired", end="again" if lost.again else "given_up")
        leftovers += lost.leftovers
    if again or given_up or stuck:
        logger.warning(
            "Took back %d lost claims, gave up on %d, and could do neither with %d", again, given_up, len(stuck)
        )


def _empty_trash(database: Database, storage: Storage, settings: Settings) -> None:
    """Some of it, each in a transaction of its own: the next sweep goes on, and looks for lost work before that."""
    with database.read() as session:
        due = trash.due_renders(session)
    for render_id in due:
        with unit_of_work(database, storage, wake=lambda: None) as unit:
            deleted_renders.discard(unit, render_id)
    for _ in range(trash.AT_ONCE):
        with database.read() as session:
            account_id = trash.crowded(session, settings.quota_storage_mb)
        if account_id is None:
            break
        with unit_of_work(database, storage, wake=lambda: None) as unit:
            trash.give_up_oldest(unit, account_id)


def resume_once(database: Database, celery: Celery) -> None:
    """Lets go on what has waited long enough after a failure, and tells the workers."""
    with database.read() as session:
        due = waits.any_due(session)
    while due:  # each in a transaction of its own
        with database.begin() as session:
            due = waits.resume(session)
        if not due:
            relay(database, celery)


def collect_once(
    database: Database, storage: Storage, settings: Settings, stop: threading.Event | None = None
) -> None:
    """Deletes old rows and files that nobody needs. Any number of processes may do it at the same time.

    What goes wrong is logged, and keeps nothing else from being done. It gives way to whoever else writes. Raises
    Stopped soon after `stop` is set.
    """
    database = database.giving_way(stop or threading.Event())
    kept = dt.timedelta(days=settings.keep_deliveries_days)
    with on_its_own("delete old webhook deliveries"):
        _repeat(database, functools.partial(deliveries.discard_old, kept=kept))
    for rule in retention.RULES:
        if rule.days(settings):
            with on_its_own(f"delete old {rule.name}"):
                _delete_old(database, storage, rule, rule.days(settings))
    with on_its_own("delete pictures of deleted models"):
        _repeat_as_unit(database, storage, pictures.remove_of_a_deleted_model)
    with on_its_own("delete what accounts have too much"):
        _thin_out(database, storage, settings.quota_kept_mb)
    with on_its_own("forget the logs of workers that are gone"), database.begin() as session:
        logs.forget_old(session)
    for piece in accounts.PIECES:
        with on_its_own("delete what deleted accounts had"):
            _delete_each(database, storage, piece.left, piece.delete)
    with on_its_own("add up what processes counted that are gone"), database.begin() as session:
        all_counts.fold(session)
    with on_its_own("forget models whose files never came"):
        _repeat_as_unit(database, storage, uploads.discard_expired)
    with on_its_own("forget uploads that nobody goes on with"):
        _repeat_as_unit(database, storage, resumable.discard_expired)
    before = clock.now() - leftovers.GRACE
    with on_its_own("tidy the storage"):
        if orphans := storage.tidy(before):
            logger.info("Deleted %d files that were never finished", orphans)
    for folder in leftovers.FOLDERS:
        with on_its_own(f"look through {folder} in the storage"):
            _collect(database, storage, folder, before)


def _repeat(database: Database, step: Callable[[Session], bool]) -> None:
    """Until it says that there is no more: each time in a transaction of its own, which is short."""
    more = True
    while more:
        with database.begin() as session:
            more = step(session)


def _delete_old(database: Database, storage: Storage, rule: Rule, days: int) -> None:
    deleted = _delete_each(database, storage, lambda session: retention.due(session, rule, days), rule.delete)
    if deleted:
        logger.info("Deleted %d %s older than %d days", deleted, rule.name, days)


def _delete_each(
    database: Database,
    storage: Storage,
    due: Callable[[Session], list[tuple[str, str]]],
    delete: Callable[[Unit, str, str], None],
) -> int:
    """All that is `due`, by id and account, each in a transaction of its own. How many there were. What can't be
    deleted is tried again the next time."""
    tried: set[str] = set()
    while True:
        with database.read() as session:
            found = [each for each in due(session) if each[0] not in tried]
        if not found:
            return len(tried)
        for thing_id, account_id in found:
            tried.add(thing_id)
            with (
                on_its_own(f"delete {thing_id}"),
                unit_of_work(database, storage, wake=lambda: None) as unit,
            ):
                delete(unit, account_id, thing_id)


def _thin_out(database: Database, storage: Storage, limit_mb: int) -> None:
    """As `_delete_old`."""
    tried: set[str] = set()
    while True:
        before = len(tried)
        with database.read() as session:
            crowded = retention.crowded(session, limit_mb)
        for account_id, excess in crowded:
            with database.read() as session:
                things = [each for each in retention.dispensable(session, account_id) if each[0] not in tried]
            for render_id, size in things:
                if excess <= 0:
                    break
                tried.add(render_id)
                excess -= size
                with (
                    on_its_own("delete one of the renders that are too much"),
                    unit_of_work(database, storage, wake=lambda: None) as unit,
                ):
                    retention.delete_render(unit, account_id, render_id)
        if len(tried) == before:
            break
    if tried:
        logger.info("Deleted %d renders of accounts that had too much", len(tried))


def _repeat_as_unit(database: Database, storage: Storage, step: Callable[[Unit], bool]) -> None:
    """As `_repeat`, with units of work."""
    more = True
    while more:
        with unit_of_work(database, storage, wake=lambda: None) as unit:
            more = step(unit)


def _collect(database: Database, storage: Storage, folder: str, before: dt.datetime) -> None:
    old = (entry for entry in storage.entries(folder) if entry.changed_at < before)
    while entries := list(itertools.islice(old, COLLECT_AT_ONCE)):
        with database.read() as session:
            unneeded = leftovers.unneeded(session, folder, [entry.name for entry in entries])
        stray = {f"{folder}/{name}" for name in unneeded}
        if folder in leftovers.ATTEMPTED:
            lately = before - leftovers.LOOK_BACK
            changed = [each.name for each in entries if each.changed_at >= lately and each.name not in unneeded]
            stray |= _stray_attempts(database, storage, folder, changed, before)
        left = discard(storage, *sorted(stray))
        if len(stray) > len(left):
            logger.info("Deleted %d files or folders from %s that nobody needs", len(stray) - len(left), folder)
        if left:
            logger.warning("%d files or folders in %s can't be deleted, will try again", len(left), folder)


def _stray_attempts(
    database: Database, storage: Storage, folder: str, owner_ids: list[str], before: dt.datetime
) -> set[str]:
    attempts = [
        f"{folder}/{owner_id}/{entry.name}"
        for owner_id in owner_ids for entry in storage.entries(f"{folder}/{owner_id}") if entry.changed_at < before
    ]  # fmt: skip
    with database.read() as session:
        return leftovers.stray_attempts(session, owner_ids, attempts)


def sweep_until(
    stop: threading.Event, database: Database, storage: Storage, celery: Celery, settings: Settings
) -> None:
    """Sweeps now and every `settings.sweep_seconds` until `stop` is set. Errors are logged: the next sweep may work.

    While the database was away, no worker could renew its claim. So when it is back, they have as long as a lease lasts
    to be heard of before any is taken for dead. A thread collects meanwhile: where very much is old that takes hours,
    and lost work can't wait for it.
    """
    def collect() -> None:
        with contextlib.suppress(Stopped):
            collect_once(database, storage, settings, stop)

    collector: threading.Thread | None = None
    sweep_at = collect_at = take_back_at = time.monotonic()
    while True:
        pause = RESUME_SECONDS
        try:
            database.ping()
        except Outage as outage:
            logger.warning("Could not sweep, will try again in %g s: %s", settings.sweep_seconds, outage)
            take_back_at = time.monotonic() + settings.lease_seconds
            pause = settings.sweep_seconds
        else:
            with on_its_own("let go on what has waited"):
                resume_once(database, celery)
            if time.monotonic() >= sweep_at:
                sweep_at = time.monotonic() + settings.sweep_seconds
                sweep_once(database, storage, celery, settings, take_back=time.monotonic() >= take_back_at)
            if time.monotonic() >= collect_at and not (collector and collector.is_alive()):
                collect_at = time.monotonic() + COLLECT_SECONDS
                collector = threading.Thread(target=collect, name="collector", daemon=True)
                collector.start()
        if stop.wait(min(pause, settings.sweep_seconds)):
            break
    if collector:
        collector.join(COLLECTOR_ENDS_S)
