"""What the routes have in common: their prefix, and the ids in their paths."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.errors import DeliveryNotFound, JobNotFound, ModelNotFound, ProjectNotFound, TemplateNotFound
from api.http.params import Window, id_else, window_of
from api.http.routes import JsonRoute

PREFIX = "/api/v1"

ModelId = Annotated[str, id_else(ModelNotFound)]
TemplateId = Annotated[str, id_else(TemplateNotFound)]
ProjectId = Annotated[str, id_else(ProjectNotFound)]
JobId = Annotated[str, id_else(JobNotFound)]
DeliveryId = Annotated[str, id_else(DeliveryNotFound)]

WindowDep = Annotated[Window, Depends(window_of(default=50, most=100))]


def tag_of(name: str) -> str:
    """How openapi.json names a part of this API: other dialects have such parts too."""
    return f"glossi {name}"


def new_router(part: str) -> APIRouter:
    """A router below /api/v1. Its routes declare their `errors`; their functions may be named as another dialect's."""
    return APIRouter(
        prefix=PREFIX,
        tags=[tag_of(part)],
        route_class=JsonRoute,
        generate_unique_id_function=lambda route: f"glossi_{route.name}",
    )
