"""What the portal's routes have in common."""

from typing import Annotated

from fastapi import APIRouter

from api.errors import KeyNotFound, NotFound
from api.http.params import id_else
from api.http.routes import JsonRoute

PREFIX = "/portal"
API = f"{PREFIX}/api"

PersonId = Annotated[str, id_else(NotFound)]
AccountId = Annotated[str, id_else(NotFound)]
PresetId = Annotated[str, id_else(NotFound)]
KeyId = Annotated[str, id_else(KeyNotFound)]


def new_router() -> APIRouter:
    """A router below /portal/api. Its routes change with the pages that use them, so openapi.json has none of them."""
    return APIRouter(prefix=API, route_class=JsonRoute, include_in_schema=False)
