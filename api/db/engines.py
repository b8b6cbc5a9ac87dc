"""How connections to the database are opened, for SQLite and for PostgreSQL: how many, and how long each may wait."""

import dataclasses
import math
import time
from pathlib import Path
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus
from pydantic_core import from_json
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, IsolationLevel
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

BUSY_SECONDS = 10.0
"""How long SQLite waits for another writer, and anybody for a connection of a full pool. Transactions take
milliseconds; a client that is asked to come back later is better served than one that hears nothing."""

CONNECT_SECONDS = 5
"""How long PostgreSQL may take to accept a connection."""

STATEMENT_SECONDS = 15
LOCK_SECONDS = 10
"""How long PostgreSQL works on a statement, and how much of that it may wait for another transaction's lock."""

IDLE_IN_TRANSACTION_SECONDS = 30
"""A client that stands still in a transaction holds up others: PostgreSQL ends it then."""

ANSWER_SECONDS = 20.0
"""How long an answer is awaited: longer than a living PostgreSQL takes, by the limits above."""

TCP = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""A server whose machine is gone says nothing. The kernel finds out within 25 s if nothing is awaited, and within 15 s
(in milliseconds here) if something was sent."""

PING_IDLE_SECONDS = 1.0
"""How long a connection to PostgreSQL may lie in the pool until it is asked whether it is alive."""


@dataclasses.dataclass(frozen=True, slots=True)
class Use:
    """How a process uses PostgreSQL: the most connections for writing and for reading, and how long it waits for an
    answer. Who finds none free waits for one that is given back."""

    writers: int
    readers: int
    answer_seconds: float = ANSWER_SECONDS


SERVER = Use(writers=9, readers=6)
"""A server answers plain reads in three threads, and has more for what uploads and streams ask. Its relay, sweeper and
deliverer have their share in these."""
WORKER = Use(writers=2, readers=1)
"""Of a worker's or sweeper's few threads, hardly ever two ask at once."""
MONITOR = Use(writers=0, readers=0, answer_seconds=2.0)
"""Asks once a second at most whether the database is well, for reports that can't wait. It keeps no connection: to get
a new one is part of the question."""

# Of PostgreSQL's 100 connections it keeps 3 for its superuser. Three servers (15 + 1 for a monitor's question) leave
# 49: room for a sweeper and 15 workers (3 each).

_T = TypeVar("_T")


def postgresql_engine(url: str, use: Use) -> Engine:
    """For writing."""
    return _postgresql_engine(url, use.writers, use.answer_seconds, "READ COMMITTED")


def postgresql_reader(url: str, use: Use) -> Engine:
    """Each statement is its own transaction. At READ COMMITTED a longer one promises no more, and is two more trips.

    A statement that is asked often is planned once. Left to choose, PostgreSQL plans a list anew for each page, because
    it guesses that an unknown limit is a tenth of all rows; that takes as long as to read 50 of them.
    Such a plan suits an account of average size, and must do for one with a million renders. With the cost of a page on
    disks that have no heads to move, it follows an index in the list's order, also where an average account is small.
    """
    engine = _postgresql_engine(url, use.readers, use.answer_seconds, "AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute("SET random_page_cost = 1.1")
        connection.commit()
        cursor.close()

    return engine


def migration_engine(url: str) -> Engine:
    """For changes of the schema, which take their time: without any limit, and without a pool."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return sqlite_engine(url, MONITOR)
    return create_engine(
        _postgresql(address), poolclass=NullPool, hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )  # fmt: skip


def sqlite_engine(url: str, use: Use) -> Engine:
    """For writing and reading."""
    address = make_url(url)
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    pool = {"pool_timeout": BUSY_SECONDS} if use.writers else {"poolclass": NullPool}
    engine = create_engine(
        address, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, json_serializer=_json_text, **pool
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        # The driver would begin transactions late and deferred; with None it leaves that to on_begin.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql(f"PRAGMA query_only = {int(read_only)}")
        # A deferred transaction that reads first and writes later fails where another wrote in between.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _json_text(value: object) -> str:
    """JSON as columns hold it: as short as the rest of an answer that it is put into as it is."""
    return orjson.dumps(value).decode()


def _postgresql(address: URL) -> URL:
    return address.set(drivername="postgresql+psycopg")


def _postgresql_engine(url: str, connections: int, answer_seconds: float, isolation_level: IsolationLevel) -> Engine:
    address = make_url(url)
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    given = address.query.get("options", "")
    options = [given] if isinstance(given, str) else [*given]
    pool = {"pool_size": connections, "max_overflow": 0, "pool_timeout": BUSY_SECONDS}
    engine = create_engine(
        _postgresql(address),
        **(pool if connections else {"poolclass": NullPool}),
        isolation_level=isolation_level,
        skip_autocommit_rollback=True,
        hide_parameters=True,  # of statements in errors, which are logged: some are secrets
        json_serializer=_json_text,
        json_deserializer=from_json,  # twice as fast as json.loads, and lists of renders are full of JSON
        connect_args={
            "connect_timeout": min(CONNECT_SECONDS, math.ceil(answer_seconds)),
            "options": " ".join([*options, *(f"-c {name}={seconds}s" for name, seconds in limits.items())]),
            **TCP,
        },
    )

    @event.listens_for(engine, "do_connect")
    def on_do_connect(_dialect: Any, _record: ConnectionPoolEntry, given: list[Any], named: dict[str, Any]) -> Any:
        connection = _ImpatientConnection.connect(*given, **named)
        connection.answer_seconds = answer_seconds
        connection.cursor_factory = _Cursor
        return connection

    _ping_idle_connections(engine)
    return engine


class _ImpatientConnection(psycopg.Connection):
    """Closes itself when an answer takes too long: a server that hangs, or is stopped, keeps the connection open and
    would be waited for without end."""

    answer_seconds = ANSWER_SECONDS

    def wait(self, gen: PQGen[_T], interval: float = 0.1, timeout: float | None = None) -> _T:
        try:
            return super().wait(gen, interval, timeout=timeout or self.answer_seconds)
        except psycopg.OperationalError as error:
            if error.sqlstate is not None:
                raise
            self.pgconn.finish()  # what it would say next answers an earlier question
            raise psycopg.OperationalError(str(error) or f"no answer within {self.answer_seconds:g} s") from None


class _Cursor(psycopg.Cursor[Any]):
    """Says of each column no more than SQLAlchemy reads. psycopg looks up sizes and names of types as well, anew for
    each result: 4 % of all that the server does to tell of one render."""

    @property
    def description(self) -> list[Any] | None:
        """A column's name and its type's OID, in a sequence as PEP 249 has it; None where there are no rows."""
        result = self.pgresult
        if result is None or result.status not in _HAVE_ROWS:
            return None
        return [((result.fname(i) or b"").decode(), result.ftype(i), *_UNSAID) for i in range(result.nfields)]


_HAVE_ROWS = (ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE)
_UNSAID = (None,) * 5


def _ping_idle_connections(engine: Engine) -> None:
    """Replaces connections that died in the pool. Busy ones aren't asked: it would double a read's round trips."""

    @event.listens_for(engine, "checkin")
    def on_checkin(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info.get("idle_since", math.inf) > PING_IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error  # the pool connects anew, and mistrusts its other connections
