"""The errors that Generio's routes declare."""

from api.errors import (
    FarmError,
    Forbidden,
    IdempotencyConflict,
    IdempotencyInProgress,
    InsufficientScope,
    InvalidRequest,
    NoCredits,
    NoSpace,
    SpendingCap,
    TokenExpired,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from api.http.declared import Responses, declared
from api.http.generio.errors import tell
from api.http.generio.schemas import GenerioError

ORDERING = (NoCredits, SpendingCap, NoSpace, IdempotencyConflict, IdempotencyInProgress)
"""Of a route that takes credits."""

_ANYWHERE = (InvalidRequest, TooManyRequests, Unavailable, FarmError)
_WITH_KEY = (Unauthorized, TokenExpired, Forbidden, InsufficientScope)


def errors(*kinds: type[FarmError]) -> Responses:
    """The `responses` of a route that raises these kinds, besides those that all routes raise."""
    return declared((*_ANYWHERE, *_WITH_KEY, *kinds), tell=tell, envelope=GenerioError)
