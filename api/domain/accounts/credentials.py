"""API keys, in the format of each dialect. A key opens the dialect that it was made for, and no other.

The raw key is shown once; the database holds its SHA-256, which is enough for a secret of 256 random bits.
"""

import dataclasses
import datetime as dt
import functools
import hashlib
import re
import secrets
import string
from collections.abc import Collection, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, Token
from api.domain.kit.texts import checked_text
from api.errors import (
    Forbidden,
    InsufficientScope,
    InvalidRequest,
    KeyNotFound,
    SpendingCap,
    TokenExpired,
    Unauthorized,
)
from api.ids import new_id

SCOPES = ("read", "write", "render", "admin")
"""What a key may be for: `admin` is to manage the account's keys."""
USUAL_SCOPES = ("read", "write", "render")
"""Of a key that nobody says more of: one that is lost must not be able to make others."""
_ALPHABET = string.ascii_letters + string.digits
_SECRET_LENGTH = 43  # characters of the alphabet that carry 256 bits


@dataclasses.dataclass(frozen=True, slots=True)
class Format:
    """How a dialect's keys look, and how requests carry them: `header` holds the key, after the scheme or in the cookie
    if it has one.

    A key is the prefix, a public part of `public_length` random characters and an underscore if that isn't 0, and the
    secret.
    """

    prefix: str
    header: str
    scheme: Literal["Bearer"] | None
    public_length: int = 0
    cookie: str | None = None

    def new(self) -> str:
        public = f"{_random(self.public_length)}_" if self.public_length else ""
        return f"{self.prefix}{public}{_random(_SECRET_LENGTH)}"

    def fits(self, raw: str) -> bool:
        """Whether a text can be a key at all: what can't is never looked for in the database."""
        return bool(_pattern(self).fullmatch(raw))

    @property
    def sample(self) -> str:
        """The header as a request sends it, without a real key."""
        scheme = f"{self.scheme} " if self.scheme else f"{self.cookie}=" if self.cookie else ""
        return f"{self.header}: {scheme}{self.prefix}..."


@functools.cache
def _pattern(format: Format) -> re.Pattern[str]:
    public = rf"[0-9A-Za-z]{{{format.public_length}}}_" if format.public_length else ""
    return re.compile(rf"{re.escape(format.prefix)}{public}[\w-]{{{_SECRET_LENGTH}}}", re.ASCII)


FORMATS: dict[str, Format] = {
    "dxgl": Format("dxgl_sk_", "Authorization", "Bearer"),
    "glossi": Format("glsi_", "X-API-Key", None, public_length=10),
    "generio": Format("generio_", "Authorization", "Bearer"),
    "grok": Format("grok_", "Authorization", "Bearer"),
    "portal": Format("pirouette_ps_", "Cookie", None, cookie="pirouette_session"),
}
"""By dialect. Sources: dx.gl's and Glossi's API references. Generio's documents no format, and the Grok pipeline has no
keys at all (the farm's administrators need one): these prefixes are ours.

The portal's are made when people sign in, by `sessions`, and for nobody else."""

PROGRAMS = tuple(dialect for dialect, format in FORMATS.items() if format.cookie is None)
"""Dialects whose keys are for programs."""

MAX_NAME_LENGTH = 100

TOUCH_EVERY = dt.timedelta(minutes=1)
"""How exact `last_used_at` is: a write for each request would be dear."""


_KEYS = (
    select(
        Token.id, Token.account_id, Token.sha256, Token.scopes, Token.expires_at, Token.revoked_at,
        Token.last_used_at, Token.credits_cap, Account.is_admin, Account.suspended_at,
    )
    .join(Account, Account.id == Token.account_id)
    .where(Token.dialect == bindparam("dialect"))
)  # fmt: skip
_BY_SHA256 = _KEYS.where(Token.sha256 == bindparam("sha256"))
"""Made once, because it is asked with every request."""
_BY_ID = _KEYS.where(Token.id == bindparam("token_id"))


@dataclasses.dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new key. `raw` is the secret itself; nothing but its hash is kept."""

    id: str
    raw: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class TokenView:
    """A key as its owner may see it. `hint` is its first characters. `credits_cap` is the most that it may spend in
    all, and `credits_spent` what it has, without what was refunded."""

    id: str
    dialect: str
    name: str
    hint: str
    scopes: tuple[str, ...]
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    credits_cap: int | None
    credits_spent: int
    created_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, and what their key allows. `touch_due`: `touch` should be called to note the key's use.
    `is_capped`: there is a limit on what the key may spend."""

    account_id: str
    token_id: str
    scopes: frozenset[str]
    is_admin: bool
    touch_due: bool
    is_capped: bool

    def require(self, scope: str) -> None:
        """Raises InsufficientScope."""
        if scope not in self.scopes:
            raise InsufficientScope(f'The token lacks the scope "{scope}"')


