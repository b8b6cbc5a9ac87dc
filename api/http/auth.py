"""Who is asking: the API key of a request, turned into a Principal that holds the scopes a route asks for.

The database is asked in a thread. Where a route answers in a thread anyway it is the same one, because going to a
thread and back once more costs more than the question: a tenth to a fifth of all that the server does to tell of one
render (0.59 ms of CPU time instead of 0.74, 0.66 instead of 0.73 in another run by turns). There the dependency hands a
Caller over, and api.http.routes turns it into the Principal that the route's signature promises.
"""

from collections.abc import Callable, Sequence

from fastapi import Request
from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer
from fastapi.openapi.models import SecurityBase as SecurityModel
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from api.domain.accounts import credentials, tickets
from api.domain.accounts.credentials import FORMATS, Principal
from api.domain.accounts.sessions import DIALECT as SESSIONS
from api.errors import Unauthorized
from api.http.origins import require_own_page
from api.http.rates import Buckets
from api.http.state import Farm

Check = Callable[..., Principal]

SESSION_COOKIE = FORMATS[SESSIONS].cookie or ""

TICKET = "ticket"
"""The parameter of a URL that stands for a key, wherever something is read: see api.domain.accounts.tickets."""


class Caller:
    """Somebody with a key, or a ticket, that nobody has looked at yet. `asked` once somebody has, with whatever result.

    `account_id` is known once the key was found to be good. `check` is `credentials.authenticate` or `tickets.redeem`.
    `rate` counts the requests of accounts, if anybody does.
    """

    def __init__(
        self, farm: Farm, check: Check, dialect: str, raw: str, scopes: Sequence[str], rate: Buckets | None
    ) -> None:
        self._farm = farm
        self._check = check
        self._dialect = dialect
        self._raw = raw
        self._scopes = scopes
        self._rate = rate
        self.asked = False
        self.account_id: str | None = None

    def check(self) -> Principal:
        """Looks whether the key is good. Blocks. Raises Unauthorized, TokenExpired, Forbidden, InsufficientScope.

        A ticket may have expired by the second time: what began in time goes on.
        """
        with self._farm.database.read_rows() as connection:
            principal = self._check(connection, self._dialect, self._raw)
        if self._check is tickets.redeem:
            self._check = tickets.redeem_late
        self.account_id = principal.account_id
        for scope in self._scopes:
            principal.require(scope)
        return principal

    def principal(self) -> Principal:
        """Whose request this is. Blocks. Raises what `check` raises, and TooManyRequests."""
        self.asked = True
        principal = self.check()
        if self._rate is not None:
            self._rate.take(principal.account_id)
        if principal.touch_due:
            self._farm.touches.note(principal.token_id)
        return principal


class Authenticator(SecurityBase):
    """A dependency that is also a security scheme of openapi.json. One object, because each dependency costs its time.

    It takes the keys of one dialect, as `credentials.FORMATS` has them. `sessions`: it also takes the cookie of a
    person who is signed in to the portal, whose pages ask this dialect.
    """

    def __init__(self, dialect: str, *, sessions: bool = False) -> None:
        self.dialect = dialect
        self._format = FORMATS[dialect]
        self._sessions = sessions
        self.scheme_name = f"{dialect}_key"
        self.model: SecurityModel = (
            HTTPBearer(description=f"An API key: {self._format.prefix}...")
            if self._format.scheme
            else APIKey(**{"in": APIKeyIn.header}, name=self._format.header)
        )

    async def __call__(self, request: Request, wanted: SecurityScopes) -> Principal | Caller:
        """Raises what `Caller.principal` raises, and Forbidden where a page of another server asks to change something.
        """
        dialect, check, raw = self._given(request)
        if not raw.strip():
            raise Unauthorized(f"Missing token: send the header {self._format.sample}")
        farm: Farm = request.app.state.farm
        rate = farm.limits.of_accounts(request.scope["path"])
        caller = request.state.caller = Caller(farm, check, dialect, raw.strip(), wanted.scopes, rate)
        if request.scope["route"].asks_in_thread:
            return caller
        return await run_in_threadpool(caller.principal)

    def _given(self, request: Request) -> tuple[str, Check, str]:
        """What the request brings: the dialect that it is a key of, who looks at it, and itself; "" where it is none.
        """
        reads = request.method in ("GET", "HEAD")
        if self._format.cookie is None:
            raw = request.headers.get(self._format.header, "")
            if self._format.scheme is not None:
                scheme, _, raw = raw.partition(" ")
                raw = raw if scheme.lower() == self._format.scheme.lower() else ""
            if raw.strip():
                return self.dialect, credentials.authenticate, raw
            if reads and (ticket := request.query_params.get(TICKET, "")):
                return self.dialect, tickets.redeem, ticket
        if not (self._sessions or self.dialect == SESSIONS):
            return self.dialect, credentials.authenticate, ""
        raw = request.cookies.get(SESSION_COOKIE, "")
        if raw and not reads:
            require_own_page(request)
        return SESSIONS, credentials.authenticate, raw


def caller_of(request: Request) -> Caller:
    """Who asks, of a request whose key the route has asked for."""
    caller: Caller = request.state.caller
    return caller


def account_in(scope: Scope) -> str | None:
    """The account whose request it was; None where it needed no key, or had no good one."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    return caller.account_id if caller is not None else None
