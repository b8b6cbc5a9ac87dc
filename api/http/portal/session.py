"""/portal/api/session, /links, /password: people sign in and out, come in by links, and change their passwords."""

import datetime as dt
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.accounts import accounts, invitations, passwords, people, sessions
from api.domain.accounts.credentials import IssuedToken
from api.domain.accounts.people import PersonView
from api.errors import InvalidRequest, Unauthorized
from api.http.auth import SESSION_COOKIE
from api.http.body import body_of
from api.http.origins import require_own_page
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import Farm, FarmDep

IN_PARTS_MB = 90
"""As dx.gl's portal does: above that, a connection that is lost costs more than the requests for the parts."""

router = new_router()


class SignIn(BaseModel):
    email: str = ""
    password: str = ""


class Secret(BaseModel):
    secret: str = ""


class LinkUse(SignIn, Secret):
    """`email` is the new person's; a link that sets a password anew has no use for it."""


class PasswordChange(BaseModel):
    current: str = ""
    new: str = ""


class Me(BaseModel):
    """Who is signed in. `runsFarm`: administrates all accounts of this farm. Models above `inPartsMb` go in
    parts. `keepsDeleted`: what is deleted can be had back for a while."""

    id: str
    email: str
    isAdmin: bool
    runsFarm: bool
    account: str
    credits: int
    maxUploadMb: int
    inPartsMb: int
    keepsDeleted: bool


class LinkDetail(BaseModel):
    """What a link is for."""

    purpose: str
    email: str | None
    expiresAt: dt.datetime


@router.get("/session")
def get_session(signed: Signed, farm: FarmDep) -> Me:
    return _me(farm, signed[1])


@router.post("/session")
def sign_in(request: Request, farm: FarmDep, body: Annotated[SignIn, Depends(body_of(SignIn))]) -> Response:
    """Raises Unauthorized, and TooManyRequests after too many wrong passwords."""
    require_own_page(request)
    with farm.database.begin() as session:
        known = people.attempt(session, body.email)
    if not passwords.matches(body.password, known[1] if known else None) or known is None:
        raise Unauthorized("The e-mail address or the password is wrong")
    with farm.database.begin() as session:
        return give_session(request, people.sign_in(session, known[0]), Response(status_code=204))


@router.delete("/session")
def sign_out(signed: Signed, farm: FarmDep) -> Response:
    with farm.database.begin() as session:
        sessions.end(session, signed[0].token_id)
    answer = Response(status_code=204)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@router.post("/links/look")
def look_at_link(farm: FarmDep, body: Annotated[Secret, Depends(body_of(Secret))]) -> LinkDetail:
    with farm.database.read() as session:
        link = invitations.look(session, body.secret)
    return LinkDetail(purpose=link.purpose, email=link.email, expiresAt=link.expires_at)


@router.post("/links/use")
def use_link(request: Request, farm: FarmDep, body: Annotated[LinkUse, Depends(body_of(LinkUse))]) -> Response:
    """Signs in whom the link lets in."""
    require_own_page(request)
    with farm.database.read() as session:
        invitations.look(session, body.secret)  # a password costs time to hash: not for strangers
    kept = passwords.hashed(body.password)
    with farm.database.begin() as session:
        person_id = invitations.use(session, body.secret, body.email, kept, credits=farm.settings.signup_credits)
        return give_session(request, people.sign_in(session, person_id), Response(status_code=204))


@router.post("/password")
def change_password(
    signed: Signed, farm: FarmDep, body: Annotated[PasswordChange, Depends(body_of(PasswordChange))]
) -> Response:
    """And signs the person out everywhere else."""
    principal, person = signed
    with farm.database.begin() as session:
        known = people.attempt(session, person.email)
    if known is None or not passwords.matches(body.current, known[1]):
        raise InvalidRequest("The current password is wrong", param="current")
    kept = passwords.hashed(body.new)
    with farm.database.begin() as session:
        people.set_password(session, person.id, kept, but=principal.token_id)
    return Response(status_code=204)


def give_session(request: Request, issued: IssuedToken, answer: Response) -> Response:
    """The answer, with the cookie for the browser. No script can read it, and no other site's page can send it along
    with anything but a link to here."""
    answer.set_cookie(
        SESSION_COOKIE, issued.raw, max_age=int(sessions.LIFETIME.total_seconds()), path="/", httponly=True,
        samesite="lax", secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


def _me(farm: Farm, person: PersonView) -> Me:
    settings = farm.settings
    with farm.database.read() as session:
        account = accounts.get(session, person.account_id)
    return Me(
        id=person.id, email=person.email, isAdmin=person.is_admin, runsFarm=person.runs_farm, account=account.email,
        credits=account.credits, inPartsMb=min(IN_PARTS_MB, settings.max_upload_mb),
        keepsDeleted=settings.keep_deleted_days > 0,
        maxUploadMb=max(settings.max_upload_mb, settings.max_signed_upload_mb),
    )  # fmt: skip
