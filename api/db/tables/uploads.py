"""Files that come in parts, in as many requests as it takes."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base, Json


class ResumableUpload(Base):
    """`size` bytes with `sha256` that are to become a model: see domain.renders.resumable. The parts that have come are
    files in the storage, `part_bytes` each but the last. `order` is what its sender said of the first render, in the
    words of the dialect. Once the model is made, the row names it until it expires, for who asks a second time.
    """

    __tablename__ = "resumable_uploads"
    __table_args__ = (
        Index("one_open_upload_per_bytes", "account_id", "sha256", unique=True,
              sqlite_where=text("model_id IS NULL"), postgresql_where=text("model_id IS NULL")),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    part_bytes: Mapped[int]
    tags: Mapped[list[str]]
    order: Mapped[dict[str, Any]] = mapped_column(Json)
    model_id: Mapped[str | None] = mapped_column(String(12))
    render_id: Mapped[str | None] = mapped_column(String(12))
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    created_at: Mapped[dt.datetime]
