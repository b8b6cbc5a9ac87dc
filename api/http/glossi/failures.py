"""The errors that Glossi's routes declare."""

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
from api.http.glossi.errors import tell, told
from api.http.glossi.schemas import GlossiError

IDEMPOTENT = (IdempotencyConflict, IdempotencyInProgress)
"""Of a route that takes an Idempotency-Key."""

ORDERING = (NoCredits, SpendingCap, NoSpace, *IDEMPOTENT)
"""Of a route that takes credits."""

_ANYWHERE = (InvalidRequest, TooManyRequests, Unavailable, FarmError)
_WITH_KEY = (Unauthorized, TokenExpired, Forbidden, InsufficientScope)


def errors(*kinds: type[FarmError]) -> Responses:
    """The `responses` of a route that raises these kinds, besides those that all routes raise."""
    return declared(
        (*_ANYWHERE, *_WITH_KEY, *kinds), tell=tell, envelope=GlossiError, code_of=lambda error: told(error)[1]
    )
