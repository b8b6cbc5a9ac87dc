"""/v1/keys: the account's API keys, for those who make one for each of their integrations."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from api import clock
from api.domain.accounts import credentials
from api.domain.accounts.credentials import SCOPES, USUAL_SCOPES, Principal, TokenView
from api.errors import InsufficientScope, InvalidRequest, KeyNotFound
from api.http.body import body_of, documented
from api.http.dxgl.auth import KeyManager, KeyReader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import KeyId, new_router
from api.http.dxgl.schemas import Data, Deleted, Timestamp
from api.http.params import Moment
from api.http.state import FarmDep

DIALECT = "dxgl"

router = new_router("account")


class KeyRequest(BaseModel):
    """The body of POST /v1/keys."""

    model_config = ConfigDict(json_schema_extra={"required": ["name"]})

    name: str = Field("", description="What it is for, 1 to 100 characters", examples=["shop plugin"])
    scopes: list[str] = Field(
        list(USUAL_SCOPES), description=f"What it may do: some of {', '.join(SCOPES)}", examples=[list(USUAL_SCOPES)]
    )
    expiresAt: Moment | None = Field(None, description="When it stops working; null is never", examples=[None])
    creditsCap: int | None = Field(
        None, ge=0, le=2**31 - 1, description="The most that it may spend in all; null is no limit", examples=[100]
    )


class KeyDetail(BaseModel):
    """A key. `hint` is what it begins with; nobody can tell the rest of it."""

    id: str = Field(examples=["Ab3kF9x2qL1m"])
    name: str = Field(examples=["shop plugin"])
    hint: str = Field(examples=["dxgl_sk_x9Tq"])
    scopes: list[str] = Field(examples=[list(USUAL_SCOPES)])
    creditsCap: int | None = Field(examples=[100])
    creditsSpent: int = Field(description="Without what was refunded", examples=[12])
    expiresAt: Timestamp | None
    revokedAt: Timestamp | None = Field(examples=[None])
    lastUsedAt: Timestamp | None = Field(description="To the minute")
    createdAt: Timestamp

    @classmethod
    def of(cls, view: TokenView) -> "KeyDetail":
        return cls(
            id=view.id, name=view.name, hint=view.hint, scopes=list(view.scopes), creditsCap=view.credits_cap,
            creditsSpent=view.credits_spent, expiresAt=view.expires_at, revokedAt=view.revoked_at,
            lastUsedAt=view.last_used_at, createdAt=view.created_at,
        )  # fmt: skip


class KeyCreated(BaseModel):
    """`key` is the key itself: it is shown this once."""

    id: str = Field(examples=["Ab3kF9x2qL1m"])
    key: str = Field(examples=["dxgl_sk_" + "x9Tq" * 10 + "abc"])


@router.get("/keys", responses=errors())
def list_keys(principal: KeyReader, farm: FarmDep) -> Data[list[KeyDetail]]:
    """Beyond dx.gl's API: the account's keys, oldest first, also those that no longer work."""
    with farm.database.read() as session:
        views = credentials.list_tokens(session, principal.account_id)
    return Data(data=[KeyDetail.of(view) for view in views if view.dialect == DIALECT])


@router.post("/keys", status_code=201, responses=errors(), openapi_extra=documented(KeyRequest))
def create_key(
    principal: KeyManager, farm: FarmDep, body: Annotated[KeyRequest, Depends(body_of(KeyRequest))]
) -> Data[KeyCreated]:
    """Beyond dx.gl's API: makes a key that may do no more than the one that asks for it."""
    _refuse_more_than(principal, body)
    if body.expiresAt is not None and body.expiresAt <= clock.now():
        raise InvalidRequest("expiresAt lies in the past", param="expiresAt")
    with farm.database.begin() as session:
        made = credentials.issue(
            session, principal.account_id, name=body.name, dialect=DIALECT, scopes=body.scopes,
            expires_at=body.expiresAt, credits_cap=body.creditsCap,
        )  # fmt: skip
    return Data(data=KeyCreated(id=made.id, key=made.raw))


@router.delete("/keys/{key_id}", responses=errors(KeyNotFound))
def revoke_key(principal: KeyManager, farm: FarmDep, key_id: KeyId) -> Data[Deleted]:
    """Beyond dx.gl's API: the key is refused from now on. What it ordered goes on."""
    with farm.database.begin() as session:
        credentials.revoke(session, principal.account_id, key_id)
    return Data(data=Deleted(id=key_id))


def _refuse_more_than(principal: Principal, body: KeyRequest) -> None:
    """Raises InsufficientScope. A key with a cap makes none, or its cap would be the first's only."""
    if principal.is_capped:
        raise InsufficientScope("A key with a spending cap makes no other keys")
    for scope in body.scopes:
        if scope in SCOPES:
            principal.require(scope)
