"""What the routes have in common: their prefix, the ids in their paths, the errors they are documented with."""

import re
from typing import Annotated, Any

from fastapi import Depends

from api.errors import FarmError, ModelNotFound, RenderNotFound
from api.http.dxgl.schemas import ErrorEnvelope
from api.ids import ALPHABET

PREFIX = "/v1"

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
