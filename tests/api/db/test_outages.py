"""Databases that are away, hang, are full or have too many guests: told apart from mistakes, in a bounded time."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from api import clock
from api.db import engines
from api.db.engines import MONITOR, SERVER, WORKER, Use
from api.db.session import Database
from api.db.tables import OutboxMessage
from api.errors import NoSpace, Unavailable
from tests.support.postgres import MIGRATED, PostgresServer, running_server
from tests.support.waiting import wait_for

LOCK = text(f"LOCK TABLE {OutboxMessage.__tablename__} IN EXCLUSIVE MODE")
HASTY = Use(writers=1, readers=1, answer_seconds=0.3)


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that nobody else uses, to be stopped."""
    with running_server() as server:
        yield server


@pytest.fixture
def opened() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as closing:
        yield closing


def ask(database: Database) -> int | None:
    with database.read() as session:
        return session.scalar(select(1))


def write(database: Database) -> None:
    with database.begin() as session:
        session.add(OutboxMessage(queue="render", created_at=clock.now()))


def test_a_restart_is_told_as_such_and_survived(own_server: PostgresServer, opened: contextlib.ExitStack) -> None:
    database = Database(own_server.url("postgres"))
    opened.callback(database.dispose)
    assert ask(database) == 1
    own_server.stop()
    try:
        uses: list[Callable[[], object]] = [
            lambda: ask(database), lambda: write(database), database.ping, database.migrate
        ]
        for use in uses:
            with pytest.raises(Unavailable):
                use()
    finally:
        own_server.start()
    assert ask(database) == 1


def test_a_transaction_that_a_restart_breaks_off_is_told_as_such(
    own_server: PostgresServer, opened: contextlib.ExitStack
) -> None:
    database = Database(own_server.url("postgres"))
    opened.callback(database.dispose)

    def create() -> None:
        with database.begin() as session:
            session.execute(text("CREATE TABLE half (id int)"))
            own_server.stop()
            own_server.start()
            session.execute(text("CREATE TABLE other_half (id int)"))

    with pytest.raises(Unavailable):
        create()
    with database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM pg_tables WHERE tablename LIKE '%half'")) == 0


def test_a_server_that_hangs_is_not_waited_for_without_end(
    own_server: PostgresServer, opened: contextlib.ExitStack
) -> None:
    known, unknown = (Database(own_server.url("postgres"), HASTY) for _ in range(2))
    for each in (known, unknown):
        opened.callback(each.dispose)
    assert ask(known) == 1
    with own_server.hanging():
        for database in (known, unknown):  # with an open connection, and with a new one
            with pytest.raises(Unavailable):
                ask(database)
    assert (ask(known), ask(unknown)) == (1, 1)


def test_a_statement_that_takes_too_long_is_ended_by_the_server(
    postgres_url: str, opened: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "STATEMENT_SECONDS", 1)
    database = Database(postgres_url)
    opened.callback(database.dispose)
    with pytest.raises(Unavailable), database.read() as session:
        session.execute(text("SELECT pg_sleep(60)"))
    assert ask(database) == 1


def test_a_lock_is_not_waited_for_without_end(
    postgres_url: str, opened: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "LOCK_SECONDS", 1)
    holder, waiter = Database(postgres_url), Database(postgres_url)
    for each in (holder, waiter):
        opened.callback(each.dispose)
    with holder.begin() as session:
        session.execute(LOCK)
        with pytest.raises(Unavailable), waiter.begin() as other:
            other.execute(LOCK)
    write(waiter)


def test_who_stands_still_in_a_transaction_holds_up_others_for_a_while_only(
    postgres_url: str, opened: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "IDLE_IN_TRANSACTION_SECONDS", 1)
    sleeper, other = Database(postgres_url), Database(postgres_url)
    for each in (sleeper, other):
        opened.callback(each.dispose)

    def stand_still() -> None:
        with sleeper.begin() as session:
            session.execute(LOCK)
            with other.begin() as waiting:
                waiting.execute(LOCK)
            session.execute(select(1))

    with pytest.raises(Unavailable):
        stand_still()


def test_the_limits_of_a_url_stay_beside_ours(postgres_server: PostgresServer, opened: contextlib.ExitStack) -> None:
    database = Database(f"{postgres_server.url(MIGRATED)}&options=-c%20application_name%3Dfarm")
    opened.callback(database.dispose)
    with database.read() as session:
        shown = [session.scalar(text(f"SHOW {name}")) for name in ("application_name", "statement_timeout")]
    assert shown == ["farm", f"{engines.STATEMENT_SECONDS}s"]


