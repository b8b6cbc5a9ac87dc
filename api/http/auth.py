"""Who is asking: the Bearer token of a request, turned into a Principal that holds the scopes a route asks for.

The database is asked in a thread. Where a route answers in a thread anyway it is the same one, because going to a
thread and back costs more than the question: there the dependency hands a Caller over, and api.http.routes turns it
into the Principal that the route's signature promises.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool

from api.db.session import Database
from api.domain.accounts import credentials
from api.domain.accounts.credentials import Principal
from api.errors import Unauthorized
from api.http.state import Farm


class Caller:
    """Somebody with a token that nobody has looked at yet. `asked` once somebody has, with whatever result."""

    def __init__(self, database: Database, raw: str, scopes: Sequence[str]) -> None:
        self._database = database
        self._raw = raw
        self._scopes = scopes
        self.asked = False

    def principal(self) -> Principal:
        """Blocks. Raises Unauthorized, TokenExpired, Forbidden or InsufficientScope."""
        self.asked = True
        with self._database.read_rows() as connection:
            principal = credentials.authenticate(connection, self._raw)
        if principal.touch_due:
            with self._database.begin() as session:
                credentials.touch(session, principal.token_id)
        for scope in self._scopes:
            principal.require(scope)
        return principal


class TokenAuth(SecurityBase):
    """A dependency that is also openapi.json's security scheme. One object, because each dependency costs its time."""

    scheme_name = "HTTPBearer"
    model = HTTPBearer(description="An API key: dxgl_sk_...")

    async def __call__(self, request: Request, wanted: SecurityScopes) -> Principal | Caller:
        """Raises what `Caller.principal` raises."""
        scheme, _, raw = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not raw.strip():
            raise Unauthorized("Missing token: send the header Authorization: Bearer dxgl_sk_...")
        farm: Farm = request.app.state.farm
        caller = Caller(farm.database, raw.strip(), wanted.scopes)
        if request.scope["route"].asks_in_thread:
            request.state.caller = caller
            return caller
        return await run_in_threadpool(caller.principal)


_auth = TokenAuth()

Reader = Annotated[Principal, Security(_auth, scopes=["read"])]
Writer = Annotated[Principal, Security(_auth, scopes=["write"])]
Renderer = Annotated[Principal, Security(_auth, scopes=["render"])]
Uploader = Annotated[Principal, Security(_auth, scopes=["write", "render"])]
