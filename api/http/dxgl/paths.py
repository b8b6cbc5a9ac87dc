"""What the routes have in common: their prefix, the ids in their paths, lists, downloads."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query

from api.errors import (
    DeliveryNotFound,
    FarmError,
    KeyNotFound,
    ModelNotFound,
    NotFound,
    OverlayNotFound,
    RenderNotFound,
)
from api.http.dxgl.errors import RendersRequired, TooMany
from api.http.dxgl.failures import errors
from api.http.dxgl.schemas import MAX_BATCH
from api.http.errors import RangeNotSatisfiable
from api.http.files import Route, download_route
from api.http.params import Window, id_else, window_of
from api.http.routes import JsonRoute, operation_id

PREFIX = "/v1"

ModelId = Annotated[str, id_else(ModelNotFound)]
RenderId = Annotated[str, id_else(RenderNotFound)]
OverlayId = Annotated[str, id_else(OverlayNotFound)]
UploadId = Annotated[str, id_else(NotFound)]
KeyId = Annotated[str, id_else(KeyNotFound)]
DeliveryId = Annotated[str, id_else(DeliveryNotFound)]

Permanent = Annotated[
    bool, Query(description="Beyond dx.gl's API: delete it for good, instead of keeping it for a while to be had back")
]

WindowDep = Annotated[Window, Depends(window_of(default=50, most=100))]

T = TypeVar("T")


def new_router(tag: str) -> APIRouter:
    """A router below /v1. Its routes declare their `errors`."""
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=JsonRoute, generate_unique_id_function=operation_id)


def listed(items: list[T] | None) -> list[T]:
    """The items of a batch or of a quote. Raises RendersRequired, TooMany."""
    if not items:
        raise RendersRequired(param="renders")
    if len(items) > MAX_BATCH:
        raise TooMany(f"There may be {MAX_BATCH} renders at once, not {len(items)}", param="renders")
    return items


def get_and_head(
    router: APIRouter,
    path: str,
    *content_types: str,
    missing: type[FarmError],
    token: bool = True,
    description: str | None = None,
) -> Callable[[Route], Route]:
    """A download; `missing` and what `ModelId` or `RenderId` raise are its errors. `token`: whether it asks for one.
    `description` is for openapi.json, where it isn't the function's docstring."""
    unknown = ModelNotFound if "{model_id}" in path else RenderNotFound
    failures = errors(unknown, missing, RangeNotSatisfiable, token=token)
    return download_route(router, path, content_types, failures, description)
