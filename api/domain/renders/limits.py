"""What an account takes of the farm by uploading and ordering, beside what it may: see accounts.quotas."""

import datetime as dt
import math
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, literal, literal_column, select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import count_now
from api.db.tables import Base, Flow, Model, Render, Segment
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.domain.kit import unit
from api.domain.renders.states import UNFINISHED
from api.errors import TooManyRequests, UploadLimit

HOUR = dt.timedelta(hours=1)
LONG_AGO = dt.datetime.fromtimestamp(0, dt.UTC)

PREVIEWS_AGAIN_S = 30
"""In how many seconds some of the previews that wait will be done: each takes a few."""

ORDERS_AGAIN_S = 60
"""In how many seconds some of the renders that are unfinished will be done: each takes a minute or so."""

_WAITING = (Render.is_system_preview, Render.status == literal_column("'pending'"))
"""As the index says it: a parameter would not do."""


def refuse(session: Session, account_id: str, allowed: Quotas, *, adding: int | None = None) -> None:
    """Raises UploadLimit or StorageLimit where the account has gone beyond what it may with a new model.

    With `adding`, an upload of so many bytes is to come, and would go beyond.
    """
    if adding is None:
        count_now(session)
    to_come = 0 if adding is None else 1
    uploads = select(Model.created_at).where(Model.account_id == account_id).order_by(Model.created_at.desc())
    waiting = select(Render.id).where(Render.account_id == account_id, *_WAITING)
    found = session.execute(select(
        quotas.counted_bytes(account_id).label("stored"),
        _after(uploads, allowed.uploads_per_hour - to_come).label("upload_before"),
        _after(waiting, allowed.waiting_previews - to_come).label("one_too_many"),
    )).one()  # fmt: skip
    quotas.check_storage(found.stored + (adding or 0), allowed.storage_mb)
    limit, again_at = allowed.uploads_per_hour, (found.upload_before or LONG_AGO) + HOUR
    if limit and (wait := again_at - clock.now()) > dt.timedelta():
        raise UploadLimit(
            f"An account may upload {limit:,} models an hour", retry_after=math.ceil(wait.total_seconds())
        )
    if (limit := allowed.waiting_previews) and found.one_too_many is not None:
        raise UploadLimit(
            f"{limit:,} previews of the account wait to be drawn already", retry_after=PREVIEWS_AGAIN_S
        )


def refuse_unfinished(session: Session, account_id: str) -> None:
    """Raises TooManyRequests where more of the account's ordered renders and flows are unfinished than may be.

    What `unit.most_unfinished` says is for accounts of which nothing else is said.
    """
    most = unit.most_unfinished(session)
    if most is None:
        return
    quotas.hold_account(session, account_id)
    own = quotas.own_value(literal(account_id), "unfinished_orders")
    row = session.execute(select(func.coalesce(own, most).label("most"), _unfinished(account_id).label("count"))).one()
    if row.most and row.count > row.most:
        raise TooManyRequests(
            f"{row.count:,} orders of the account would be unfinished, and it may have {row.most:,}: order again when "
            "some are done",
            retry_after=ORDERS_AGAIN_S,
        )


def _unfinished(account_id: str) -> ColumnElement[int]:
    """What was ordered: renders but for previews, and flows that have begun."""
    renders = Render.account_id == account_id, Render.status.in_(UNFINISHED), ~Render.is_system_preview
    flows = Flow.account_id == account_id, Flow.finished_at.is_(None), Flow.state != literal_column("'created'")
    return _count(Render, renders) + _count(Flow, flows)


def _count(table: type[Base], conditions: tuple[ColumnElement[bool], ...]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _after(rows: Select[Any], count: int) -> ScalarSelect[Any]:
    """The one after so many of the rows."""
    return rows.offset(max(0, count)).limit(1).scalar_subquery()


def usage(session: Session, account_id: str) -> Quotas:
    """What counts against each quota by now; storage in whole megabytes, rounded up."""
    uploads = select(func.count()).where(Model.account_id == account_id, Model.created_at > clock.now() - HOUR)
    waiting = select(func.count()).where(Render.account_id == account_id, *_WAITING)
    running = select(func.count()).where(
        Segment.account_id == account_id, Segment.state == literal_column("'running'")
    )
    stored_mb = math.ceil(quotas.used_bytes(session, account_id) / quotas.MEGABYTE)
    return Quotas(
        storage_mb=stored_mb,
        uploads_per_hour=session.scalar(uploads) or 0,
        waiting_previews=session.scalar(waiting) or 0,
        unfinished_orders=session.scalar(select(_unfinished(account_id))) or 0,
        running=session.scalar(running) or 0,
        kept_mb=stored_mb,
    )
