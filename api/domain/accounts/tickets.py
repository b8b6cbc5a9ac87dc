"""Tickets: what a browser's EventSource or <video> brings in a URL, where it can't send a header with a key.

    <id of the key>.<when it expires, in seconds since 1970>.<HMAC-SHA256 of both, by the hash of the key>

Nothing is stored: whoever knows the key's row can check its tickets, every server of the farm alike, and they end with
the key. A ticket reads what its key reads, and nothing more; a URL is found in histories and logs, so it is soon over.
"""

import datetime as dt
import hashlib
import hmac
import re

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Token
from api.domain.accounts import credentials
from api.domain.accounts.credentials import Principal
from api.errors import TokenExpired, Unauthorized

SECONDS = 300
"""How long a ticket is good for: a video that is being watched asks for one piece after the other."""

SCOPE = "read"

_TICKET = re.compile(r"([0-9A-Za-z]{12})\.(\d{10})\.([0-9a-f]{64})", re.ASCII)


def issue(session: Session, token_id: str) -> tuple[str, dt.datetime]:
    """A ticket of the key with this id, and when it expires."""
    expires = int(clock.now().timestamp()) + SECONDS
    sha256 = session.scalars(select(Token.sha256).where(Token.id == token_id)).one()
    ticket = f"{token_id}.{expires}.{_signature(token_id, expires, sha256)}"
    return ticket, dt.datetime.fromtimestamp(expires, dt.UTC)


def redeem(database: Session | Connection, dialect: str, ticket: str) -> Principal:
    """Who may read by the ticket. Raises what `credentials.authenticate` raises, and TokenExpired."""
    principal = redeem_late(database, dialect, ticket)
    if int(ticket.split(".")[1]) <= clock.now().timestamp():
        raise TokenExpired("The ticket has expired; ask for another one")
    return principal


def redeem_late(database: Session | Connection, dialect: str, ticket: str) -> Principal:
    """The same of a ticket that was redeemed before, whatever time has passed since."""
    parts = _TICKET.fullmatch(ticket)
    row = credentials.row_by_id(database, dialect, parts[1]) if parts else None
    if parts is None or row is None:
        raise Unauthorized("The ticket is not valid")
    if not hmac.compare_digest(_signature(parts[1], int(parts[2]), row.sha256), parts[3]):
        raise Unauthorized("The ticket is not valid")
    principal = credentials.principal_of(row)
    principal.require(SCOPE)
    return credentials.restricted(principal, SCOPE)


def _signature(token_id: str, expires: int, sha256: str) -> str:
    return hmac.new(sha256.encode(), f"{token_id}.{expires}".encode(), hashlib.sha256).hexdigest()
