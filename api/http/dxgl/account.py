"""/v1/account: who the token belongs to, and what is left to spend."""

from fastapi import APIRouter

from api.domain import accounts
from api.http.auth import Reader
from api.http.dxgl.paths import ERRORS, PREFIX
from api.http.dxgl.schemas import AccountDetail, Data
from api.http.routes import JsonRoute
from api.http.state import FarmDep

router = APIRouter(prefix=PREFIX, tags=["account"], responses=ERRORS, route_class=JsonRoute)


@router.get("/account")
def get_account(principal: Reader, farm: FarmDep) -> Data[AccountDetail]:
    with farm.database.read() as session:
        account = accounts.get(session, principal.account_id)
    return Data(data=AccountDetail(id=account.id, email=account.email, credits=account.credits))
