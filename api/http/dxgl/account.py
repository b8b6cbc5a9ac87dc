"""/v1/account: who the token belongs to, and what is left to spend."""

from pydantic import BaseModel, Field

from api.domain.accounts import accounts
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data
from api.http.state import FarmDep

router = new_router("account")


class AccountDetail(BaseModel):
    id: str = Field(examples=["Ab3kF9x2qL1m"])
    email: str = Field(examples=["user@example.com"])
    credits: int = Field(examples=[47])


@router.get("/account", responses=errors())
def get_account(principal: Reader, farm: FarmDep) -> Data[AccountDetail]:
    with farm.database.read() as session:
        account = accounts.get(session, principal.account_id)
    return Data(data=AccountDetail(id=account.id, email=account.email, credits=account.credits))
