"""/portal/api/keys: the account's keys for programs, of all dialects."""

import datetime as dt
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from api import clock
from api.domain.accounts import credentials
from api.domain.accounts.credentials import PROGRAMS, USUAL_SCOPES
from api.errors import InvalidRequest
from api.http.body import body_of
from api.http.params import Moment
from api.http.portal.auth import Admin, Signed
from api.http.portal.paths import KeyId, new_router
from api.http.state import FarmDep

router = new_router()


class KeyDetail(BaseModel):
    id: str
    dialect: str
    name: str
    hint: str
    scopes: list[str]
    creditsCap: int | None
    creditsSpent: int
    expiresAt: dt.datetime | None
    revokedAt: dt.datetime | None
    lastUsedAt: dt.datetime | None
    createdAt: dt.datetime


class KeyRequest(BaseModel):
    name: str = ""
    dialect: str = "dxgl"
    scopes: list[str] = list(USUAL_SCOPES)
    expiresAt: Moment | None = None
    creditsCap: int | None = Field(None, ge=0, le=2**31 - 1)


class KeyCreated(BaseModel):
    """`key` is the key itself: it is shown this once."""

    id: str
    key: str


@router.get("/keys")
def list_keys(signed: Signed, farm: FarmDep) -> dict[str, object]:
    """And the dialects that keys are made for."""
    with farm.database.read() as session:
        views = credentials.list_tokens(session, signed[1].account_id)
    listed = [
        KeyDetail(
            id=view.id, dialect=view.dialect, name=view.name, hint=view.hint, scopes=list(view.scopes),
            creditsCap=view.credits_cap, creditsSpent=view.credits_spent, expiresAt=view.expires_at,
            revokedAt=view.revoked_at, lastUsedAt=view.last_used_at, createdAt=view.created_at,
        )
        for view in views
        if view.dialect in PROGRAMS
    ]
    return {"data": [each.model_dump(mode="json") for each in listed], "dialects": list(PROGRAMS)}


@router.post("/keys")
def create_key(admin: Admin, farm: FarmDep, body: Annotated[KeyRequest, Depends(body_of(KeyRequest))]) -> KeyCreated:
    if body.dialect not in PROGRAMS:
        raise InvalidRequest(f"dialect must be one of {', '.join(PROGRAMS)}", param="dialect")
    if body.expiresAt is not None and body.expiresAt <= clock.now():
        raise InvalidRequest("expiresAt lies in the past", param="expiresAt")
    with farm.database.begin() as session:
        made = credentials.issue(
            session, admin.account_id, name=body.name, dialect=body.dialect, scopes=body.scopes,
            expires_at=body.expiresAt, credits_cap=body.creditsCap,
        )  # fmt: skip
    return KeyCreated(id=made.id, key=made.raw)


@router.delete("/keys/{key_id}")
def revoke_key(admin: Admin, farm: FarmDep, key_id: KeyId) -> Response:
    with farm.database.begin() as session:
        credentials.revoke(session, admin.account_id, key_id)
    return Response(status_code=204)
