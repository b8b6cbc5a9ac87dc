"""Who is asking: the Bearer token of a request, turned into a Principal that holds the scopes a route asks for."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes

from api.domain import tokens
from api.domain.tokens import Principal
from api.errors import Unauthorized
from api.http.state import Farm

_bearer = HTTPBearer(auto_error=False, description="An API key: dxgl_sk_...")


def principal_of(request: Request) -> Principal:
    """Raises Unauthorized, TokenExpired or Forbidden."""
    scheme, _, raw = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not raw.strip():
        raise Unauthorized("Missing token: send the header Authorization: Bearer dxgl_sk_...")
    farm: Farm = request.app.state.farm
    with farm.database.read() as session:
        principal = tokens.authenticate(session, raw.strip())
    if principal.touch_due:
        with farm.database.begin() as session:
            tokens.touch(session, principal.token_id)
    return principal


async def permitted(
    wanted: SecurityScopes,
    principal: Annotated[Principal, Depends(principal_of)],
    _documented: Annotated[object, Depends(_bearer)],
) -> Principal:
    """The Principal, if its token has all scopes that the route wants. Raises InsufficientScope."""
    for scope in wanted.scopes:
        principal.require(scope)
    return principal


Reader = Annotated[Principal, Security(permitted, scopes=["read"])]
Writer = Annotated[Principal, Security(permitted, scopes=["write"])]
Renderer = Annotated[Principal, Security(permitted, scopes=["render"])]
Uploader = Annotated[Principal, Security(permitted, scopes=["write", "render"])]
