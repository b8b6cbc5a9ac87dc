"""A page of a long list: some rows in an order, and how many there are in all."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam
from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` are those of the page, `total` counts those of all pages."""

    items: tuple[T, ...]
    total: int


@dataclasses.dataclass(frozen=True, slots=True)
class Sort:
    """By which column; rows without a value come last, and equal ones follow each other by their ids."""

    column: str
    descending: bool = False

    def by(self, table: Any) -> tuple[ColumnElement[Any], ...]:
        """What a mapped class, or an alias of one, is ordered by."""
        column, last = getattr(table, self.column), table.id
        first = column.desc() if self.descending else column.asc()
        if getattr(column.expression, "nullable", False):
            first = first.nulls_last()  # where it isn't needed, it would keep PostgreSQL from using an index
        return first, last.desc() if self.descending else last.asc()


def contains(word: str) -> str:
    """The pattern of a LIKE with ESCAPE '\\' that finds texts with the word in it, letters in lower case."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", word.lower()) + "%"


OFFSET = bindparam("offset", type_=Integer)


def windowed(rows: Select[*tuple[Any, ...]], count: Select[int]) -> Select[*tuple[Any, ...]]:
    """A statement for `fetch`: some of the rows, each with the count after its own columns, in one round trip."""
    return with_total(rows, count).limit(bindparam("limit", type_=Integer)).offset(OFFSET)


def with_total(window: Select[*tuple[Any, ...]], count: Select[int]) -> Select[*tuple[Any, ...]]:
    """The same of rows that are limited already."""
    return window.add_columns(count.correlate(None).scalar_subquery().label("total"))


def fetch(
    database: Session | Connection,
    windowed: Select[*tuple[Any, ...]],
    count: Select[int],
    *,
    limit: int,
    offset: int,
    **values: object,
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Up to `limit` of the windowed rows, skipping `offset`, and their `count`, which is also the last column of each.

    `values` are those of the statements' own parameters. A connection answers in half the time of a session, if there
    are no mapped objects among the columns.
    """
    rows = database.execute(windowed, {**values, "limit": limit, "offset": offset}).all()
    if rows or not offset:
        return rows, rows[0].total if rows else 0
    return rows, database.scalar(count, values) or 0
