"""/portal/api/people: an administrator invites people to the account, sets their passwords anew, takes them out."""

import datetime as dt
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.accounts import invitations, people
from api.domain.accounts.invitations import Link
from api.errors import NotFound
from api.http.body import body_of
from api.http.portal import mails
from api.http.portal.auth import Admin, Signed
from api.http.portal.paths import PersonId, new_router
from api.http.state import FarmDep

router = new_router()


class PersonDetail(BaseModel):
    id: str
    email: str
    isAdmin: bool
    createdAt: dt.datetime


class Invitation(BaseModel):
    email: str = ""
    isAdmin: bool = False


class LinkCreated(BaseModel):
    """`path` is the link's address on this server, to be handed to the person. It is shown this once. `mailed`: the
    person was sent it."""

    path: str
    expiresAt: dt.datetime
    mailed: bool = False

    @classmethod
    def of(cls, link: Link, *, mailed: bool = False) -> "LinkCreated":
        return cls(path=link.path, expiresAt=link.expires_at, mailed=mailed)


@router.get("/people")
def list_people(signed: Signed, farm: FarmDep) -> dict[str, object]:
    with farm.database.read() as session:
        found = people.list_people(session, signed[1].account_id)
    listed = [
        PersonDetail(id=each.id, email=each.email, isAdmin=each.is_admin, createdAt=each.created_at) for each in found
    ]
    return {"data": [each.model_dump(mode="json") for each in listed]}


@router.post("/people/invite")
def invite(admin: Admin, farm: FarmDep, body: Annotated[Invitation, Depends(body_of(Invitation))]) -> LinkCreated:
    with farm.database.begin() as session:
        link = invitations.invite(session, admin.account_id, body.email, is_admin=body.isAdmin)
    return LinkCreated.of(link, mailed=mails.send(farm, mails.INVITATION, body.email.strip(), link))


@router.post("/people/{person_id}/reset")
def reset(admin: Admin, farm: FarmDep, person_id: PersonId) -> LinkCreated:
    with farm.database.begin() as session:
        person = people.get(session, person_id)
        if person.account_id != admin.account_id:
            raise NotFound("No such person")
        link = invitations.reset(session, person_id)
    return LinkCreated.of(link, mailed=mails.send(farm, mails.RESET, person.email, link))


@router.delete("/people/{person_id}")
def remove(admin: Admin, farm: FarmDep, person_id: PersonId) -> Response:
    with farm.database.begin() as session:
        people.remove(session, admin.account_id, person_id)
    return Response(status_code=204)
