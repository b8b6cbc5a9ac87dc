"""Files of deleted models, their thumbnails and USDZs, which are there until nobody needs them or may have them back.
"""

import datetime as dt

from sqlalchemy import ColumnElement, exists, literal_column, or_, select, update

from api import clock
from api.db.tables import Model, Render
from api.domain.accounts import quotas
from api.domain.catalog import thumbnails, usdz
from api.domain.kit.unit import Unit
from api.domain.renders.states import UNFINISHED
from api.domain.work import results

KEPT = dt.timedelta(minutes=1)
"""How long a deleted model's file stays at least: longer than an order of it that had begun takes to be committed."""

DISCARDED_AT_ONCE = 100


def due() -> tuple[ColumnElement[bool], ...]:
    """The conditions that a deleted model can't be had back, and has a file, which no unfinished render needs."""
    moment = clock.now()
    needed = exists().where(Render.model_id == Model.id, Render.status.in_(UNFINISHED))
    return (
        Model.deleted_at.is_not(None), Model.file_size > literal_column("0"),
        or_(Model.discard_at.is_(None), Model.discard_at < moment), Model.deleted_at < moment - KEPT, ~needed,
    )  # fmt: skip


def discard_deleted(unit: Unit) -> None:
    """Drops the files of deleted models that are `due`. Any number of processes may call it."""
    rows = unit.execute(
        select(Model.id, Model.account_id, Model.storage_key, Model.thumbnail_id)
        .where(*due())
        .limit(DISCARDED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if rows:
        quotas.hold_counts(unit, {row.account_id for row in rows})
        model_ids = [row.id for row in rows]
        unit.execute(update(Model).where(Model.id.in_(model_ids)).values(file_size=0))
        results.discard(unit, thumbnails.SUBJECT, model_ids)
        unit.drop(*usdz.discard(unit, model_ids))
        unit.drop(*(row.storage_key for row in rows))
        unit.drop(*(thumbnails.storage_prefix(row.id) for row in rows if row.thumbnail_id is not None))
