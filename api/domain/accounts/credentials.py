"""API keys. The raw key is shown once; the database holds its SHA-256, enough for a secret of 256 random bits."""

import dataclasses
import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, Token
from api.errors import Forbidden, InsufficientScope, InvalidRequest, NotFound, TokenExpired, Unauthorized
from api.ids import new_id

SCOPES = ("read", "write", "render")
PREFIX = "dxgl_sk_"
RAW_LENGTH = len(PREFIX) + 43  # 32 bytes in URL-safe base64 without padding
TOUCH_EVERY = dt.timedelta(minutes=1)
"""How exact `last_used_at` is: a write for each request would be dear."""


_BY_SHA256 = (
    select(
        Token.id, Token.account_id, Token.scopes, Token.expires_at, Token.revoked_at, Token.last_used_at,
        Account.is_admin, Account.suspended_at,
    )
    .join(Account, Account.id == Token.account_id)
    .where(Token.sha256 == bindparam("sha256"))
)  # fmt: skip
"""Made once, because it is asked with every request."""


@dataclasses.dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new key. `raw` is the secret itself; nothing but its hash is kept."""

    id: str
    raw: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class TokenView:
    """A key as its owner may see it. `hint` is its first characters."""

    id: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    created_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, and what their key allows. `touch_due`: `touch` should be called to note the key's use."""

    account_id: str
    token_id: str
    scopes: frozenset[str]
    is_admin: bool
    touch_due: bool

    def require(self, scope: str) -> None:
        """Raises InsufficientScope."""
        if scope not in self.scopes:
            raise InsufficientScope(f'The token lacks the scope "{scope}"')


def issue(
    session: Session,
    account_id: str,
    *,
    name: str,
    scopes: Sequence[str] = SCOPES,
    expires_at: dt.datetime | None = None,
) -> IssuedToken:
    """A new key for the account. Raises InvalidRequest for an empty or long name, and for no or unknown scopes."""
    if not 1 <= len(name) <= 100:
        raise InvalidRequest("A token's name has 1 to 100 characters", param="name")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InvalidRequest(f"A token's scopes are some of {', '.join(SCOPES)}", param="scopes")
    raw = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=new_id(),
        account_id=account_id,
        name=name,
        hint=raw[: len(PREFIX) + 4],
        sha256=_digest(raw),
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
        created_at=clock.now(),
    )
    session.add(token)
    session.flush()
    return IssuedToken(token.id, raw)


def authenticate(database: Session | Connection, raw: str) -> Principal:
    """Whose key this is, by one indexed query that writes nothing.

    Raises Unauthorized (malformed, unknown, revoked), TokenExpired, Forbidden (account suspended).
    """
    if len(raw) != RAW_LENGTH or not raw.startswith(PREFIX):
        raise Unauthorized
    row = database.execute(_BY_SHA256, {"sha256": _digest(raw)}).one_or_none()
    if row is None or row.revoked_at is not None:
        raise Unauthorized
    now = clock.now()
    if row.expires_at is not None and row.expires_at <= now:
        raise TokenExpired
    if row.suspended_at is not None:
        raise Forbidden
    touch_due = row.last_used_at is None or row.last_used_at <= now - TOUCH_EVERY
    return Principal(row.account_id, row.id, frozenset(row.scopes), row.is_admin, touch_due)


def touch(session: Session, token_id: str) -> None:
    """Notes that the key was used, at most once a minute whoever calls how often."""
    now = clock.now()
    session.execute(
        update(Token)
        .where(Token.id == token_id, or_(Token.last_used_at.is_(None), Token.last_used_at <= now - TOUCH_EVERY))
        .values(last_used_at=now)
    )


def revoke(session: Session, account_id: str, token_id: str) -> None:
    """The key is refused from now on. Raises NotFound unless the account has such a key."""
    revoked = session.scalar(
        update(Token)
        .where(Token.id == token_id, Token.account_id == account_id)
        .values(revoked_at=clock.now())
        .returning(Token.id)
    )
    if revoked is None:
        raise NotFound(f"No token {token_id}")


def list_tokens(session: Session, account_id: str) -> list[TokenView]:
    """All keys of the account, oldest first."""
    tokens = session.scalars(select(Token).where(Token.account_id == account_id).order_by(Token.created_at, Token.id))
    return [
        TokenView(
            t.id, t.name, t.hint, tuple(t.scopes), t.expires_at, t.revoked_at, t.last_used_at, t.created_at
        )
        for t in tokens
    ]


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
