"""What an account takes of the farm by uploading, beside what it may: see accounts.quotas."""

import datetime as dt
import math

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Render
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.errors import UploadLimit

HOUR = dt.timedelta(hours=1)

PREVIEWS_AGAIN_S = 30
"""In how many seconds some of the previews that wait will be done: each takes a few."""

_WAITING = (Render.is_system_preview, Render.status == literal_column("'pending'"))
"""As the index says it: a parameter would not do."""


def refuse(session: Session, account_id: str, allowed: Quotas, *, adding: int | None = None) -> None:
    """Raises UploadLimit or StorageLimit where the account has gone beyond what it may with a new model.

    With `adding`, an upload of so many bytes is to come, and would go beyond.
    """
    quotas.check_storage(session, account_id, allowed.storage_mb, adding=adding)
    to_come = 0 if adding is None else 1
    if limit := allowed.uploads_per_hour:
        newest = select(Model.created_at).where(Model.account_id == account_id).order_by(Model.created_at.desc())
        last = session.scalar(newest.offset(limit - to_come).limit(1))
        if last is not None and (wait := last + HOUR - clock.now()) > dt.timedelta():
            raise UploadLimit(
                f"An account may upload {limit:,} models an hour", retry_after=math.ceil(wait.total_seconds())
            )
    if limit := allowed.waiting_previews:
        waiting = select(Render.id).where(Render.account_id == account_id, *_WAITING)
        if session.scalar(waiting.offset(limit - to_come).limit(1)):
            raise UploadLimit(
                f"{limit:,} previews of the account wait to be drawn already", retry_after=PREVIEWS_AGAIN_S
            )


def usage(session: Session, account_id: str) -> Quotas:
    """What counts against each quota by now; storage in whole megabytes, rounded up."""
    uploads = select(func.count()).where(Model.account_id == account_id, Model.created_at > clock.now() - HOUR)
    waiting = select(func.count()).where(Render.account_id == account_id, *_WAITING)
    return Quotas(
        storage_mb=math.ceil(quotas.stored_bytes(session, account_id) / quotas.MEGABYTE),
        uploads_per_hour=session.scalar(uploads) or 0,
        waiting_previews=session.scalar(waiting) or 0,
    )
