"""The tables. The database is the truth; what can be a constraint is one. Migrations in /migrations build them."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Json = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite autoincrements INTEGER PRIMARY KEY only


class UtcDateTime(TypeDecorator[dt.datetime]):
    """Aware UTC datetimes on every database (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        return value if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None or value.tzinfo is dt.UTC:
            return value
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dt.datetime: UtcDateTime(), dict[str, Any]: Json, list[str]: Json}


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
    suspended_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Token(Base):
    """An API key. Only its SHA-256 is kept; `hint` is the few first characters, so that people can tell keys apart."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class LedgerEntry(Base):
    """A change of an account's credits. Append-only: triggers refuse UPDATE and DELETE.

    kind: grant (+), charge (-, once per render), refund (+, once per render). `source` says where a grant came from:
    the free credits of sign-up, or a purchase.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("kind IN ('grant', 'charge', 'refund')", name="kind_known"),
        CheckConstraint("(kind = 'charge') = (amount < 0)", name="amount_sign"),
        CheckConstraint("(kind = 'grant') = (render_id IS NULL)", name="render_named"),
        CheckConstraint("(kind = 'grant') = (source IS NOT NULL)", name="source_named"),
        CheckConstraint("source IN ('signup', 'purchase')", name="source_known"),
        Index("one_entry_per_render_and_kind", "render_id", "kind", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int]
    render_id: Mapped[str | None] = mapped_column(String(12))  # no foreign key: entries outlive deleted renders
    source: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime]


