"""Overlays that their owner has deleted, and what of them goes when."""

from sqlalchemy import delete, exists, select

from api.db.tables import Overlay, Render, RenderOverlay
from api.domain.accounts import quotas
from api.domain.kit.unit import Unit
from api.domain.renders.states import UNFINISHED

DISCARDED_AT_ONCE = 100


def discard_unneeded(unit: Unit) -> None:
    """Removes deleted overlays that no unfinished render shows, and drops their files.

    A crash after the commit leaves a file without a row, which the sweeper finds. Any number of processes may call it.
    """
    needed = exists().where(
        RenderOverlay.overlay_id == Overlay.id,
        Render.id == RenderOverlay.render_id,
        Render.status.in_(UNFINISHED),
    )
    rows = unit.execute(
        select(Overlay.id, Overlay.account_id, Overlay.storage_key)
        .where(Overlay.deleted_at.is_not(None), ~needed)
        .limit(DISCARDED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        quotas.hold_counts(unit, {row.account_id for row in rows if row.account_id is not None})
        unit.execute(delete(Overlay).where(Overlay.id.in_([row.id for row in rows])))
        unit.drop(*(row.storage_key for row in rows))
