"""The way to the database: one Database per process, one Session per transaction, the schema by Alembic.

    with database.begin() as session:    one transaction, committed at the end, rolled back on any exception
    with database.read() as session:     the same for reading only; a write in it fails
    with database.read_rows() as connection:     the same for plain columns, without mapped objects and their cost

All of them raise Unavailable where the database doesn't answer, or not in time, and NoSpace where its disk is full.
"""

import copy
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.orm import Session

from api.db.engines import MONITOR, SERVER, Use, migration_engine, postgresql_engine, postgresql_reader, sqlite_engine
from api.db.faults import outages_told
from api.db.migrate import is_current, migrate

AnySession = TypeVar("AnySession", bound=Session)

LONGEST_PAUSE_S = 0.1
"""Of who gives way, however long a transaction took: that may have been in wait for somebody else."""


class Stopped(Exception):
    """No transaction begins any more, because whoever has very many of them is to end."""


class Database:
    """A SQLite file or a PostgreSQL database. Safe to share between threads, not between forked processes."""

    def __init__(self, url: str, use: Use = SERVER) -> None:
        self._url = url
        if make_url(url).get_backend_name() == "sqlite":
            self._engine = sqlite_engine(url, use)
            self._reader: Engine = self._engine.execution_options(read_only=True)
        else:
            self._engine = postgresql_engine(url, use)
            self._reader = postgresql_reader(url, use)
        self._gives_way: threading.Event | None = None

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with self.begin_as(Session) as session:
            yield session

    @contextmanager
    def begin_as(self, kind: type[AnySession]) -> Iterator[AnySession]:
        """`begin` with a session of the class `kind`."""
        if self._gives_way and self._gives_way.is_set():
            raise Stopped
        began = time.monotonic()
        with outages_told(), kind(self._engine, expire_on_commit=False) as session, session.begin():
            yield session
        if self._gives_way:
            self._gives_way.wait(min(time.monotonic() - began, LONGEST_PAUSE_S))

    @contextmanager
    def read(self) -> Iterator[Session]:
        with outages_told(), Session(self._reader) as session:
            yield session

    @contextmanager
    def read_rows(self) -> Iterator[Connection]:
        with outages_told(), self._reader.connect() as connection:
            yield connection

    def migrate(self) -> None:
        """Brings the schema to the newest version. Of several processes at once, one does the work, the rest wait."""
        engine = migration_engine(self._url)
        try:
            with outages_told():
                migrate(engine)
        finally:
            engine.dispose()

    def is_migrated(self) -> bool:
        """Whether the schema is the one that this code was written for."""
        with self.read_rows() as connection:
            return is_current(connection)

    def giving_way(self, stop: threading.Event) -> "Database":
        """The same, by the same connections, for who has very many transactions, one after the other: each is followed
        by a pause as long as it took, and once `stop` is set, the next raises Stopped.

        SQLite lets one write at a time, and those who wait look ten times a second whether it is their turn, so that
        without pauses they would hardly ever find it is.
        """
        other = copy.copy(self)
        other._gives_way = stop
        return other

    def monitor(self) -> "Database":
        """Another way to the same database, by connections that nothing else waits for and that wait for nobody."""
        return Database(self._url, MONITOR)

    def ping(self) -> None:
        with self.read_rows() as connection:
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
