"""What users ordered of models."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Computed, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base

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
