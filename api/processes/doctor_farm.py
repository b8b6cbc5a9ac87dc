"""What `pirouette admin doctor` finds out about the rest of a farm: database, broker, storage, disk, clock, secrets.

It changes nothing: where there is no farm yet, it makes none.
"""

import time
from collections.abc import Callable, Iterator

from sqlalchemy import Connection, select

from api.db.dialects import from_now
from api.db.engines import MONITOR
from api.db.migrate import is_current, is_known, version_of
from api.db.session import Database, has_schema
from api.processes.findings import Finding
from api.queue.broker import make_celery, ping
from api.settings import Settings
from api.storage.base import MEGABYTE, Room
from api.storage.open import open_storage

MOST_CLOCK_SECONDS = 2.0
"""How far this machine's clock may be from the database's: signed links and webhooks' timestamps go by the former,
leases by the latter, and logs by both."""

LEAST_VERSIONS = {"postgresql": (13,), "sqlite": (3, 35)}
"""Of the databases. PostgreSQL 12 is no longer mended; SQLite knows RETURNING since 3.35."""

NOT_YET = "not there yet; the farm makes it"


def farm_findings(settings: Settings) -> Iterator[Finding]:
    yield from _database(settings)
    yield _broker(settings)
    yield _storage(settings)
    yield _disk(settings)
    yield _secrets(settings)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        if not has_schema(settings.sqlalchemy_url):
            yield Finding("database", True, NOT_YET)
            return
        database = Database(settings.sqlalchemy_url, MONITOR)
        try:
            with database.read_rows() as connection:
                yield _version(connection)
                yield _schema(connection)
                yield _clock(connection)
        finally:
            database.dispose()
    except Exception as error:  # noqa: BLE001 (each driver has its own)
        fix = "check PIROUETTE_DATABASE_URL or _HOST and the password, and that this machine reaches it"
        yield Finding("database", False, f"it can't be used: {_first_line(error)}", fix)


def _version(connection: Connection) -> Finding:
    kind, version = connection.dialect.name, connection.dialect.server_version_info or ()
    found = f"{kind} {'.'.join(map(str, version))}"
    least = LEAST_VERSIONS[kind]
    if version >= least:
        return Finding("database", True, found)
    return Finding("database", False, found, f"upgrade it to {'.'.join(map(str, least))} or newer")


def _schema(connection: Connection) -> Finding:
    version = version_of(connection)
    if is_current(connection):
        return Finding("schema", True, version)
    if is_known(version):
        fix = "start `pirouette serve` of this version once: it brings the database up to date"
        return Finding("schema", False, f"{version}, of an older Pirouette", fix)
    return Finding("schema", False, f"{version}, of a newer Pirouette", "install that version here, too")


def _clock(connection: Connection) -> Finding:
    before = time.time()
    theirs = connection.execute(select(from_now(0))).scalar_one().timestamp()
    after = time.time()
    off = max(theirs - after, before - theirs, 0.0)
    if off <= MOST_CLOCK_SECONDS:
        return Finding("clock", True, "agrees with the database's")
    return Finding("clock", False, f"{off:.0f} s away from the database's", "have both machines ask an NTP server")


def _broker(settings: Settings) -> Finding:
    if settings.embedded_broker and not (settings.data_dir / "broker").exists():
        return Finding("broker", True, NOT_YET)
    fix = "check PIROUETTE_BROKER_URL, and that this machine reaches it"
    return _asked("broker", lambda: ping(make_celery(settings)), fix)


def _storage(settings: Settings) -> Finding:
    if not settings.s3_bucket and not settings.files_dir.exists():
        return Finding("storage", True, NOT_YET)
    fix = (
        "check the PIROUETTE_S3_... settings, and what the key may do"
        if settings.s3_bucket
        else f"let the farm's user write to {settings.files_dir}"
    )
    return _asked("storage", lambda: open_storage(settings).ping(), fix)


def _asked(check: str, ask: Callable[[], None], fix: str) -> Finding:
    try:
        ask()
    except Exception as error:  # noqa: BLE001 (each client has its own)
        return Finding(check, False, f"it can't be used: {_first_line(error)}", fix)
    return Finding(check, True, "answers")


def _disk(settings: Settings) -> Finding:
    here = settings.data_dir.absolute()
    folders = [here, settings.files_dir] if not settings.s3_bucket else [here]
    there = [next(each for each in (folder, *folder.parents) if each.exists()) for folder in folders]
    room = Room(tuple(there), settings.disk_reserve_mb * MEGABYTE)
    found = f"{(room.free_bytes() or 0) // MEGABYTE} MB are free"
    if not room.is_short():
        return Finding("disk", True, found)
    fix = "delete what isn't needed, as `pirouette admin storage` shows it, or lower the reserve"
    return Finding("disk", False, f"{found}, less than PIROUETTE_DISK_RESERVE_MB", fix)


def _secrets(settings: Settings) -> Finding:
    if settings.database_host and not settings.database_password.get_secret_value():
        fix = "set PIROUETTE_DATABASE_PASSWORD, unless the database knows this machine by other means"
        return Finding("secrets", False, "the database has no password", fix)
    return Finding("secrets", True, "none is one that everybody knows")  # or the settings would have been refused


def _first_line(error: Exception) -> str:
    cause = error.__cause__ or error
    return str(getattr(cause, "orig", None) or cause).strip().partition("\n")[0] or type(cause).__name__
