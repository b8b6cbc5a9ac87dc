"""Files that were made for somebody: of renders, models, or whatever else owns tasks."""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class Result(Base):
    """A stored file of the subject, by a name such as "video" or "poster". `etag` is a strong validator, unquoted."""

    __tablename__ = "results"

    subject_id: Mapped[str] = mapped_column(String(12), primary_key=True)  # no foreign key: of any kind of subject
    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(BigInteger)
    etag: Mapped[str] = mapped_column(String(80))
    content_type: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[dt.datetime]
