"""/portal/api/door, /sso, /forgotten: the ways in besides a password, where the operator has set them up."""

import base64
import binascii
import dataclasses
import logging
from typing import Annotated

import orjson
from fastapi import BackgroundTasks, Depends, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.accounts import invitations, people
from api.errors import Forbidden, InvalidRequest, NotFound
from api.http.body import body_of
from api.http.links import absolute
from api.http.origins import require_own_page
from api.http.portal import mails
from api.http.portal.paths import API, PREFIX, new_router
from api.http.portal.session import give_session
from api.http.state import Farm, FarmDep
from api.net import oidc

COOKIE = "pirouette_sso"
MINUTES = 10
"""How long people have to sign in at the provider."""

log = logging.getLogger(__name__)
router = new_router()


class Ways(BaseModel):
    """`sso` is what the provider is called; None where there is none. `mail`: a forgotten password's link is mailed."""

    sso: str | None
    mail: bool


class Forgotten(BaseModel):
    email: str = ""


@router.get("/door")
def get_ways(farm: FarmDep) -> Ways:
    return Ways(sso=farm.settings.oidc_name if farm.settings.oidc_issuer else None, mail=mails.mailer(farm) is not None)


@router.post("/forgotten", status_code=204)
def send_link(
    request: Request, farm: FarmDep, later: BackgroundTasks, body: Annotated[Forgotten, Depends(body_of(Forgotten))]
) -> Response:
    """Mails a link that sets a new password. It answers the same, and as soon, where there is no such person."""
    require_own_page(request)
    if mails.mailer(farm) is None:
        raise NotFound("This farm sends no mail: ask an administrator of your account for a link")
    later.add_task(_mail_link, farm, body.email)
    return Response(status_code=204)


def _mail_link(farm: Farm, email: str) -> None:
    with farm.database.begin() as session:
        person_id = invitations.may_mail(session, email)
        if person_id is None:
            return
        link, address = invitations.reset(session, person_id), people.get(session, person_id).email
    mails.send(farm, mails.RESET, address, link)


@router.get("/sso")
def begin(request: Request, farm: FarmDep) -> Response:
    """Sends the browser to the provider."""
    attempt = oidc.Attempt.new()
    try:
        answer = RedirectResponse(oidc.begin(_provider(farm), attempt, _back(request, farm)), 303)
    except oidc.ProviderError as error:
        return _turned_away("unreachable", error)
    kept = base64.urlsafe_b64encode(orjson.dumps(dataclasses.asdict(attempt))).decode()
    answer.set_cookie(
        COOKIE, kept, max_age=MINUTES * 60, path=f"{API}/sso", httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return answer


@router.get("/sso/done")
def finish(request: Request, farm: FarmDep, code: str = "", state: str = "", error: str = "") -> Response:
    """The provider sends the browser here. Who comes back and is known or invited is signed in."""
    try:
        attempt = oidc.Attempt(**orjson.loads(base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))))
    except (binascii.Error, TypeError, ValueError):
        return _turned_away("again", "a browser came back that had not begun, or too long ago")
    if error or not code:
        return _turned_away("declined", f"the provider said {error[:100]!r}")
    try:
        email = oidc.finish(_provider(farm), attempt, _back(request, farm), code=code, state=state)
        with farm.database.begin() as session:
            issued = people.sign_in(session, invitations.admit(session, email))
    except oidc.ProviderError as trouble:
        return _turned_away("unreachable", trouble)
    except oidc.NotVerified:
        return _turned_away("unverified", "the provider does not vouch for an e-mail address")
    except (Forbidden, InvalidRequest) as trouble:
        return _turned_away("unknown", trouble)
    answer = RedirectResponse(f"{PREFIX}/", 303)
    answer.delete_cookie(COOKIE, path=f"{API}/sso")
    return give_session(request, issued, answer)


def _provider(farm: Farm) -> oidc.Provider:
    """Raises NotFound where there is none."""
    settings = farm.settings
    if not settings.oidc_issuer:
        raise NotFound("No path is served here")
    return oidc.Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value())


def _back(request: Request, farm: Farm) -> str:
    return absolute(request, farm.settings, f"{API}/sso/done")


def _turned_away(trouble: str, reason: object) -> Response:
    """Back to the sign-in page, which says what `trouble` is; the log has the `reason`."""
    log.warning("single sign-on: %s", reason)
    answer = RedirectResponse(f"{PREFIX}/?trouble={trouble}", 303)
    answer.delete_cookie(COOKIE, path=f"{API}/sso")
    return answer
