"""What the routes have in common: their prefix, the ids in their paths, lists, downloads."""

import dataclasses
import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator
from starlette.responses import Response

from api.errors import (
    DeliveryNotFound,
    FarmError,
    ModelNotFound,
    OverlayNotFound,
    RenderNotFound,
    RendersRequired,
    TooMany,
    Unavailable,
)
from api.http.dxgl.failures import Responses, errors
from api.http.dxgl.schemas import MAX_BATCH
from api.http.errors import RangeNotSatisfiable
from api.http.routes import JsonRoute
from api.ids import ALPHABET

PREFIX = "/v1"

MAX_LIMIT = 100
_MAX_OFFSET = 2**31 - 1  # what every database takes

_ID = re.compile(f"[{ALPHABET}]{{12}}")


def new_router(tag: str) -> APIRouter:
    """A router below /v1. Its routes declare their `errors`."""
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=JsonRoute)


def check_id(text: str, error: type[FarmError]) -> str:
    """`text`, if it can be an id; else `error`, as for an id that doesn't exist.

    Stops here what a database would trip over, such as PostgreSQL over a NUL character.
    """
    if not _ID.fullmatch(text):
        raise error
    return text


ModelId = Annotated[str, AfterValidator(partial(check_id, error=ModelNotFound))]
RenderId = Annotated[str, AfterValidator(partial(check_id, error=RenderNotFound))]
OverlayId = Annotated[str, AfterValidator(partial(check_id, error=OverlayNotFound))]
DeliveryId = Annotated[str, AfterValidator(partial(check_id, error=DeliveryNotFound))]


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


_BYTES = {"schema": {"type": "string", "format": "binary"}}


def get_and_head(
    router: APIRouter,
    path: str,
    *content_types: str,
    missing: type[FarmError],
    token: bool = True,
) -> Callable[[Route], Route]:
    """A download; `missing` and what `ModelId` or `RenderId` raise are its errors. `token`: whether it asks for one.

    Two routes, because FastAPI adds no HEAD and documents a route of two methods under one operation id twice.
    """
    file = {"content": dict.fromkeys(content_types, _BYTES)}
    responses: Responses = {
        200: {"description": "The file", **file},
        206: {"description": "The part that `Range` asks for", **file},
        304: {"description": "Not modified, by `If-None-Match`"},
        307: {"description": "The file is at `Location`, for a while and without a token, if the farm is set up so"},
    }
    unknown = ModelNotFound if "{model_id}" in path else RenderNotFound
    responses |= errors(unknown, missing, RangeNotSatisfiable, Unavailable, token=token)

    def add(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        router.get(path, response_class=Response, responses=responses)(route)
        return route

    return add
