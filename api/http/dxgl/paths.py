"""What the routes have in common: their prefix, the ids in their paths, lists, downloads, documented errors."""

import dataclasses
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.errors import FarmError, ModelNotFound, RenderNotFound, RendersRequired, TooMany
from api.http.dxgl.schemas import MAX_BATCH, ErrorEnvelope
from api.ids import ALPHABET

PREFIX = "/v1"

MAX_LIMIT = 100
_MAX_OFFSET = 2**31 - 1  # what every database takes

_ID = re.compile(f"[{ALPHABET}]{{12}}")

ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorEnvelope}, "5XX": {"model": ErrorEnvelope}}
"""The `responses` of every route."""


def check_id(text: str, error: type[FarmError]) -> str:
    """`text`, if it can be an id; else `error`, as for an id that doesn't exist.

    Stops here what a database would trip over, such as PostgreSQL over a NUL character.
    """
    if not _ID.fullmatch(text):
        raise error
    return text


async def _model_id(model_id: str) -> str:
    return check_id(model_id, ModelNotFound)


async def _render_id(render_id: str) -> str:
    return check_id(render_id, RenderNotFound)


ModelId = Annotated[str, Depends(_model_id)]
RenderId = Annotated[str, Depends(_render_id)]


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for."""

    limit: int
    offset: int


async def _window(
    limit: Annotated[int, Query(description=f"1 to {MAX_LIMIT}; what lies outside is taken as the nearest")] = 50,
    offset: Annotated[int, Query(description="How many to skip")] = 0,
) -> Window:
    return Window(min(max(limit, 1), MAX_LIMIT), min(max(offset, 0), _MAX_OFFSET))


WindowDep = Annotated[Window, Depends(_window)]


T = TypeVar("T")


def listed(items: list[T] | None) -> list[T]:
    """The items of a batch or of a quote. Raises RendersRequired, TooMany."""
    if not items:
        raise RendersRequired(param="renders")
    if len(items) > MAX_BATCH:
        raise TooMany(f"There may be {MAX_BATCH} renders at once, not {len(items)}", param="renders")
    return items


Route = TypeVar("Route", bound=Callable[..., Response])


def get_and_head(router: APIRouter, path: str, *content_types: str) -> Callable[[Route], Route]:
    """Two routes, because FastAPI adds no HEAD and documents a route of two methods under one operation id twice."""
    documented: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in content_types}}}

    def add(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        router.get(path, response_class=Response, responses=documented)(route)
        return route

    return add
