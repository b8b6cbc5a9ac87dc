"""Who asks, with which keys, and their credits."""

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base, BigId


class Account(Base):
    """Who owns models and credits. `credits` is always the sum of the account's ledger entries.

    Triggers keep `render_count` and `preview_count`, how many renders it has without previews and how many previews.
    """

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("credits >= 0", name="credits_not_negative"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    credits: Mapped[int] = mapped_column(default=0)
    render_count: Mapped[int] = mapped_column(default=0)
    preview_count: Mapped[int] = mapped_column(default=0)
    is_admin: Mapped[bool] = mapped_column(default=False)
    service_class: Mapped[int] = mapped_column(default=10, server_default="10")  # domain.accounts.classes
    suspended_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]  # then all that it had goes: domain.removal.accounts
    created_at: Mapped[dt.datetime]


class StoredBytes(Base):
    """What the files of an account come to: of its models, its overlays and what was made for it.

    Triggers keep it, on PostgreSQL at the end of the transaction: see db.dialects.count_now. No transaction locks
    anything else after it.
    """

    __tablename__ = "stored_bytes"
    __table_args__ = (CheckConstraint("total >= 0", name="total_not_negative"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)


class Quota(Base):
    """What an administrator allows an account instead of what the settings say: see domain.accounts.quotas."""

    __tablename__ = "quotas"
    __table_args__ = (CheckConstraint("value >= 0", name="value_not_negative"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)  # one of domain.accounts.quotas.QUOTAS
    value: Mapped[int]  # 0: no limit


class Token(Base):
    """An API key of a dialect. Only its SHA-256 is kept; `hint` is the few first characters, to tell keys apart."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    dialect: Mapped[str] = mapped_column(String(20), server_default="dxgl")  # one of domain.credentials.FORMATS
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    credits_cap: Mapped[int | None]  # the most that it may spend in all
    credits_spent: Mapped[int] = mapped_column(server_default="0")  # without what was refunded
    created_at: Mapped[dt.datetime]


class LedgerEntry(Base):
    """A change of an account's credits. Append-only: triggers refuse UPDATE and DELETE.

    kind: grant (+), charge (-), refund (+, at most one for each charge). Charges and refunds name their subject, such
    as a render, and which of its charges it is: a render that failed and is tried again is charged again. `source` says
    where a grant came from: the free credits of sign-up, or a purchase.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("kind IN ('grant', 'charge', 'refund')", name="kind_known"),
        CheckConstraint("(kind = 'charge') = (amount < 0)", name="amount_sign"),
        CheckConstraint("(kind = 'grant') = (subject_id IS NULL)", name="subject_named"),
        CheckConstraint("(subject_id IS NULL) = (subject_kind IS NULL)", name="subject_kind_named"),
        CheckConstraint("(subject_id IS NULL) = (charge_number IS NULL)", name="charge_numbered"),
        CheckConstraint("(kind = 'grant') = (source IS NOT NULL)", name="source_named"),
        CheckConstraint("source IN ('signup', 'purchase')", name="source_known"),
        Index("one_entry_per_charge_and_kind", "subject_id", "subject_kind", "charge_number", "kind", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    subject_kind: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[str | None] = mapped_column(String(12))  # no foreign key: entries outlive their subjects
    charge_number: Mapped[int | None]  # from 1
    token_id: Mapped[str | None] = mapped_column(String(12))  # the key that ordered; no foreign key, as above
    source: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime]


class IdempotencyKey(Base):
    """A request that its sender may repeat: who works on it, then the answer it got. See domain.idempotency.

    `status` and `body` are the answer, NULL while `holder` works on it. Times are by the database's clock.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (CheckConstraint("(status IS NULL) = (body IS NULL)", name="answer_whole"),)

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    holder: Mapped[str] = mapped_column(String(12))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
