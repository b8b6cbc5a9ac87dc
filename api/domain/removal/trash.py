"""What accounts have deleted and can have back: what there is, and what goes when its time has come, or is needed.

It counts for no quota, or nobody could make room by deleting. So that the disk isn't fuller for it than the quota says,
the oldest of it goes early where an account's files and it are together more than the account may have.
"""

import dataclasses
import datetime as dt
from typing import Literal

from sqlalchemy import BigInteger, Select, func, literal, literal_column, select, union_all, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import DeletedRender, Model, StoredBytes
from api.domain.accounts import quotas
from api.domain.kit.paging import Page
from api.domain.kit.unit import Unit
from api.domain.removal import models
from api.domain.renders import trash

AT_ONCE = 100
"""Things that are looked up in one statement."""


@dataclasses.dataclass(frozen=True, slots=True)
class DeletedThing:
    """`name` is what its model is called. It can be had back until `discard_at`."""

    kind: Literal["model", "render"]
    id: str
    name: str
    output: str | None
    size: int
    deleted_at: dt.datetime
    discard_at: dt.datetime


def list_deleted(session: Session, account_id: str, *, limit: int, offset: int) -> Page[DeletedThing]:
    """What the account can have back, the last deleted first."""
    things = _things(account_id).subquery()
    page = select(things).order_by(things.c.deleted_at.desc(), things.c.id.desc()).limit(limit).offset(offset)
    total = session.scalar(select(func.count()).select_from(things)) or 0
    return Page(tuple([DeletedThing(*row) for row in session.execute(page)]), total)


def _things(account_id: str) -> Select[*tuple[object, ...]]:
    moment = clock.now()
    called = func.coalesce(Model.title, Model.original_name)
    models = select(
        literal("model").label("kind"), Model.id, called.label("name"), literal(None).label("output"),
        Model.file_size.label("size"), Model.deleted_at, Model.discard_at,
    ).where(
        Model.account_id == account_id, Model.deleted_at.is_not(None), Model.file_size > literal_column("0"),
        Model.discard_at > moment,
    )  # fmt: skip
    renders = (
        select(
            literal("render"), DeletedRender.id, called, DeletedRender.output, DeletedRender.size,
            DeletedRender.deleted_at, DeletedRender.discard_at,
        )
        .join(Model, Model.id == DeletedRender.model_id)
        .where(DeletedRender.account_id == account_id, DeletedRender.discard_at > moment)
    )  # fmt: skip
    return select(union_all(models, renders).subquery())


def due_renders(session: Session) -> list[str]:
    """The ids of some deleted renders whose time has come. Each goes by `renders.trash.discard`."""
    due = select(DeletedRender.id).where(DeletedRender.discard_at < clock.now())
    return list(session.scalars(due.order_by(DeletedRender.discard_at).limit(AT_ONCE)))


def foreseen(session: Session) -> tuple[int, int]:
    """How many deleted models and renders go for good now because their time has come, and their bytes."""
    due = union_all(
        select(Model.file_size.label("size")).where(*models.due()),
        select(DeletedRender.size).where(DeletedRender.discard_at < clock.now()),
    ).subquery()
    count, size = session.execute(select(func.count(), func.coalesce(func.sum(due.c.size), 0))).one()
    return count, int(size)


def crowded(session: Session, limit_mb: int) -> str | None:
    """An account whose files are, with what it has deleted, more than it may have; `limit_mb` unless it has a quota of
    its own."""
    limit = func.coalesce(quotas.own_value(StoredBytes.account_id, "storage_mb"), limit_mb)
    given_up = (
        select(func.coalesce(func.sum(Model.file_size), 0))
        .where(
            Model.account_id == StoredBytes.account_id, Model.deleted_at.is_not(None), Model.discard_at.is_(None),
            Model.file_size > literal_column("0"),
        )
        .scalar_subquery()
    )
    over = StoredBytes.total - given_up > limit * literal(quotas.MEGABYTE, BigInteger)
    deleted = quotas.deleted_bytes(StoredBytes.account_id) > given_up
    return session.scalar(select(StoredBytes.account_id).where(limit > 0, over, deleted).limit(1))


def give_up_oldest(unit: Unit, account_id: str) -> None:
    """What the account has deleted first is gone for good, or is as soon as no render needs it."""
    things = _things(account_id).subquery()
    oldest = unit.execute(select(things.c.kind, things.c.id).order_by(things.c.deleted_at).limit(1)).one_or_none()
    if oldest is None:
        return  # somebody else was quicker
    if oldest.kind == "render":
        trash.discard(unit, oldest.id)
    else:
        unit.execute(
            update(Model).where(Model.id == oldest.id, Model.deleted_at.is_not(None)).values(discard_at=None)
        )
