"""A page of a long list: some rows, and how many there are in all."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`items` are those of the page, `total` counts those of all pages."""

    items: tuple[T, ...]
    total: int


def fetch(
    session: Session, rows: Select[Any], count: Select[int], *, limit: int, offset: int
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Up to `limit` of the `rows`, skipping `offset`, and their `count`, which is asked for only if this isn't it."""
    found = session.execute(rows.limit(limit).offset(offset)).all()
    if len(found) < limit and (found or not offset):
        return found, offset + len(found)
    return found, session.scalar(count) or 0
