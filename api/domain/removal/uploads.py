"""Announced models whose files never came, or came and were never confirmed."""

import datetime as dt

from sqlalchemy import delete, exists, select

from api import clock
from api.db.tables import Upload, WorkflowModel
from api.domain.kit.unit import Unit

KEPT = dt.timedelta(days=1)
"""How long they stay after their links have expired: what has come may still be confirmed."""

DISCARDED_AT_ONCE = 500


def discard_expired(unit: Unit) -> bool:
    """Removes some of them, and drops what has come, but for those that a workflow lists. Whether there may be more.

    Any number of processes may call it. Files that S3 took are for `removal.leftovers` to find.
    """
    listed = exists().where(WorkflowModel.upload_id == Upload.id)
    rows = unit.execute(
        select(Upload.id, Upload.file_key)
        .where(Upload.model_id.is_(None), Upload.expires_at < clock.now() - KEPT, ~listed)
        .limit(DISCARDED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    unit.execute(delete(Upload).where(Upload.id.in_([row.id for row in rows])))
    unit.drop(*(row.file_key for row in rows if row.file_key is not None))
    return len(rows) == DISCARDED_AT_ONCE