def test_migrations_take_their_time(postgres_server: PostgresServer) -> None:
    engine = engines.migration_engine(postgres_server.url(MIGRATED))
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
    engine.dispose()


def connections(server: PostgresServer) -> int:
    with server.connect(MIGRATED) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", [MIGRATED]
        ).fetchone()
        return row[0] if row else 0


@pytest.mark.parametrize("use", [SERVER, WORKER])
def test_however_many_threads_ask_a_process_has_no_more_connections_than_its_share(
    postgres_server: PostgresServer, postgres_url: str, opened: contextlib.ExitStack, use: Use
) -> None:
    database = Database(postgres_url, use)
    opened.callback(database.dispose)
    threads = 30
    barrier = threading.Barrier(threads)

    def work(number: int) -> None:
        barrier.wait()
        write(database) if number % 2 else ask(database)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))
    assert 2 <= connections(postgres_server) <= use.writers + use.readers


def test_three_servers_a_sweeper_and_fifteen_workers_fit_into_what_postgresql_allows() -> None:
    allowed, for_superusers, monitor = 100, 3, 1
    server, worker = SERVER.writers + SERVER.readers + monitor, WORKER.writers + WORKER.readers
    assert 3 * server + (15 + 1) * worker <= allowed - for_superusers


def test_a_monitor_keeps_no_connection(
    postgres_server: PostgresServer, postgres_url: str, opened: contextlib.ExitStack
) -> None:
    database = Database(postgres_url)
    opened.callback(database.dispose)
    monitor = database.monitor()
    assert monitor.is_migrated()
    wait_for(lambda: connections(postgres_server) == 0, "the end of the server's side of it")
    assert MONITOR.answer_seconds == 2


def test_too_many_guests_are_told_as_an_outage(
    postgres_server: PostgresServer, postgres_url: str, opened: contextlib.ExitStack
) -> None:
    database = Database(postgres_url)
    opened.callback(database.dispose)
    with postgres_server.connect() as connection:
        connection.execute(f"ALTER DATABASE {MIGRATED} CONNECTION LIMIT 0")
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("GRANT pg_read_all_data TO guest")
    guest = Database(postgres_url.replace("postgres@", "guest@"))
    opened.callback(guest.dispose)
    try:
        with pytest.raises(Unavailable):
            ask(guest)
    finally:
        with postgres_server.connect() as connection:
            connection.execute(f"ALTER DATABASE {MIGRATED} CONNECTION LIMIT -1")
    assert ask(guest) == 1


def test_sqlites_write_lock_held_by_another_is_an_outage_for_writers_alone(
    sqlite_url: str, opened: contextlib.ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    database = Database(sqlite_url)
    opened.callback(database.dispose)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    opened.callback(holder.close)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        write(database)
    assert ask(database) == 1
    holder.execute("ROLLBACK")
    write(database)


def test_a_full_database_is_told_as_such(sqlite_url: str, opened: contextlib.ExitStack) -> None:
    database = Database(sqlite_url)
    opened.callback(database.dispose)

    def write_much() -> None:
        with database.begin() as session:
            session.execute(text("PRAGMA max_page_count = 1"))  # SQLite makes it as many as there are
            for _ in range(1000):
                session.add(OutboxMessage(queue="x" * 500, created_at=clock.now()))

    with pytest.raises(NoSpace):
        write_much()


def test_a_mistake_is_no_outage(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as session:
        session.execute(text("SELECT nonsense FROM nowhere"))


def test_what_a_statement_was_given_is_in_no_error(database: Database) -> None:
    with pytest.raises(DBAPIError) as caught, database.read() as session:
        session.execute(text("SELECT nonsense FROM nowhere WHERE secret = :secret"), {"secret": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_a_password_is_in_no_error(tmp_path: Path) -> None:
    database = Database(f"postgresql://farm:hunter2@/nowhere?host={tmp_path}")
    with pytest.raises(Unavailable) as caught:
        database.ping()
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter2" not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__
    assert isinstance(caught.value.__cause__, DBAPIError)
    assert isinstance(caught.value.__cause__.orig, psycopg.OperationalError)
