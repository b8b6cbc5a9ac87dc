"""What processes have counted."""

import datetime as dt
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class ProcessCounts(Base):
    """What a process has counted: `numbers` are api.counts.Numbers. See domain.watching.counts."""

    __tablename__ = "process_counts"

    process: Mapped[str] = mapped_column(String(12), primary_key=True)
    numbers: Mapped[dict[str, Any]]
    seen_at: Mapped[dt.datetime]  # by the database's clock
