"""Who is asking: the Bearer token of a request, turned into a Principal that holds the scopes a route asks for."""

from typing import Annotated

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from api.domain import tokens
from api.domain.tokens import Principal
from api.errors import Unauthorized
from api.http.state import Farm


class TokenAuth(SecurityBase):
    """A dependency that is also openapi.json's security scheme. One object, because each dependency costs its time."""

    scheme_name = "HTTPBearer"
    model = HTTPBearer(description="An API key: dxgl_sk_...")

    def __call__(self, request: Request, wanted: SecurityScopes) -> Principal:
        """Raises Unauthorized, TokenExpired, Forbidden or InsufficientScope."""
        scheme, _, raw = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not raw.strip():
            raise Unauthorized("Missing token: send the header Authorization: Bearer dxgl_sk_...")
        farm: Farm = request.app.state.farm
        with farm.database.read() as session:
            principal = tokens.authenticate(session, raw.strip())
        if principal.touch_due:
            with farm.database.begin() as session:
                tokens.touch(session, principal.token_id)
        for scope in wanted.scopes:
            principal.require(scope)
        return principal


_auth = TokenAuth()

Reader = Annotated[Principal, Security(_auth, scopes=["read"])]
Writer = Annotated[Principal, Security(_auth, scopes=["write"])]
Renderer = Annotated[Principal, Security(_auth, scopes=["render"])]
Uploader = Annotated[Principal, Security(_auth, scopes=["write", "render"])]
