"""What users ordered of models."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class Render(Base):
    """What a user asked and paid for.

    `settings` are as its dialect spells them: only the dialect reads them. `output` is what they ask for. `file_size`
    is that of the main file, and `has_web` says whether there is a web version, once it is done. `checks` say what may
    be wrong with it, as domain.renders.checks has them.
    """

    __tablename__ = "renders"
    __table_args__ = (
        Index("renders_by_account", "account_id", "created_at", "id", "is_system_preview"),
        Index("renders_by_share", "share_id"),
        Index("renders_by_age", "created_at"),
        Index("renders_by_model", "model_id", "created_at", "id"),
        Index("renders_by_status", "account_id", "status", "created_at", "id", "is_system_preview"),
        Index("one_preview_per_model", "model_id", unique=True,
              sqlite_where=text("is_system_preview = 1"), postgresql_where=text("is_system_preview")),
        Index("renders_waiting_previews", "account_id",
              sqlite_where=text("is_system_preview = 1 AND status = 'pending'"),
              postgresql_where=text("is_system_preview AND status = 'pending'")),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    output: Mapped[str] = mapped_column(String(10))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)  # passed on as text, so kept as text
    variant: Mapped[dict[str, Any]]  # what of the task's frames is made for this render
    is_system_preview: Mapped[bool] = mapped_column(default=False)
    credits: Mapped[int]
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    has_web: Mapped[bool] = mapped_column(default=False)
    warnings: Mapped[list[str]] = mapped_column(JSON, default=list)  # what of the model was ignored
    checks: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))  # NULL until it is drawn
    error_code: Mapped[str | None] = mapped_column(String(50))
    error_message: Mapped[str | None] = mapped_column(Text)
    shared_at: Mapped[dt.datetime | None]  # since when everybody who has the link may fetch the files
    share_id: Mapped[str | None] = mapped_column(String(12))  # the link's secret, while it is shared
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class DeletedRender(Base):
    """A finished render that its owner has deleted, and may have back until it goes for good.

    `row` is the row of Render as it was, times in ISO 8601. Its results, of `size` bytes together, and its task stay.
    """

    __tablename__ = "deleted_renders"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"))
    task_id: Mapped[str] = mapped_column(ForeignKey("tasks.id"), index=True)
    output: Mapped[str] = mapped_column(String(10))
    row: Mapped[dict[str, Any]] = mapped_column(JSON)  # its settings keep their order
    size: Mapped[int] = mapped_column(BigInteger)
    deleted_at: Mapped[dt.datetime]
    discard_at: Mapped[dt.datetime] = mapped_column(index=True)


class RenderOverlay(Base):
    """A render was ordered with an overlay. The row is deleted with either of them."""

    __tablename__ = "render_overlays"

    overlay_id: Mapped[str] = mapped_column(ForeignKey("overlays.id", ondelete="CASCADE"), primary_key=True)
    render_id: Mapped[str] = mapped_column(
        ForeignKey("renders.id", ondelete="CASCADE"), primary_key=True, index=True
    )
