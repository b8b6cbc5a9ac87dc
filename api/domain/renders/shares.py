"""Renders that their owner shows to everybody: who knows their link may fetch their files, without a token.

Nothing is shared until its owner says so. A render that is no longer shared is not found, like one that never was.
"""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Account, Render
from api.domain.renders import renders
from api.domain.renders.outputs import Outputs, get_outputs
from api.errors import RenderNotFound


def set_shared(session: Session, account_id: str, render_id: str, *, shared: bool) -> None:
    """Shares the account's render, or no longer. Raises RenderNotFound."""
    renders.get_render(session, account_id, render_id)
    since = func.coalesce(Render.shared_at, clock.now()) if shared else None
    session.execute(update(Render).where(Render.id == render_id).values(shared_at=since))


def is_shared(session: Session, account_id: str, render_id: str) -> bool:
    """Raises RenderNotFound."""
    renders.get_render(session, account_id, render_id)
    return session.scalar(select(Render.shared_at).where(Render.id == render_id)) is not None


def shared_outputs(session: Session, owner_id: str, render_id: str) -> Outputs:
    """Those of a render that this account shares. Raises RenderNotFound, also where the account is suspended."""
    public = select(Render.id).join(Account, Account.id == Render.account_id).where(
        Render.id == render_id, Render.account_id == owner_id, Render.shared_at.is_not(None),
        Account.suspended_at.is_(None),
    )
    if session.scalar(public) is None:
        raise RenderNotFound
    return get_outputs(session, owner_id, render_id)
