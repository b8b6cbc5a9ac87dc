"""People who sign in to the portal, the browsers they are signed in with, and the links by which they come in."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class Person(Base):
    """Somebody who signs in with an e-mail address and a password, and works in one account.

    `failures` are the attempts to sign in since the last one that succeeded, or since a lock-out ended.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))  # argon2's own text, with its parameters
    is_admin: Mapped[bool]  # of the account: manages its people and keys
    failures: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class PersonLink(Base):
    """A link that is good for one use. Only the SHA-256 of its secret is kept; the row is deleted by the use.

    `first` makes the farm's first administrator, `invite` another person in the account, `reset` sets the person's
    password anew.
    """

    __tablename__ = "person_links"
    __table_args__ = (
        CheckConstraint("purpose IN ('first', 'invite', 'reset')", name="purpose_known"),
        CheckConstraint("(purpose = 'invite') = (account_id IS NOT NULL)", name="account_named"),
        CheckConstraint("(purpose = 'reset') = (person_id IS NOT NULL)", name="person_named"),
    )

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    email: Mapped[str | None] = mapped_column(String(254))  # whom it was made for
    is_admin: Mapped[bool]  # what an invited person is to be
    expires_at: Mapped[dt.datetime]


class BrowserSession(Base):
    """A browser in which a person is signed in. Its secret is a key of the dialect `portal`, kept in a cookie."""

    __tablename__ = "browser_sessions"

    token_id: Mapped[str] = mapped_column(ForeignKey("tokens.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
