"""Which errors a route may answer with: every route declares them, and openapi.json lists them with real examples."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from api.errors import FarmError

Responses = dict[int | str, dict[str, Any]]


def declared(
    kinds: Sequence[type[FarmError]],
    *,
    tell: Callable[[FarmError], Response],
    envelope: type[BaseModel],
    code_of: Callable[[FarmError], str] = lambda error: error.code,
) -> Responses:
    """The `responses` of a route that raises these kinds, as its dialect tells them in its `envelope`.

    `code_of` is what the dialect calls an error. Examples are named by the farm's own codes, which no two errors share.
    """
    described: Responses = {}
    for kind in kinds:
        error = kind()
        answer = tell(error)
        response = described.setdefault(
            answer.status_code,
            {"model": envelope, "description": "", "content": {"application/json": {"examples": {}}}},
        )
        response["description"] = f"{response['description']}\n- `{code_of(error)}`: {kind.default_message}".lstrip()
        response["content"]["application/json"]["examples"][kind.code] = {"value": json.loads(bytes(answer.body))}
    return described
