"""The errors that dx.gl's routes declare."""

from api.errors import (
    FarmError,
    Forbidden,
    IdempotencyConflict,
    IdempotencyInProgress,
    InsufficientScope,
    InvalidRequest,
    InvalidSettings,
    NoCredits,
    NoSpace,
    SpendingCap,
    TokenExpired,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from api.http.declared import Responses, declared
from api.http.dxgl.errors import tell
from api.http.dxgl.schemas import ErrorEnvelope

ORDERING = (InvalidSettings, NoCredits, SpendingCap, NoSpace, IdempotencyConflict, IdempotencyInProgress)
"""Of a route that takes credits."""

_ANYWHERE = (InvalidRequest, TooManyRequests, Unavailable, FarmError)
_WITH_TOKEN = (Unauthorized, TokenExpired, Forbidden, InsufficientScope)


def errors(*kinds: type[FarmError], token: bool = True) -> Responses:
    """The `responses` of a route that raises these kinds, besides those that all routes raise."""
    all_kinds = (*_ANYWHERE, *(_WITH_TOKEN if token else ()), *kinds)
    return declared(all_kinds, tell=tell, envelope=ErrorEnvelope)
