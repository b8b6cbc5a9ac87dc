"""How routes answer: what a route returns becomes JSON in the route's own thread, once."""

import functools
from collections.abc import Callable
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import BaseModel


class JsonRoute(APIRoute):
    """A route. What its plain function returns as a pydantic model is already valid.

    FastAPI would validate it again, in another thread; that costs more than reading a render from the database.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not any(kind(endpoint) for kind in (iscoroutinefunction, isasyncgenfunction, isgeneratorfunction)):
            endpoint = _answering(endpoint, options.get("status_code") or 200, options["response_model_exclude_none"])
        super().__init__(path, endpoint, **options)


def _answering(endpoint: Callable[..., Any], status: int, exclude_none: bool) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    def answer(*arguments: Any, **named: Any) -> Any:
        returned = endpoint(*arguments, **named)
        if not isinstance(returned, BaseModel):
            return returned
        return Response(returned.model_dump_json(exclude_none=exclude_none), status, media_type="application/json")

    return answer
