"""Pictures that are drawn when somebody asks for them first, and what the links to them are signed with."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class Picture(Base):
    """A picture of a model, by a link or, with `asked_by`, for a person who looks at the model in the portal.

    `key` is a hash of all that says which picture of the model it is, so that whoever asks for the same shares it.
    `task_id` is NULL until somebody has asked for it; `variant` is what is made of the task's frame. `token_id` is the
    key by which its link was made, and which its price counts for.
    """

    __tablename__ = "pictures"
    __table_args__ = (
        Index("one_picture_per_key", "model_id", "key", unique=True),
        Index("pictures_by_person", "asked_by", "created_at",
              sqlite_where=text("asked_by IS NOT NULL"), postgresql_where=text("asked_by IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"))
    key: Mapped[str] = mapped_column(String(64))
    task_id: Mapped[str | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    variant: Mapped[dict[str, Any]] = mapped_column(default=dict)
    token_id: Mapped[str | None] = mapped_column(String(12))  # no foreign key: keys go, pictures stay
    asked_by: Mapped[str | None] = mapped_column(String(12))  # no foreign key: people go, too
    created_at: Mapped[dt.datetime]


class PictureKey(Base):
    """What the links to an account's pictures are signed with. Another key makes all earlier links void."""

    __tablename__ = "picture_keys"

    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[dt.datetime]
