"""What SQLite and PostgreSQL do differently: conflict clauses, the clock, times as text, and counts by triggers."""

import datetime as dt
from typing import Any

from sqlalchemy import Text, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from api.db.tables import Base, UtcDateTime


def insert(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    dialect = session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def count_now(session: Session) -> None:
    """What triggers count, such as bytes stored, includes what the transaction has done so far, and is locked.

    PostgreSQL would count at the end of the transaction; SQLite has counted already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


class from_now(FunctionElement[dt.datetime]):
    """The database's own clock, `seconds` from now.

    Leases are written and judged by this one clock, so workers whose clocks differ can't take each other's work.
    """

    name = "from_now"
    type = UtcDateTime()
    inherit_cache = True


@compiles(from_now, "postgresql")
def _postgresql(element: from_now, compiler: SQLCompiler, **options: Any) -> str:
    # clock_timestamp(), not now(): the latter stands still in a transaction, also while it waits for a lock
    return f"(clock_timestamp() + {compiler.process(element.clauses, **options)} * interval '1 second')"


@compiles(from_now, "sqlite")
def _sqlite(element: from_now, compiler: SQLCompiler, **options: Any) -> str:
    # the text form in which SQLAlchemy keeps datetimes, so that comparisons of text are comparisons of time
    seconds = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"


class iso_text(FunctionElement[str]):
    """A column of times as `clock.iso` writes them: lists have many, and the database is quicker at it."""

    name = "iso_text"
    type = Text()
    inherit_cache = True


@compiles(iso_text, "postgresql")
def _iso_postgresql(element: iso_text, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"


@compiles(iso_text, "sqlite")
def _iso_sqlite(element: iso_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"replace(substr({compiler.process(element.clauses, **options)}, 1, 23), ' ', 'T') || 'Z'"
