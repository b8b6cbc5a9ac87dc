"""Renders that their owner shows to everybody: who knows their link may fetch their files, without a token.

Nothing is shared until its owner says so: each render by itself, or several in a gallery. A link names the render and
a secret that is made for it, so that a link that came into the wrong hands can be replaced. A render that is no longer
shared is not found, like one that never was.
"""

import dataclasses
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, GalleryRender, Model, Render
from api.domain.renders import renders
from api.domain.renders.outputs import Outputs, get_outputs
from api.domain.renders.renders import newest
from api.domain.renders.states import RenderStatus
from api.errors import RenderNotFound
from api.ids import new_id

MOST_SHOWN = 100
"""Renders on one page."""


def share(session: Session, account_id: str, render_id: str) -> str:
    """Shares the account's render, if it isn't yet; returns the secret. Raises RenderNotFound."""
    return share_id(session, account_id, render_id) or renew(session, account_id, render_id)


def renew(session: Session, account_id: str, render_id: str) -> str:
    """Shares the account's render by a new secret, which is returned; the old one is good for nothing any more. Raises
    RenderNotFound."""
    renders.get_render(session, account_id, render_id)
    secret = new_id()
    session.execute(update(Render).where(Render.id == render_id).values(share_id=secret, shared_at=clock.now()))
    return secret


def unshare(session: Session, account_id: str, render_id: str) -> None:
    """Raises RenderNotFound."""
    renders.get_render(session, account_id, render_id)
    session.execute(update(Render).where(Render.id == render_id).values(share_id=None, shared_at=None))


def share_id(session: Session, account_id: str, render_id: str) -> str | None:
    """The secret; None while the render isn't shared. Raises RenderNotFound."""
    renders.get_render(session, account_id, render_id)
    return session.scalar(select(Render.share_id).where(Render.id == render_id))


@dataclasses.dataclass(frozen=True, slots=True)
class SharedRender:
    """What a page shows of a shared render. `name` is its model's title, or its file's name without the suffix."""

    render_id: str
    name: str
    output: str
    status: RenderStatus
    has_web: bool


def shared_by(session: Session, secret: str) -> list[SharedRender]:
    """The renders that are shared by this secret, newest first; mostly one. Raises RenderNotFound where there is none.
    """
    found = shown(session, Render.share_id == secret, order=newest(Render))
    if not found:
        raise RenderNotFound
    return found


def shown(
    session: Session, *which: ColumnElement[bool], order: tuple[ColumnElement[Any], ...] = ()
) -> list[SharedRender]:
    """Of these renders what a page shows, unless their owner is suspended."""
    rows = session.execute(
        select(Render.id, Model.title, Model.original_name, Render.output, Render.status, Render.has_web)
        .join(Model, Model.id == Render.model_id)
        .join(Account, Account.id == Render.account_id)
        .where(*which, Account.suspended_at.is_(None))
        .order_by(*order)
        .limit(MOST_SHOWN)
    ).all()
    return [
        SharedRender(
            row.id, row.title or PurePosixPath(row.original_name).stem, row.output, RenderStatus(row.status),
            row.has_web,
        )
        for row in rows
    ]  # fmt: skip


def seen_by(secret: str) -> ColumnElement[bool]:
    """Of renders: those that are shared by this secret, each by itself or in the gallery of this id."""
    in_gallery = exists().where(GalleryRender.render_id == Render.id, GalleryRender.gallery_id == secret)
    return or_(Render.share_id == secret, in_gallery)


def one_shared(session: Session, secret: str, render_id: str) -> SharedRender:
    """A render that is shared by this secret, or in the gallery of this id. Raises RenderNotFound."""
    found = shown(session, Render.id == render_id, seen_by(secret))
    if not found:
        raise RenderNotFound
    return found[0]


def shared_outputs(session: Session, secret: str, render_id: str) -> Outputs:
    """Those of a render that is shared by this secret, or in the gallery of this id. Raises RenderNotFound, also where
    its owner is suspended."""
    owner = session.scalar(
        select(Render.account_id)
        .join(Account, Account.id == Render.account_id)
        .where(Render.id == render_id, seen_by(secret), Account.suspended_at.is_(None))
    )
    if owner is None:
        raise RenderNotFound
    return get_outputs(session, owner, render_id)
