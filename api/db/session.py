"""The way to the database: one Database per process, one Session per transaction, the schema by Alembic.

    with database.begin() as session:    one transaction, committed at the end, rolled back on any exception
    with database.read() as session:     the same for reading only; a write in it fails
    with database.read_rows() as connection:     the same for plain columns, without mapped objects and their cost
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import orjson
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, IsolationLevel
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from api.db.migrate import migrate

BUSY_SECONDS = 30.0
"""How long SQLite waits for another writer."""

CONNECT_SECONDS = 5
"""How long PostgreSQL may take to accept a connection."""

POOL_SIZE = 20
"""Connections kept open to PostgreSQL, as many for reading and for writing: about the threads that ask at once."""

PING_IDLE_SECONDS = 1.0
"""How long a connection to PostgreSQL may lie in the pool until it is asked whether it is alive."""


AnySession = TypeVar("AnySession", bound=Session)


class Database:
    """A SQLite file or a PostgreSQL database. Safe to share between threads, not between forked processes."""

    def __init__(self, url: str) -> None:
        if make_url(url).get_backend_name() == "sqlite":
            self._engine = _sqlite_engine(url)
            self._reader: Engine = self._engine.execution_options(read_only=True)
        else:
            self._engine = _postgresql_engine(url)
            self._reader = _postgresql_reader(url)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self.begin_as(Session) as session:
            yield session

    @contextmanager
    def begin_as(self, kind: type[AnySession]) -> Iterator[AnySession]:
        """`begin` with a session of the class `kind`."""
        with kind(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def read_rows(self) -> Iterator[Connection]:
        with self._reader.connect() as connection:
            yield connection

    def migrate(self) -> None:
        """Brings the schema to the newest version. Of several processes at once, one does the work, the rest wait."""
        migrate(self._engine)

    def ping(self) -> None:
        """Raises sqlalchemy.exc.SQLAlchemyError if the database does not answer."""
        with self._reader.connect() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Closes all connections."""
        self._engine.dispose()
        self._reader.dispose()


def has_schema(url: str) -> bool:
    """Whether a farm's tables are in the database, of whatever version. A SQLite file that is missing stays missing."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        return False
    database = Database(url)
    try:
        with database.read_rows() as connection:
            return inspect(connection).has_table("alembic_version")
    finally:
        database.dispose()


def _json_text(value: object) -> str:
    """JSON as columns hold it: as short as the rest of an answer that it is put into as it is."""
    return orjson.dumps(value).decode()


def _postgresql_engine(url: str, isolation_level: IsolationLevel = "READ COMMITTED") -> Engine:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=POOL_SIZE,
        isolation_level=isolation_level,
        skip_autocommit_rollback=True,
        json_serializer=_json_text,
        json_deserializer=from_json,  # twice as fast as json.loads, and lists of renders are full of JSON
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    _ping_idle_connections(engine)
    return engine


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


def _postgresql_reader(url: str) -> Engine:
    """Each statement is its own transaction. At READ COMMITTED a longer one promises no more, and is two more trips.

    A statement that is asked often is planned once. Left to choose, PostgreSQL plans a list anew for each page, because
    it guesses that an unknown limit is a tenth of all rows; that takes as long as to read 50 of them.
    """
    engine = _postgresql_engine(url, "AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        connection.commit()
        cursor.close()

    return engine


def _sqlite_engine(url: str) -> Engine:
    address = make_url(url)
    Path(address.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, json_serializer=_json_text)

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
