"""Who is asking: the Bearer token of a request, turned into a Principal that holds the scopes a route asks for."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.domain import tokens
from api.domain.tokens import Principal
from api.errors import Unauthorized
from api.http.state import FarmDep

_bearer = HTTPBearer(auto_error=False, description="An API key: dxgl_sk_...")


def principal_of(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)], farm: FarmDep
) -> Principal:
    """Raises Unauthorized, TokenExpired or Forbidden."""
    if credentials is None:
        raise Unauthorized("Missing token: send the header Authorization: Bearer dxgl_sk_...")
    with farm.database.read() as session:
        principal = tokens.authenticate(session, credentials.credentials.strip())
    if principal.touch_due:
        with farm.database.begin() as session:
            tokens.touch(session, principal.token_id)
    return principal


def requires(*scopes: str) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency: the Principal, if its token has all the `scopes`; else InsufficientScope."""

    async def dependency(principal: Annotated[Principal, Depends(principal_of)]) -> Principal:
        for scope in scopes:
            principal.require(scope)
        return principal

    return dependency


Reader = Annotated[Principal, Depends(requires("read"))]
Writer = Annotated[Principal, Depends(requires("write"))]
Renderer = Annotated[Principal, Depends(requires("render"))]
Uploader = Annotated[Principal, Depends(requires("write", "render"))]
