"""Galleries: chosen renders on one page, for everybody who has its link or, of a public one, for everybody.

Who sees a gallery may fetch the files of its renders, whether or not each is shared by a link of its own too.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, Gallery, GalleryRender, Render
from api.domain.kit import paging
from api.domain.kit.paging import Page
from api.domain.kit.texts import checked_text
from api.domain.renders import shares
from api.domain.renders.shares import MOST_SHOWN, SharedRender
from api.errors import InvalidRequest, NotFound, RenderNotFound
from api.ids import is_id, new_id

MOST = 200
"""Of an account: a list that people still look through."""
MAX_TITLE_LENGTH = 100
MAX_TEXT_LENGTH = 500


@dataclasses.dataclass(frozen=True, slots=True)
class GalleryView:
    """`render_ids` are in the order in which its page shows them, and `outputs` what each of them is."""

    id: str
    title: str
    text: str
    is_public: bool
    created_at: dt.datetime
    render_ids: tuple[str, ...]
    outputs: tuple[str, ...]


def list_galleries(session: Session, account_id: str) -> list[GalleryView]:
    """The account's, newest first."""
    return _views(session, Gallery.account_id == account_id)


def get_gallery(session: Session, account_id: str, gallery_id: str) -> GalleryView:
    """Raises NotFound, also for another account's."""
    found = _views(session, Gallery.account_id == account_id, Gallery.id == gallery_id) if is_id(gallery_id) else []
    if not found:
        raise NotFound("No such gallery")
    return found[0]


def save(
    session: Session, account_id: str, gallery_id: str | None, *, title: str, text: str, is_public: bool,
    render_ids: Sequence[str],
) -> GalleryView:  # fmt: skip
    """A new gallery, or the one of that id with other content.

    Raises NotFound; InvalidRequest for a text or a number of renders that can't be, or too many galleries;
    RenderNotFound for a render that isn't the account's.
    """
    named = checked_text("title", title, MAX_TITLE_LENGTH)
    if not named:
        raise InvalidRequest(f"title must have 1 to {MAX_TITLE_LENGTH} characters", param="title")
    told = checked_text("text", text, MAX_TEXT_LENGTH) or ""
    wanted = list(dict.fromkeys(render_ids))
    if not 1 <= len(wanted) <= MOST_SHOWN:
        raise InvalidRequest(f"A gallery shows 1 to {MOST_SHOWN} renders", param="render_ids")
    own = set(session.scalars(select(Render.id).where(Render.id.in_(wanted), Render.account_id == account_id)))
    if missing := [render_id for render_id in wanted if render_id not in own]:
        raise RenderNotFound(f"There is no render {missing[0]}", param="render_ids")
    values = {"title": named, "text": told, "is_public": is_public}
    if gallery_id is None:
        count = session.scalar(select(func.count()).where(Gallery.account_id == account_id)) or 0
        if count >= MOST:
            raise InvalidRequest(f"An account has up to {MOST} galleries; delete one first")
        gallery_id = new_id()
        session.execute(
            insert(Gallery).values(id=gallery_id, account_id=account_id, created_at=clock.now(), **values)
        )
    else:
        owned = Gallery.id == gallery_id, Gallery.account_id == account_id
        if session.scalar(update(Gallery).where(*owned).values(**values).returning(Gallery.id)) is None:
            raise NotFound("No such gallery")
        session.execute(delete(GalleryRender).where(GalleryRender.gallery_id == gallery_id))
    session.execute(insert(GalleryRender), [
        {"gallery_id": gallery_id, "render_id": render_id, "position": position}
        for position, render_id in enumerate(wanted)
    ])  # fmt: skip
    return get_gallery(session, account_id, gallery_id)


def remove(session: Session, account_id: str, gallery_id: str) -> None:
    """Its page leads nowhere from now on. Raises NotFound."""
    removed = session.scalar(
        delete(Gallery).where(Gallery.id == gallery_id, Gallery.account_id == account_id).returning(Gallery.id)
    )
    if removed is None:
        raise NotFound("No such gallery")


def look(session: Session, gallery_id: str) -> tuple[GalleryView, list[SharedRender]]:
    """A gallery as everybody with its link sees it, and its renders in their order. Raises NotFound, also where
    its owner is suspended."""
    found = _views(session, Gallery.id == gallery_id, Account.suspended_at.is_(None)) if is_id(gallery_id) else []
    if not found:
        raise NotFound("No such gallery")
    view = found[0]
    renders = {each.render_id: each for each in shares.shown(session, Render.id.in_(view.render_ids))}
    return view, [renders[render_id] for render_id in view.render_ids if render_id in renders]


def list_public(session: Session, *, limit: int, offset: int) -> Page[GalleryView]:
    """Those of all accounts that are public, newest first."""
    which = Gallery.is_public, Account.suspended_at.is_(None), Gallery.account_id == Account.id
    count = select(func.count()).select_from(Gallery, Account).where(*which)
    rows = select(Gallery.id).where(*which).order_by(Gallery.created_at.desc(), Gallery.id.desc())
    found, total = paging.fetch(session, paging.windowed(rows, count), count, limit=limit, offset=offset)
    return Page(tuple(_views(session, Gallery.id.in_([row.id for row in found]))), total)


def _views(session: Session, *which: ColumnElement[bool]) -> list[GalleryView]:
    """Newest first."""
    rows = session.execute(
        select(Gallery.id, Gallery.title, Gallery.text, Gallery.is_public, Gallery.created_at)
        .join(Account, Account.id == Gallery.account_id)
        .where(*which)
        .order_by(Gallery.created_at.desc(), Gallery.id.desc())
    ).all()
    members: dict[str, list[tuple[str, str]]] = {row.id: [] for row in rows}
    for gallery_id, render_id, output in session.execute(
        select(GalleryRender.gallery_id, Render.id, Render.output)
        .join(Render, Render.id == GalleryRender.render_id)
        .where(GalleryRender.gallery_id.in_(members))
        .order_by(GalleryRender.gallery_id, GalleryRender.position)
    ):
        members[gallery_id].append((render_id, output))
    return [
        GalleryView(
            *row, render_ids=tuple(render_id for render_id, _ in members[row.id]),
            outputs=tuple(output for _, output in members[row.id]),
        )
        for row in rows
    ]  # fmt: skip