def issue(
    session: Session,
    account_id: str,
    *,
    name: str,
    dialect: str = "dxgl",
    scopes: Sequence[str] = USUAL_SCOPES,
    expires_at: dt.datetime | None = None,
    credits_cap: int | None = None,
) -> IssuedToken:
    """A new key for the account, of one of FORMATS. Raises InvalidRequest for a bad name, and for no or unknown scopes.
    """
    if not (text := checked_text("name", name, MAX_NAME_LENGTH)):
        raise InvalidRequest(f"A key's name has 1 to {MAX_NAME_LENGTH} characters", param="name")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InvalidRequest(f"A key's scopes are some of {', '.join(SCOPES)}", param="scopes")
    raw = FORMATS[dialect].new()
    token = Token(
        id=new_id(),
        account_id=account_id,
        dialect=dialect,
        name=text,
        hint=raw[: len(FORMATS[dialect].prefix) + 4],
        sha256=_digest(raw),
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires_at=expires_at,
        credits_cap=credits_cap,
        created_at=clock.now(),
    )
    session.add(token)
    session.flush()
    return IssuedToken(token.id, raw)


def authenticate(database: Session | Connection, dialect: str, raw: str) -> Principal:
    """Whose key this is, by one indexed query that writes nothing.

    Raises Unauthorized (malformed, unknown, revoked, another dialect's), TokenExpired, Forbidden (account suspended).
    """
    if not FORMATS[dialect].fits(raw):
        raise Unauthorized
    row = database.execute(_BY_SHA256, {"sha256": _digest(raw), "dialect": dialect}).one_or_none()
    if row is None:
        raise Unauthorized
    return principal_of(row)


def row_by_id(database: Session | Connection, dialect: str, token_id: str) -> Row[*tuple[Any, ...]] | None:
    """What the database has of a key, for `principal_of`, by the key's id instead of the key."""
    return database.execute(_BY_ID, {"token_id": token_id, "dialect": dialect}).one_or_none()


def principal_of(row: Row[*tuple[Any, ...]]) -> Principal:
    """Raises Unauthorized for a revoked key, TokenExpired, and Forbidden where the account is suspended."""
    if row.revoked_at is not None:
        raise Unauthorized
    now = clock.now()
    if row.expires_at is not None and row.expires_at <= now:
        raise TokenExpired
    if row.suspended_at is not None:
        raise Forbidden
    touch_due = row.last_used_at is None or row.last_used_at <= now - TOUCH_EVERY
    is_capped = row.credits_cap is not None
    return Principal(row.account_id, row.id, frozenset(row.scopes), row.is_admin, touch_due, is_capped)


def restricted(principal: Principal, scope: str) -> Principal:
    """The same caller with this scope alone, and without an administrator's rights."""
    return dataclasses.replace(principal, scopes=frozenset({scope}), is_admin=False)


def touch(session: Session, token_ids: Collection[str]) -> None:
    """Notes that the keys were used, at most once a minute whoever calls how often."""
    now = clock.now()
    session.execute(
        update(Token)
        .where(Token.id.in_(token_ids), or_(Token.last_used_at.is_(None), Token.last_used_at <= now - TOUCH_EVERY))
        .values(last_used_at=now)
    )


def revoke(session: Session, account_id: str, token_id: str) -> None:
    """The key is refused from now on. Raises KeyNotFound unless the account has such a key."""
    revoked = session.scalar(
        update(Token)
        .where(Token.id == token_id, Token.account_id == account_id)
        .values(revoked_at=clock.now())
        .returning(Token.id)
    )
    if revoked is None:
        raise KeyNotFound(f"No key {token_id}")


def spend(session: Session, token_id: str, credits: int) -> None:
    """Counts what the key orders. Raises SpendingCap where that is more than it may spend."""
    within = or_(Token.credits_cap.is_(None), Token.credits_spent + credits <= Token.credits_cap)
    spent = session.scalar(
        update(Token)
        .where(Token.id == token_id, within)
        .values(credits_spent=Token.credits_spent + credits)
        .returning(Token.credits_spent)
    )
    if spent is None:
        left = session.scalar(select(Token.credits_cap - Token.credits_spent).where(Token.id == token_id))
        raise SpendingCap(f"This costs {credits} credits, and the key has {left} left of what it may spend")


def unspend(session: Session, token_id: str, credits: int) -> None:
    """Counts a refund of what the key ordered."""
    session.execute(
        update(Token).where(Token.id == token_id).values(credits_spent=Token.credits_spent - credits)
    )


def list_tokens(session: Session, account_id: str) -> list[TokenView]:
    """All keys of the account, oldest first."""
    tokens = session.scalars(select(Token).where(Token.account_id == account_id).order_by(Token.created_at, Token.id))
    return [
        TokenView(
            t.id, t.dialect, t.name, t.hint, tuple(t.scopes), t.expires_at, t.revoked_at, t.last_used_at, t.credits_cap,
            t.credits_spent, t.created_at,
        )
        for t in tokens
    ]


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()
