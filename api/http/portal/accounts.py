"""/portal/api/accounts: an administrator of the farm sees its accounts, opens, suspends, reinstates and deletes them,
adjusts their credits, and says how much of the farm each may take."""

from typing import Annotated, Literal

from fastapi import Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.domain.accounts import accounts, classes, invitations, ledger, quotas
from api.domain.accounts.quotas import NAMES, Quotas
from api.domain.removal import accounts as removal
from api.domain.renders import limits
from api.errors import InvalidRequest, InvalidState
from api.http.body import body_of
from api.http.portal import mails
from api.http.portal.auth import Operator
from api.http.portal.paths import AccountId, new_router
from api.http.portal.people import LinkCreated
from api.http.state import FarmDep

router = new_router()


class AccountRequest(BaseModel):
    email: str = ""


class Adjustment(BaseModel):
    """`credits` to be added or, where negative, to be taken, which needs a note."""

    credits: int = Field(0, ge=-1_000_000, le=1_000_000)
    note: str = Field("", max_length=200)


class Allowance(BaseModel):
    """`quotas` by name; null goes back to what the settings say, 0 means no limit. What is absent stays as it is."""

    service_class: Literal["preferred", "standard", "economy"] | None = Field(None, alias="class")
    quotas: dict[str, Annotated[int, Field(ge=0, le=2**31 - 1)] | None] = Field(default_factory=dict)


class Balance(BaseModel):
    credits: int


@router.get("/accounts")
def list_accounts(operator: Operator, farm: FarmDep) -> dict[str, object]:
    """Without the farm's own."""
    with farm.database.read() as session:
        found = accounts.list_accounts(session)
    return {
        "data": [
            {
                "id": each.id, "email": each.email, "credits": each.credits, "suspended": each.suspended_at is not None,
                "class": each.service_class.label,
            }
            for each in found
            if not each.email.endswith(accounts.OWN)
        ]
    }  # fmt: skip


@router.post("/accounts")
def open_account(
    operator: Operator, farm: FarmDep, body: Annotated[AccountRequest, Depends(body_of(AccountRequest))]
) -> LinkCreated:
    """A new account, and a link that makes its first administrator."""
    with farm.database.begin() as session:
        account = accounts.sign_up(session, body.email, credits=farm.settings.signup_credits)
        link = invitations.invite(session, account.id, account.email, is_admin=True)
    return LinkCreated.of(link, mailed=mails.send(farm, mails.INVITATION, account.email, link))


@router.post("/accounts/{account_id}/suspend")
def suspend(operator: Operator, farm: FarmDep, account_id: AccountId) -> Response:
    """Refuses the account's people and keys; what they ordered is still made. Raises InvalidState for one's own."""
    if account_id == operator.account_id:
        raise InvalidState("This is your own account: nobody could let you in again")
    with farm.database.begin() as session:
        accounts.suspend(session, accounts.get(session, account_id).id)
    return Response(status_code=204)


@router.post("/accounts/{account_id}/reinstate")
def reinstate(operator: Operator, farm: FarmDep, account_id: AccountId) -> Response:
    with farm.database.begin() as session:
        accounts.reinstate(session, accounts.get(session, account_id).id)
    return Response(status_code=204)


@router.delete("/accounts/{account_id}")
def delete_account(operator: Operator, farm: FarmDep, account_id: AccountId) -> Response:
    """For good, with all that is the account's, but for its ledger. Raises InvalidState for one's own."""
    if account_id == operator.account_id:
        raise InvalidState("This is your own account: another administrator of the farm may delete it")
    with farm.database.begin() as session:
        removal.delete_account(session, account_id)
    return Response(status_code=204)


@router.post("/accounts/{account_id}/credits")
def adjust_credits(
    operator: Operator, farm: FarmDep, account_id: AccountId, body: Annotated[Adjustment, Depends(body_of(Adjustment))]
) -> Balance:
    """Raises InvalidRequest for no credits at all, NoCredits where the account has fewer than are to be taken."""
    if body.credits == 0:
        raise InvalidRequest("credits must not be 0", param="credits")
    with farm.database.begin() as session:
        if body.credits > 0:
            return Balance(credits=ledger.grant(session, account_id, body.credits, note=body.note))
        return Balance(credits=ledger.withdraw(session, account_id, -body.credits, note=body.note))


@router.get("/accounts/{account_id}/allowance")
def get_allowance(operator: Operator, farm: FarmDep, account_id: AccountId) -> dict[str, object]:
    """`own` is what was set for the account alone, `limit` what holds, and `used` what it takes by now."""
    with farm.database.read() as session:
        account = accounts.get(session, account_id)
        own = quotas.own(session, account_id)
        allowed = quotas.of_account(session, account_id, Quotas.of(farm.settings))
        used = limits.usage(session, account_id)
    return {
        "class": account.service_class.label,
        "quotas": {
            name: {"own": own.get(name), "limit": getattr(allowed, name), "used": getattr(used, name)} for name in NAMES
        },
    }


@router.patch("/accounts/{account_id}/allowance")
def set_allowance(
    operator: Operator, farm: FarmDep, account_id: AccountId, body: Annotated[Allowance, Depends(body_of(Allowance))]
) -> dict[str, object]:
    """Raises InvalidRequest for a quota that there is not."""
    if unknown := sorted(set(body.quotas).difference(NAMES)):
        raise InvalidRequest(f"quotas: there is no {unknown[0]}; there are {', '.join(NAMES)}", param="quotas")
    with farm.database.begin() as session:
        account = accounts.get(session, account_id)
        if body.service_class is not None:
            classes.set_class(session, account.id, classes.LABELS[body.service_class])
        quotas.set_own(session, account.id, body.quotas)
    return get_allowance(operator, farm, account_id)
