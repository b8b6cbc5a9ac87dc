"""Models and overlays."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base, Json


class Model(Base):
    """A 3D file, unique by its bytes within an account until deleted. `state` is domain.catalog.states'.

    `sha256` is that of the uploaded bytes or, of a generated model and of one among several in a ZIP, of all that
    decides them. `storage_key` and
    `file_size` change once if those were a ZIP, or are still to be made. The `file_size` is 0 before there is a file,
    and again once a deleted model's is gone.
    """

    __tablename__ = "models"
    __table_args__ = (
        Index("models_by_account", "account_id", "created_at", "id"),
        Index("models_by_file", "storage_key", unique=True),
        Index("one_live_model_per_bytes", "account_id", "sha256", unique=True,
              sqlite_where=text("deleted_at IS NULL"), postgresql_where=text("deleted_at IS NULL")),
        Index("models_to_discard", "discard_at",
              sqlite_where=text("deleted_at IS NOT NULL AND file_size > 0"),
              postgresql_where=text("deleted_at IS NOT NULL AND file_size > 0")),
        Index("models_deleted_by_account", "account_id",
              sqlite_where=text("deleted_at IS NOT NULL AND file_size > 0"),
              postgresql_where=text("deleted_at IS NOT NULL AND file_size > 0")),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    original_name: Mapped[str] = mapped_column(String(255))
    title: Mapped[str | None] = mapped_column(String(200))
    sku: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(20), server_default="pending")
    error_code: Mapped[str | None] = mapped_column(String(50))
    error_message: Mapped[str | None] = mapped_column(Text)
    inspection_id: Mapped[str | None] = mapped_column(String(12), index=True)  # the task that reads the file, if any
    thumbnail_id: Mapped[str | None] = mapped_column(String(12), index=True)  # the one that draws its thumbnail, if any
    contents: Mapped[dict[str, Any] | None] = mapped_column(Json)  # domain.catalog.contents'; NULL until it is read
    file_size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(200))
    archived_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]
    discard_at: Mapped[dt.datetime | None]  # until when a deleted model can be had back; NULL: it can't
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
