"""Who is asking the portal: a person, by the cookie of their session."""

from typing import Annotated

from fastapi import Depends, Security
from starlette.concurrency import run_in_threadpool

from api.domain.accounts import people
from api.domain.accounts.credentials import Principal
from api.domain.accounts.people import PersonView
from api.errors import Forbidden
from api.http.auth import Authenticator, Caller
from api.http.state import FarmDep

authenticate = Authenticator("portal")


async def signed_in(
    caller: Annotated[Principal | Caller, Security(authenticate, scopes=["read"])], farm: FarmDep
) -> tuple[Principal, PersonView]:
    """Raises Unauthorized, TokenExpired, Forbidden."""

    def ask() -> tuple[Principal, PersonView]:
        principal = caller.principal() if isinstance(caller, Caller) else caller
        with farm.database.read() as session:
            return principal, people.of_session(session, principal.token_id)

    return await run_in_threadpool(ask)


Signed = Annotated[tuple[Principal, PersonView], Depends(signed_in)]


async def signed_in_admin(signed: Signed) -> PersonView:
    """Raises Forbidden too."""
    if not signed[1].is_admin:
        raise Forbidden("Only an administrator of this account may do that")
    return signed[1]


async def signed_in_operator(signed: Signed) -> PersonView:
    """Raises Forbidden too."""
    if not signed[1].runs_farm:
        raise Forbidden("Only an administrator of this farm may do that")
    return signed[1]


Admin = Annotated[PersonView, Depends(signed_in_admin)]
Operator = Annotated[PersonView, Depends(signed_in_operator)]
