"""/v1/account: who the token belongs to, and what is left to spend; /v1/tickets: tokens for URLs."""

from pydantic import BaseModel, Field

from api.domain.accounts import accounts, tickets
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data, Timestamp
from api.http.state import FarmDep

router = new_router("account")


class AccountDetail(BaseModel):
    id: str = Field(examples=["Ab3kF9x2qL1m"])
    email: str = Field(examples=["user@example.com"])
    credits: int = Field(examples=[47])


class Ticket(BaseModel):
    ticket: str = Field(
        description="To be sent as the parameter `ticket` of anything that is read with GET",
        examples=["Ab3kF9x2qL1m.1793000000." + "3f2a" * 16],
    )
    expiresAt: Timestamp


@router.post("/tickets", responses=errors())
def create_ticket(principal: Reader, farm: FarmDep) -> Data[Ticket]:
    """Beyond dx.gl's API: lets a page follow events and show videos, where a browser can't send a header.

    It reads what the token reads, changes nothing, and is good for five minutes; a stream that has begun goes on.
    """
    with farm.database.read() as session:
        ticket, expires_at = tickets.issue(session, principal.token_id)
    return Data(data=Ticket(ticket=ticket, expiresAt=expires_at))


@router.get("/account", responses=errors())
def get_account(principal: Reader, farm: FarmDep) -> Data[AccountDetail]:
    with farm.database.read() as session:
        account = accounts.get(session, principal.account_id)
    return Data(data=AccountDetail(id=account.id, email=account.email, credits=account.credits))
