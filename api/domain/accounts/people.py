"""People: who signs in to the portal, and works in which account.

Nobody signs up by themselves: the farm's first administrator comes by a link in the server's log, everybody else by a
link that an administrator of their account hands to them. See `invitations`.
"""

import dataclasses
import datetime as dt

from sqlalchemy import ColumnElement, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Account, BrowserSession, Person
from api.domain.accounts import sessions
from api.domain.accounts.accounts import checked_email
from api.domain.accounts.credentials import IssuedToken
from api.errors import InvalidRequest, InvalidState, NotFound, TooManyRequests, Unauthorized
from api.ids import new_id

ATTEMPTS = 10
"""Wrong passwords until nobody may try for a while: then a guesser has fewer than 1,000 attempts a day."""
LOCKED_FOR = dt.timedelta(minutes=15)


@dataclasses.dataclass(frozen=True, slots=True)
class PersonView:
    """`is_admin`: manages the people and the keys of their account. `runs_farm`: also all accounts of this farm."""

    id: str
    account_id: str
    email: str
    is_admin: bool
    runs_farm: bool
    created_at: dt.datetime


_VIEW = select(
    Person.id, Person.account_id, Person.email, Person.is_admin, Person.is_admin & Account.is_admin, Person.created_at
).join(Account, Account.id == Person.account_id)


def anybody(session: Session) -> bool:
    """Whether anybody can sign in."""
    return session.scalar(select(Person.id).limit(1)) is not None


def add(session: Session, account_id: str, email: str, password_hash: str, *, is_admin: bool) -> str:
    """A new person's id. Raises InvalidRequest for what is no address or somebody's already."""
    address, person_id = checked_email(email), new_id()
    added = session.scalar(
        insert(session, Person)
        .values(
            id=person_id, account_id=account_id, email=address, password_hash=password_hash, is_admin=is_admin,
            failures=0, created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Person.email])
        .returning(Person.id)
    )
    if added is None:
        raise InvalidRequest(f"email {address} is in use already; sign in with it instead", param="email")
    return person_id


def get(session: Session, person_id: str) -> PersonView:
    """Raises NotFound."""
    return _one(session, Person.id == person_id)


def find(session: Session, email: str) -> PersonView:
    """Raises NotFound."""
    return _one(session, Person.email == email.strip().lower())


def of_session(session: Session, token_id: str) -> PersonView:
    """Who is signed in by the session of this id. Raises Unauthorized."""
    row = session.execute(
        _VIEW.join(BrowserSession, BrowserSession.person_id == Person.id).where(BrowserSession.token_id == token_id)
    ).one_or_none()
    if row is None:
        raise Unauthorized
    return PersonView(*row)


def list_people(session: Session, account_id: str) -> list[PersonView]:
    """Those of the account, in the order of their addresses."""
    rows = session.execute(_VIEW.where(Person.account_id == account_id).order_by(Person.email))
    return [PersonView(*row) for row in rows]


def attempt(session: Session, email: str) -> tuple[str, str] | None:
    """Counts an attempt to sign in: the person's id and what is kept of the password; None if there is no such person.

    It is counted before the password is looked at, so that attempts at the same time count too. Raises TooManyRequests
    where there were ATTEMPTS, until LOCKED_FOR after the last of them.
    """
    now = clock.now()
    rested = or_(Person.attempted_at.is_(None), Person.attempted_at <= now - LOCKED_FOR)
    row = session.execute(
        update(Person)
        .where(Person.email == email.strip().lower(), or_(rested, Person.failures < ATTEMPTS))
        .values(failures=case((rested, 1), else_=Person.failures + 1), attempted_at=now)
        .returning(Person.id, Person.password_hash)
    ).one_or_none()
    if row is not None:
        return row.id, row.password_hash
    locked_at = session.scalar(select(Person.attempted_at).where(Person.email == email.strip().lower()))
    if locked_at is None:
        return None
    left = max(1, round((locked_at + LOCKED_FOR - now).total_seconds()))
    raise TooManyRequests(
        f"Too many wrong passwords. Try again in {-(-left // 60)} minutes, or ask an administrator for a link that "
        "sets a new one",
        retry_after=left,
    )


def sign_in(session: Session, person_id: str) -> IssuedToken:
    """A session of the person, who has shown who they are: attempts until now count for nothing."""
    session.execute(update(Person).where(Person.id == person_id).values(failures=0))
    person = get(session, person_id)
    return sessions.begin(session, person.id, person.account_id, is_admin=person.is_admin)


def set_password(session: Session, person_id: str, password_hash: str, *, but: str | None = None) -> None:
    """And ends the person's sessions `but` this one: whoever knew the old password is out."""
    session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=password_hash, failures=0)
    )
    sessions.end_all(session, person_id, but=but)


def remove(session: Session, account_id: str, person_id: str) -> None:
    """The person can't sign in any more; what they made stays with the account.

    Raises NotFound for another account's person, and InvalidState for the last administrator.
    """
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())  # one removal at a time
    person = _one(session, (Person.id == person_id) & (Person.account_id == account_id))
    admins = session.scalar(
        select(func.count()).select_from(Person).where(Person.account_id == account_id, Person.is_admin)
    )
    if person.is_admin and admins == 1:
        raise InvalidState("An account keeps one administrator at least")
    sessions.end_all(session, person_id)
    session.execute(delete(BrowserSession).where(BrowserSession.person_id == person_id))
    session.execute(delete(Person).where(Person.id == person_id))


def _one(session: Session, condition: ColumnElement[bool]) -> PersonView:
    row = session.execute(_VIEW.where(condition)).one_or_none()
    if row is None:
        raise NotFound("No such person")
    return PersonView(*row)
