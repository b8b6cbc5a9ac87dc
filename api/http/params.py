"""What paths and queries of every dialect carry: ids, and which part of a list is asked for."""

import dataclasses
import re
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

from api.errors import FarmError
from api.ids import ALPHABET

_MAX_OFFSET = 2**31 - 1  # what every database takes
_ID = re.compile(f"[{ALPHABET}]{{12}}")


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    limit: int
    offset: int


def window_of(*, default: int, most: int) -> Callable[..., Awaitable[Window]]:
    """A dependency: the query's `limit` and `offset`."""

    async def window(
        limit: Annotated[int, Query(description=f"1 to {most}; what lies outside is taken as the nearest")] = default,
        offset: Annotated[int, Query(description="How many to skip")] = 0,
    ) -> Window:
        return Window(min(max(limit, 1), most), min(max(offset, 0), _MAX_OFFSET))

    return window


def id_else(error: type[FarmError]) -> AfterValidator:
    """Text that can be an id; else `error`, as for an id that doesn't exist.

    Stops here what a database would trip over, such as PostgreSQL over a NUL character.
    """

    def check(text: str) -> str:
        if not _ID.fullmatch(text):
            raise error
        return text

    return AfterValidator(check)
