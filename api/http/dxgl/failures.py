"""Which errors a route may answer with: every route names them, and openapi.json lists them with examples."""

from typing import Any

from api.errors import (
    FarmError,
    Forbidden,
    IdempotencyConflict,
    IdempotencyInProgress,
    InsufficientScope,
    InvalidRequest,
    InvalidSettings,
    NoCredits,
    TokenExpired,
    Unauthorized,
)
from api.http.dxgl.schemas import ErrorEnvelope
from api.http.dxgl.spelling import message_of
from api.http.errors import STATUS, envelope_for

Responses = dict[int | str, dict[str, Any]]

ORDERING = (InvalidSettings, NoCredits, IdempotencyConflict, IdempotencyInProgress)
"""Of a route that takes credits."""

_ANYWHERE = (InvalidRequest, FarmError)
_WITH_TOKEN = (Unauthorized, TokenExpired, Forbidden, InsufficientScope)


def errors(*kinds: type[FarmError], token: bool = True) -> Responses:
    """The `responses` of a route that raises these kinds, besides those that all routes raise."""
    envelope = envelope_for("/v1")
    described: Responses = {}
    for kind in (*_ANYWHERE, *(_WITH_TOKEN if token else ()), *kinds):
        status = STATUS[kind.code]
        response = described.setdefault(
            status, {"model": ErrorEnvelope, "description": "", "content": {"application/json": {"examples": {}}}}
        )
        response["description"] = f"{response['description']}\n- `{kind.code}`: {message_of(kind)}".lstrip()
        example = envelope(kind.code, message_of(kind), status, None)
        response["content"]["application/json"]["examples"][kind.code] = {"value": example}
    return described
