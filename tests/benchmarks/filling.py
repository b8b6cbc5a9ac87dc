"""Fills a farm's database with very many rows: copies of real ones, made by the database itself."""

import contextlib
from collections.abc import Iterator, Mapping

import psycopg

from api.db.tables import Base

SERIES = {
    "postgresql": "generate_series(1, {count}) n",
    "sqlite": "(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
              " SELECT n FROM numbers)",
}  # fmt: skip
"""The numbers from 1 on, by the name of the database's dialect."""


def copying(
    table: str, count: int, changed: Mapping[str, str], where: str = "true", dialect: str = "postgresql"
) -> str:
    """The statement that makes so many copies of a row of the table, of the first for which `where` holds.

    `changed` are SQL expressions by column, in which `n` is the number of the copy, from 1, and `one` the row.
    """
    names = [column.name for column in Base.metadata.tables[table].columns if column.computed is None]
    values = ", ".join(changed.get(name, f"one.{name}") for name in names)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values}"  # noqa: S608
        f" FROM (SELECT * FROM {table} WHERE {where} LIMIT 1) one, {SERIES[dialect].format(count=count)}"
    )


def copy_row(
    connection: psycopg.Connection, table: str, count: int, changed: Mapping[str, str], where: str = "true"
) -> None:
    """As `copying` says."""
    connection.execute(copying(table, count, changed, where))


@contextlib.contextmanager
def bulk(connection: psycopg.Connection, *tables: str) -> Iterator[None]:
    """Without triggers and foreign keys, which would be asked for each row, and with the tables' indexes built once, at
    the end. What triggers count is the caller's to set."""
    connection.execute("SET session_replication_role = replica")
    indexes = [
        row
        for table in tables
        for row in connection.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [table],
        ).fetchall()
    ]
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("SET session_replication_role = origin")


def random_id(prefix: str) -> str:
    """An expression for an id of 12 characters that is as scattered as a real one, and the same for the same `n`."""
    scattered = f"encode(decode(md5('{prefix}' || n), 'hex'), 'base64')"
    return f"'{prefix}' || substr(translate({scattered}, '+/=', 'xyz'), 1, 10)"
