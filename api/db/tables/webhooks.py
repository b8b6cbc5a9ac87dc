"""Who wants to be told of what, and what was sent to them."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base, Json


class WebhookSecret(Base):
    """What an account's deliveries in one dialect are signed with: `whsec_` and base64."""

    __tablename__ = "webhook_secrets"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    dialect: Mapped[str] = mapped_column(String(10), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]


class WebhookTarget(Base):
    """A URL that an account has events sent to, spelt in the words of `dialect`. What it is sent: WebhookSubscription.

    `failing_since` is when a delivery was first given up after the last that arrived. `disabled_reason` says why
    `enabled` is false.
    """

    __tablename__ = "webhook_targets"
    __table_args__ = (
        UniqueConstraint("account_id", "dialect", "url"),
        CheckConstraint("enabled = (disabled_reason IS NULL)", name="disabled_with_reason"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    dialect: Mapped[str] = mapped_column(String(10))
    url: Mapped[str] = mapped_column(String(2000))
    description: Mapped[str | None] = mapped_column(String(200))
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class WebhookSubscription(Base):
    """A target is sent those of the subject's events that are in `events`.

    The subject is one thing, such as a render, or an account, which stands for all that it owns.
    """

    __tablename__ = "webhook_subscriptions"

    subject_kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(24), primary_key=True)
    target_id: Mapped[str] = mapped_column(
        ForeignKey("webhook_targets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    events: Mapped[list[str]]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)


class WebhookDelivery(Base):
    """An event on its way to a target. `id` is what the receiver knows it by, however often it is sent.

    `data` is the event's in no dialect's words. `body` are the bytes sent, made of it before the first attempt. A claim
    raises `attempt` and moves `due_at` on by the time that an attempt may take; only the newest may tell its outcome.
    `failures` counts the attempts that went wrong since it was last asked for. The answer is the last attempt's.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("webhook_deliveries_due", "due_at",
              sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
        Index("webhook_deliveries_by_account", "account_id", "created_at", "id"),
        CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state_known"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    target_id: Mapped[str] = mapped_column(ForeignKey("webhook_targets.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(24))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="pending")
    due_at: Mapped[dt.datetime]  # by the database's clock
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    answer_status: Mapped[int | None]
    answer_body: Mapped[str | None] = mapped_column(Text)
    problem: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    updated_at: Mapped[dt.datetime]
