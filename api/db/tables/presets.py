"""Looks that an account has named, to be chosen again."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class Preset(Base):
    """`settings` are render settings by the farm's names: those that were chosen, without the usual ones."""

    __tablename__ = "presets"
    __table_args__ = (UniqueConstraint("account_id", "name", name="uq_presets_name"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(60))
    settings: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
