"""/v1/account: who the token belongs to, what is left to spend, what it may take of the farm; /v1/tickets."""

from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel

from api.domain.accounts import accounts, quotas, tickets
from api.domain.accounts.quotas import NAMES, Quotas
from api.domain.renders import limits
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data, Timestamp
from api.http.state import FarmDep

router = new_router("account")


class QuotaDetail(BaseModel):
    used: int = Field(examples=[12])
    limit: int | None = Field(examples=[3600], description="null: there is no limit")


class QuotaDetails(BaseModel):
    storageMb: QuotaDetail = Field(description="MB (1024 x 1024 bytes) of models, overlays and results")
    uploadsPerHour: QuotaDetail = Field(description="Models uploaded in the last hour")
    waitingPreviews: QuotaDetail = Field(description="Free previews that wait to be drawn")
    unfinishedOrders: QuotaDetail = Field(description="Ordered renders and flows that are not finished yet")
    running: QuotaDetail = Field(description="Pieces of work that workers do for the account at the moment")
    keptMb: QuotaDetail = Field(
        description="MB of files, above which the oldest previews and then the oldest results are deleted"
    )


class AccountDetail(BaseModel):
    id: str = Field(examples=["Ab3kF9x2qL1m"])
    email: str = Field(examples=["user@example.com"])
    credits: int = Field(examples=[47])
    quotas: QuotaDetails


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
        allowed = quotas.of_account(session, principal.account_id, Quotas.of(farm.settings))
        used = limits.usage(session, principal.account_id)
    shown = {
        to_camel(name): QuotaDetail(used=getattr(used, name), limit=getattr(allowed, name) or None) for name in NAMES
    }
    return Data(
        data=AccountDetail(
            id=account.id, email=account.email, credits=account.credits, quotas=QuotaDetails.model_validate(shown)
        )
    )
