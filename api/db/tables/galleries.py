"""Galleries: renders that are shown together on a page."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.tables.base import Base


class Gallery(Base):
    """`id` is also the secret that its page, and the files of its renders, are found by. `is_public`: it is listed for
    everybody, and search engines are told of it."""

    __tablename__ = "galleries"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(String(500))
    is_public: Mapped[bool]
    created_at: Mapped[dt.datetime]


class GalleryRender(Base):
    """A render of a gallery, at its place."""

    __tablename__ = "gallery_renders"

    gallery_id: Mapped[str] = mapped_column(ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True)
    render_id: Mapped[str] = mapped_column(
        ForeignKey("renders.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int]
