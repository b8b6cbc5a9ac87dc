"""Sessions: a person is signed in with a browser. A session is a key of the dialect `portal`, in the browser's cookie.

So whatever checks, counts, caps and revokes keys does the same with sessions.
"""

import datetime as dt

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import BrowserSession, Token
from api.domain.accounts import credentials
from api.domain.accounts.credentials import SCOPES, USUAL_SCOPES, IssuedToken

DIALECT = "portal"

LIFETIME = dt.timedelta(days=14)
"""After that the person signs in again: as long as people are away from a computer that somebody else may use."""


def begin(session: Session, person_id: str, account_id: str, *, is_admin: bool) -> IssuedToken:
    """Signs the person in; forgets those of the person's sessions that have expired."""
    now = clock.now()
    _forget(session, person_id, expired_at=now)
    issued = credentials.issue(
        session, account_id, name="portal", dialect=DIALECT, scopes=SCOPES if is_admin else USUAL_SCOPES,
        expires_at=now + LIFETIME,
    )  # fmt: skip
    session.add(BrowserSession(token_id=issued.id, person_id=person_id))
    session.flush()
    return issued


def end(session: Session, token_id: str) -> None:
    """Signs this browser out."""
    session.execute(update(Token).where(Token.id == token_id).values(revoked_at=clock.now()))


def end_all(session: Session, person_id: str, *, but: str | None = None) -> None:
    """Signs the person out everywhere, `but` in the session with this id."""
    theirs = select(BrowserSession.token_id).where(BrowserSession.person_id == person_id)
    session.execute(update(Token).where(Token.id.in_(theirs), Token.id != (but or "")).values(revoked_at=clock.now()))


def _forget(session: Session, person_id: str, *, expired_at: dt.datetime) -> None:
    expired = session.scalars(
        select(Token.id)
        .join(BrowserSession, BrowserSession.token_id == Token.id)
        .where(BrowserSession.person_id == person_id, Token.expires_at <= expired_at)
    ).all()
    session.execute(delete(BrowserSession).where(BrowserSession.token_id.in_(expired)))
    session.execute(delete(Token).where(Token.id.in_(expired)))
