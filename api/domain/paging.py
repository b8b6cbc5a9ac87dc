"""A page of a long list: some rows, and how many there are in all."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Integer, Row, Select, bindparam
from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` are those of the page, `total` counts those of all pages."""

    items: tuple[T, ...]
    total: int


def windowed(rows: Select[Any]) -> Select[Any]:
    """A statement for `fetch`."""
    return rows.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))


def fetch(
    session: Session, rows: Select[Any], count: Select[int], *, limit: int, offset: int, **values: object
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Up to `limit` of the windowed `rows`, skipping `offset`, and their `count`, asked for only if this isn't it.

    `values` are those of the parameters that both statements have.
    """
    found = session.execute(rows, {**values, "limit": limit, "offset": offset}).all()
    if len(found) < limit and (found or not offset):
        return found, offset + len(found)
    return found, session.scalar(count, values) or 0
