"""What the routes have in common: the ids in their paths."""

import re
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator

from api.errors import AssetNotFound, FarmError, FlowNotFound
from api.http.routes import JsonRoute

_ID = re.compile(r"[0-9a-f]{24}")


def _id_else(error: type[FarmError]) -> AfterValidator:
    def check(text: str) -> str:
        if not _ID.fullmatch(text):
            raise error
        return text

    return AfterValidator(check)


FlowId = Annotated[str, _id_else(FlowNotFound)]
AssetId = Annotated[str, _id_else(AssetNotFound)]


def tag_of(name: str) -> str:
    """How openapi.json names a part of this API: other dialects have such parts too."""
    return f"generio {name}"


def new_router(part: str) -> APIRouter:
    """A router whose routes declare their `errors`; their functions may be named as another dialect's."""
    return APIRouter(
        tags=[tag_of(part)], route_class=JsonRoute,
        generate_unique_id_function=lambda route: f"generio_{route.name}",
    )  # fmt: skip
