"""The whole database as a file, and a database made of one: by SQLite itself, or by pg_dump and pg_restore."""

import contextlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import URL, NullPool, create_engine, make_url, text
from sqlalchemy.orm import Session

from api.db.engines import BUSY_SECONDS, migration_engine

SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".dump"}


class CopyFailed(Exception):
    """What the database's own program says."""


def kind_of(url: str) -> str:
    """A key of SUFFIXES."""
    return make_url(url).get_backend_name()


@contextlib.contextmanager
def copied(url: str, target: Path) -> Iterator[Session]:
    """Writes the database as it is at one moment to the new file `target`; the session sees that moment.

    Nobody waits for it. Raises CopyFailed.
    """
    if kind_of(url) == "sqlite":
        _copy_sqlite(Path(make_url(url).database or ""), target)
        engine = create_engine(URL.create("sqlite", database=str(target)), poolclass=NullPool)
        with Session(engine) as session:
            yield session
        return
    engine = migration_engine(url)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        connectable, secret = _libpq(url)
        _run(
            ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}",
             f"--file={target}", f"--dbname={connectable}"],
            secret,
        )  # fmt: skip
        with Session(connection) as session:
            yield session
    engine.dispose()


def restore(url: str, source: Path) -> None:
    """Makes the database, which is empty, what is in the file `source`. Raises CopyFailed; then it is still empty."""
    if kind_of(url) == "sqlite":
        target = Path(make_url(url).database or "")
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_suffix(".restoring")
        unfinished.unlink(missing_ok=True)
        _copy_sqlite(source, unfinished)
        unfinished.rename(target)
        return
    connectable, secret = _libpq(url)
    _run(
        ["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
         f"--dbname={connectable}", str(source)],
        secret,
    )  # fmt: skip


def _copy_sqlite(source: Path, target: Path) -> None:
    try:
        with (
            contextlib.closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as original,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            [[verdict]] = copy.execute("PRAGMA quick_check(1)")
    except sqlite3.Error as error:
        raise CopyFailed(f"{source}: {error}") from error
    if verdict != "ok":
        raise CopyFailed(f"{source} is damaged: {verdict}")


def _libpq(url: str) -> tuple[str, Mapping[str, str]]:
    """How PostgreSQL's programs reach the database: what anybody may see of them, and the password."""
    given = make_url(url)
    address = URL.create(
        "postgresql", given.username, None, given.host, given.port, given.database, given.query
    ).render_as_string()
    return address, {} if given.password is None else {"PGPASSWORD": given.password}


def _run(command: list[str], secret: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(command, env={**os.environ, **secret}, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CopyFailed(f"{command[0]} isn't installed: on Debian, apt-get install postgresql-client") from None
    if done.returncode:
        raise CopyFailed(f"{command[0]}: {done.stderr.strip()}")
