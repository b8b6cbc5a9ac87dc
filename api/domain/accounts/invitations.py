"""Links that are good for one use: they let the first administrator in, invite others, and set passwords anew.

A link is handed over by whoever made it, so no mail server is needed. The secret stands behind the # of its address,
which browsers keep to themselves: neither a log nor a Referer header ever has it.
"""

import contextlib
import dataclasses
import datetime as dt
import hashlib
import secrets
from typing import Literal

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, Person, PersonLink
from api.domain.accounts import accounts, people
from api.domain.accounts.passwords import UNKNOWN
from api.errors import Forbidden, InvalidRequest, NotFound

Purpose = Literal["first", "invite", "reset"]

PATH = "/portal/join#"
"""Where links lead to: the secret comes behind it."""

VALID_FOR: dict[Purpose, dt.timedelta] = {
    "first": dt.timedelta(days=1),  # a start of the server makes another one
    "invite": dt.timedelta(days=7),
    "reset": dt.timedelta(days=1),
}

MAIL_EVERY = dt.timedelta(minutes=5)
"""How often a person may be sent a link, whoever asks for it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """`secret` is what the link is known by; `path` is its address on this server."""

    secret: str = dataclasses.field(repr=False)
    expires_at: dt.datetime

    @property
    def path(self) -> str:
        return PATH + self.secret


@dataclasses.dataclass(frozen=True, slots=True)
class LinkView:
    """What a link is for. `email` is whom it was made for, where that is known."""

    purpose: Purpose
    email: str | None
    expires_at: dt.datetime


def for_first(session: Session) -> Link:
    """Makes the farm's first administrator. Older links for that are good for nothing from now on."""
    session.execute(delete(PersonLink).where(PersonLink.purpose == "first"))
    return _new(session, "first", is_admin=True)


def invite(session: Session, account_id: str, email: str, *, is_admin: bool) -> Link:
    """Adds a person to the account. Raises InvalidRequest for what is no address, or somebody's already."""
    address = accounts.checked_email(email)
    try:
        people.find(session, address)
    except NotFound:
        return _new(session, "invite", account_id=account_id, email=address, is_admin=is_admin)
    raise InvalidRequest(f"email {address} is in use already", param="email")


def reset(session: Session, person_id: str) -> Link:
    """Sets the person's password anew. Raises NotFound."""
    person = people.get(session, person_id)
    return _new(session, "reset", person_id=person_id, email=person.email, is_admin=person.is_admin)


def look(session: Session, secret: str) -> LinkView:
    """Raises NotFound for a link that was used already, has expired or never was."""
    row = session.execute(
        select(PersonLink.purpose, PersonLink.email, PersonLink.expires_at).where(*_good(secret))
    ).one_or_none()
    if row is None:
        raise _gone()
    purpose: Purpose = row.purpose
    return LinkView(purpose, row.email, row.expires_at)


def use(session: Session, secret: str, email: str, password_hash: str, *, credits: int) -> str:
    """Uses the link up, and returns the id of the person that it was for.

    `email` is the new person's; a reset has no use for it. A first administrator gets an account with `credits`, or the
    one that is there for the address. Raises NotFound as `look` does, and InvalidRequest for what is no address or
    somebody's already: then the link is still good.
    """
    row = session.execute(
        delete(PersonLink)
        .where(*_good(secret))
        .returning(PersonLink.purpose, PersonLink.account_id, PersonLink.person_id, PersonLink.is_admin)
    ).one_or_none()
    if row is None or (row.purpose == "first" and people.anybody(session)):
        raise _gone()
    if row.person_id is not None:
        people.set_password(session, row.person_id, password_hash)
        person_id: str = row.person_id
        return person_id
    account_id = row.account_id or _account_of_first(session, email, credits)
    return people.add(session, account_id, email, password_hash, is_admin=row.is_admin)


def admit(session: Session, email: str) -> str:
    """The id of the person with this address, of whom somebody trusted says that it is theirs; who was invited is added
    to the account, without a password that anybody knows. Raises Forbidden where nobody has invited them."""
    address = accounts.checked_email(email)
    with contextlib.suppress(NotFound):
        return people.find(session, address).id
    row = session.execute(
        delete(PersonLink)
        .where(PersonLink.purpose == "invite", PersonLink.email == address, PersonLink.expires_at > clock.now())
        .returning(PersonLink.account_id, PersonLink.is_admin)
    ).first()
    if row is None:
        raise Forbidden(f"{address} has no account here: ask an administrator for an invitation")
    return people.add(session, row.account_id, address, UNKNOWN, is_admin=row.is_admin)


def may_mail(session: Session, email: str) -> str | None:
    """The id of the person with this address, who may be sent a link that sets a new password; None where there is no
    such person, or one was made within MAIL_EVERY."""
    latest = select(PersonLink.person_id).where(
        PersonLink.purpose == "reset", PersonLink.expires_at > clock.now() + VALID_FOR["reset"] - MAIL_EVERY
    )
    return session.scalar(
        select(Person.id).where(Person.email == email.strip().lower(), Person.id.not_in(latest)).with_for_update()
    )


def _account_of_first(session: Session, email: str, credits: int) -> str:
    """An administrator's account. Raises InvalidRequest for what is no address."""
    address = accounts.checked_email(email)
    try:
        account = accounts.find(session, address)
    except NotFound:
        return accounts.sign_up(session, address, credits=credits, is_admin=True).id
    session.get_one(Account, account.id).is_admin = True
    return account.id


def _new(
    session: Session, purpose: Purpose, *, is_admin: bool, account_id: str | None = None, person_id: str | None = None,
    email: str | None = None,
) -> Link:
    now = clock.now()
    session.execute(delete(PersonLink).where(PersonLink.expires_at <= now))
    link = Link(secrets.token_urlsafe(32), now + VALID_FOR[purpose])
    session.add(
        PersonLink(
            sha256=_digest(link.secret), purpose=purpose, account_id=account_id, person_id=person_id, email=email,
            is_admin=is_admin, expires_at=link.expires_at,
        )
    )
    session.flush()
    return link


def _good(secret: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return PersonLink.sha256 == _digest(secret), PersonLink.expires_at > clock.now()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _gone() -> NotFound:
    return NotFound("This link was used already, or it has expired. Ask for a new one")