class Model(Base):
    """An uploaded 3D file, unique by its bytes within an account until deleted.

    `sha256` is that of the uploaded bytes; `storage_key` and `file_size` change once if those were a ZIP.
    """

    __tablename__ = "models"
    __table_args__ = (
        Index("models_by_account", "account_id", "created_at", "id"),
        Index("models_by_file", "storage_key", unique=True),
        Index("one_live_model_per_bytes", "account_id", "sha256", unique=True,
              sqlite_where=text("deleted_at IS NULL"), postgresql_where=text("deleted_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    original_name: Mapped[str] = mapped_column(String(255))
    title: Mapped[str | None] = mapped_column(String(200))
    sku: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[list[str]]
    contents: Mapped[dict[str, Any] | None] = mapped_column(Json)  # domain.contents.Names; NULL until a worker read it
    file_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(200))
    archived_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class ModelTag(Base):
    """A tag of a model, for finding models by it. `Model.tags` has them all, in their order."""

    __tablename__ = "model_tags"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(50), primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"), primary_key=True, index=True)


class Overlay(Base):
    """An image to composite renders with, or a panorama to light them: an account's, or for all.

    Deleted ones stay while renders need their file.
    """

    __tablename__ = "overlays"
    __table_args__ = (
        Index("overlays_by_account", "account_id", "created_at", "id"),
        Index("overlays_deleted", "deleted_at",
              sqlite_where=text("deleted_at IS NOT NULL"), postgresql_where=text("deleted_at IS NOT NULL")),
        CheckConstraint("layer IN ('background', 'foreground', 'environment')", name="layer_known"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))  # NULL: the system's
    layer: Mapped[str] = mapped_column(String(11))
    name: Mapped[str | None] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(500))
    alignment: Mapped[str] = mapped_column(String(13))
    storage_key: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(18))
    file_size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    deleted_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Shot(Base):
    """A sequence of frames of one model that one or more renders share. `kind` and `spec` are domain.shots.Work's.

    From `stage` on it is progress, told by heartbeats; whoever takes a segment from one state to another, other than by
    claiming it, holds this row's lock.
    """

    __tablename__ = "shots"
    __table_args__ = (CheckConstraint("kind IN ('video', 'image', 'dataset')", name="kind_known"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"), index=True)
    frame_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    spec: Mapped[dict[str, Any]]
    frame_count: Mapped[int]
    stage: Mapped[str] = mapped_column(String(20), default="queued")
    frames_done: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[dt.datetime | None]  # NULL unless at work
    heard_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


FILE_SIZE = """
CAST(coalesce(files -> 'video' ->> 'size', files -> 'image' ->> 'size', files -> 'dataset' ->> 'size') AS BIGINT)
""".strip()
HAS_WEB = "(files -> 'web') IS NOT NULL"


class Render(Base):
    """What a user asked and paid for.

    `files` maps video, web, image, dataset, thumb, poster, poster_full, as far as its output has them, to
    {key, size, etag, content_type}. The database works out of them how large the main file is and whether there is a
    web version, which every list tells.
    """

    __tablename__ = "renders"
    __table_args__ = (
        Index("renders_by_account", "account_id", "created_at", "id", "is_system_preview"),
        Index("renders_by_model", "model_id", "created_at", "id"),
        Index("renders_by_status", "account_id", "status", "created_at", "id", "is_system_preview"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"))
    shot_id: Mapped[str] = mapped_column(ForeignKey("shots.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)  # passed on as text, so kept as text
    variant: Mapped[dict[str, Any]]  # domain.shots.Work's
    is_system_preview: Mapped[bool] = mapped_column(default=False)
    credits: Mapped[int]
    files: Mapped[dict[str, Any]] = mapped_column(JSON)
    file_size: Mapped[int | None] = mapped_column(BigInteger, Computed(FILE_SIZE, persisted=True))
    has_web: Mapped[bool] = mapped_column(Computed(HAS_WEB, persisted=True))
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)  # what of the model was ignored
    error_message: Mapped[str | None] = mapped_column(Text)
    shared_at: Mapped[dt.datetime | None]  # since when everybody may fetch the files
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class RenderOverlay(Base):
    """A render was ordered with an overlay. The row goes with the first of them that goes."""

    __tablename__ = "render_overlays"

    overlay_id: Mapped[str] = mapped_column(ForeignKey("overlays.id", ondelete="CASCADE"), primary_key=True)
    render_id: Mapped[str] = mapped_column(
        ForeignKey("renders.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Segment(Base):
    """What a worker claims: all of a shot, or a contiguous run of its frames, or to join what was made of all runs.

    A claim raises `attempt` and sets `lease_until`; only the holder of the newest attempt may settle. `failures` counts
    the attempts that went wrong, and decides when to give up. Segments leave `pending` only under their lane's lock. An
    assembly is `waiting` until the `waits_for` parts still to be drawn are zero; `files` are those that a part made.
    """

    __tablename__ = "segments"
    __table_args__ = (
        Index("segments_pending", "account_id", "queue", "priority", "created_at", "shot_id", "first_frame",
              sqlite_where=text("state = 'pending'"), postgresql_where=text("state = 'pending'")),
        Index("segments_running", "account_id",
              sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")),
        Index("segments_leased", "lease_until",
              sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")),
        CheckConstraint("role IN ('whole', 'part', 'assembly')", name="role_known"),
        CheckConstraint("state IN ('waiting', 'pending', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("(state = 'waiting') = (waits_for > 0) OR state = 'failed'", name="waits_for_parts"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="lease_held_while_running"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    shot_id: Mapped[str] = mapped_column(ForeignKey("shots.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    queue: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int]  # lower is sooner: 0 previews, 10 paid renders
    role: Mapped[str] = mapped_column(String(10), default="whole")
    first_frame: Mapped[int]
    frame_count: Mapped[int]
    waits_for: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(10))
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[dt.datetime | None]  # by the database's clock
    frames_done: Mapped[int] = mapped_column(default=0)
    files: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {key, size, etag, content_type} by name
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class Lane(Base):
    """An account's line of pending segments in one queue at one priority; the row is there while the line isn't empty.

    Claims choose among lanes, of which there are few, instead of among segments, of which there may be very many; and
    who adds to a line or takes from it holds its row's lock.
    """

    __tablename__ = "lanes"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    queue: Mapped[str] = mapped_column(String(20), primary_key=True)
    priority: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    oldest_at: Mapped[dt.datetime]  # created_at of the line's first segment


class OutboxMessage(Base):
    """A hint to send once the transaction that wrote it is committed. Deleted when sent."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    queue: Mapped[str] = mapped_column(String(20))
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


class Worker(Base):
    """A worker process that is up, the device it draws on, and what makes its H.264. Removed when it leaves or falls
    silent."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    device: Mapped[str] = mapped_column(Text)
    software: Mapped[bool]
    encoder: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]  # by the database's clock
