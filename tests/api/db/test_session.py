"""Transactions as the domain relies on them, on both databases."""

import datetime as dt
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from api import clock
from api.db.dialects import from_now
from api.db.session import LONGEST_PAUSE_S, Database, Stopped
from api.db.tables import Account, OutboxMessage
from api.errors import Unavailable
from tests.support.postgres import MIGRATED, PostgresServer


def add_account(database: Database, credits: int = 0) -> None:
    with database.begin() as session:
        session.add(Account(id="a", email="a@example.org", credits=credits, created_at=clock.now()))


def count_accounts(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(Account.id))) or 0


def test_a_transaction_is_committed_at_the_end(database: Database) -> None:
    add_account(database)
    assert count_accounts(database) == 1


def test_an_exception_rolls_everything_back(database: Database) -> None:
    def write_and_fail() -> None:
        with database.begin() as session:
            session.add(Account(id="a", email="a@example.org", created_at=clock.now()))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_and_fail()
    assert count_accounts(database) == 0


def test_a_write_in_a_read_fails_and_the_next_write_works(database: Database) -> None:
    written = insert(OutboxMessage).values(queue="render", created_at=clock.now())
    with pytest.raises(DBAPIError), database.read() as session:
        session.execute(written)
    with pytest.raises(DBAPIError), database.read_rows() as connection:
        connection.execute(written)
    add_account(database)
    assert count_accounts(database) == 1


def test_a_read_is_not_stopped_by_an_open_write(database: Database) -> None:
    with database.begin() as session:
        session.add(Account(id="a", email="a@example.org", created_at=clock.now()))
        session.flush()
        assert count_accounts(database) == 0


def test_read_then_write_in_two_threads_loses_no_update(database: Database) -> None:
    add_account(database)
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        for _ in range(10):
            with database.begin() as session:
                have = session.scalar(select(Account.credits).where(Account.id == "a").with_for_update())
                session.execute(update(Account).where(Account.id == "a").values(credits=(have or 0) + 1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.scalar(select(Account.credits)) == 40


class Pauses(threading.Event):
    """Nobody waits for it; how long they would have."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        return self.is_set()


def test_who_gives_way_pauses_as_long_as_each_transaction_took(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments, pauses = iter([0.0, 1.0, 1.04, 2.0, 9.0]), Pauses()
    at_leisure = database.giving_way(pauses)
    monkeypatch.setattr("api.db.session.time", SimpleNamespace(monotonic=moments.__next__))
    add_account(database)
    assert not pauses.seconds
    for _ in range(2):
        with at_leisure.begin() as session:
            session.execute(update(Account).values(credits=1))
    assert pauses.seconds == [pytest.approx(0.04), LONGEST_PAUSE_S]


def test_who_gives_way_begins_nothing_once_it_is_to_stop(database: Database) -> None:
    stop = threading.Event()
    at_leisure = database.giving_way(stop)
    with at_leisure.begin() as session:
        stop.set()
        session.add(Account(id="a", email="a@example.org", created_at=clock.now()))
    assert count_accounts(database) == 1
    with pytest.raises(Stopped), at_leisure.begin():
        pytest.fail("it has begun")
    with database.begin() as session:  # others do
        session.execute(update(Account).values(credits=1))


def test_a_constraint_of_the_schema_is_enforced(database: Database) -> None:
    with pytest.raises(DBAPIError, match="credits_not_negative"):
        add_account(database, credits=-1)
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), database.begin() as session:
        session.execute(text("INSERT INTO quotas (account_id, name, value) VALUES ('nobody', 'storage_mb', 1)"))


def test_the_database_clock_agrees_with_ours(database: Database) -> None:
    tolerance = dt.timedelta(milliseconds=5)
    earliest = clock.now()
    with database.read() as session:
        before, after = session.execute(select(from_now(-2.5), from_now(60))).one()
    latest = clock.now()
    assert after - before == pytest.approx(dt.timedelta(seconds=62.5), abs=tolerance)
    assert earliest - tolerance <= before + dt.timedelta(seconds=2.5) <= latest + tolerance


def test_a_time_written_by_us_and_one_by_the_database_compare_as_times(database: Database) -> None:
    with database.begin() as session:
        for seconds in (-60, 60):
            session.add(OutboxMessage(queue=f"{seconds}", created_at=clock.now() + dt.timedelta(seconds=seconds)))
    with database.read() as session:
        assert session.scalars(select(OutboxMessage.queue).where(OutboxMessage.created_at < from_now(0))).all() == [
            "-60"
        ]


def test_ping_tells_whether_the_database_answers(database: Database, tmp_path: Path) -> None:
    database.ping()
    gone = Database(f"postgresql://nobody@/nowhere?host={tmp_path}")
    with pytest.raises(Unavailable):
        gone.ping()


def test_a_sqlite_database_makes_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/x.sqlite3")
    database.ping()
    database.dispose()
    assert (tmp_path / "new/folder/x.sqlite3").exists()


def end_connections(server: PostgresServer) -> None:
    with server.connect(MIGRATED) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [MIGRATED],
        )


def test_connections_that_died_while_idle_are_replaced(
    postgres_server: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.db.engines.PING_IDLE_SECONDS", 0.0)
    database = Database(postgres_url)
    for _ in range(2):
        add_account(database)
        assert count_accounts(database) == 1
        end_connections(postgres_server)
        assert count_accounts(database) == 1
        with database.begin() as session:
            session.execute(delete(Account))
    database.dispose()


def test_one_failure_replaces_all_connections_that_died(postgres_server: PostgresServer, postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.read() as session:
        session.execute(select(1))
        assert count_accounts(database) == 0  # on a second connection
    end_connections(postgres_server)
    with pytest.raises(Unavailable):
        count_accounts(database)
    for _ in range(3):
        assert count_accounts(database) == 0
    database.dispose()
