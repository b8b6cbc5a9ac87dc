"""Renders that their owner shows to everybody: who knows their link may fetch their files, without a token.

Nothing is shared until its owner says so. A link names the render and a secret that is made for it, so that a link that
came into the wrong hands can be replaced. A render that is no longer shared is not found, like one that never was.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, Render
from api.domain.renders import renders
from api.domain.renders.outputs import Outputs, get_outputs
from api.errors import RenderNotFound
from api.ids import new_id


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


def shared_outputs(session: Session, secret: str, render_id: str) -> Outputs:
    """Those of a render that is shared by this secret. Raises RenderNotFound, also where its owner is suspended."""
    owner = session.scalar(
        select(Render.account_id)
        .join(Account, Account.id == Render.account_id)
        .where(Render.id == render_id, Render.share_id == secret, Account.suspended_at.is_(None))
    )
    if owner is None:
        raise RenderNotFound
    return get_outputs(session, owner, render_id)
