"""What holds for every test: hypothesis draws the same examples each time, SQLite waits for no disk, and there are
fixtures that start real servers."""

import os
import sqlite3

import hypothesis
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

pytest_plugins = [
    "tests.support.device", "tests.render.film", "tests.support.goldens", "tests.support.outside",
    "tests.support.postgres", "tests.support.s3",
]

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Processes that tests start would compile all modules again, each: a server 1.3 s, a worker and its child as long."""

hypothesis.settings.register_profile(
    "deterministic", derandomize=True, deadline=None, database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # a busy machine's time says nothing of a test
)  # fmt: skip
hypothesis.settings.load_profile("deterministic")


@event.listens_for(Engine, "connect")
def on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """In tests' own processes nothing must outlive a power failure, as in `tests.support.postgres`. Farms that tests
    start wait for the disk as everywhere."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
