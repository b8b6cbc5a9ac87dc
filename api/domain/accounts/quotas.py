"""Quotas: how much of the farm an account may take, by the settings unless an administrator says otherwise.

What counts is in the database, and is looked at in the transaction that would add to it, behind a lock that all of the
account's additions take: so however many come at once, none slips past.
"""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Self

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, literal, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.db.dialects import insert
from api.db.tables import Account, DeletedRender, Model, Quota, StoredBytes
from api.errors import StorageLimit
from api.settings import Settings

MEGABYTE = 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Quotas:
    """0 means no limit. The settings `quota_...` say what each is."""

    storage_mb: int = 0
    uploads_per_hour: int = 0
    waiting_previews: int = 0
    unfinished_orders: int = 0
    running: int = 0
    kept_mb: int = 0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Those of accounts of which nothing else is said."""
        return cls(**{name: getattr(settings, f"quota_{name}") for name in NAMES})


NAMES = tuple(field.name for field in dataclasses.fields(Quotas))


def of_account(session: Session, account_id: str, defaults: Quotas) -> Quotas:
    """The account's quotas: `defaults` but for what an administrator has set."""
    return dataclasses.replace(defaults, **own(session, account_id))


def own(session: Session, account_id: str) -> dict[str, int]:
    """What an administrator has set for the account, by the quotas' names."""
    rows = session.execute(select(Quota.name, Quota.value).where(Quota.account_id == account_id))
    return {row.name: row.value for row in rows}


def own_value(account_id: ColumnElement[str] | InstrumentedAttribute[str], name: str) -> ScalarSelect[int]:
    """What an administrator has set for the account, NULL if nothing."""
    return select(Quota.value).where(Quota.account_id == account_id, Quota.name == name).scalar_subquery()


def set_own(session: Session, account_id: str, changes: Mapping[str, int | None]) -> None:
    """Allows the account so much, by the names of quotas; with None as much as the settings say."""
    for name, value in changes.items():
        session.execute(delete(Quota).where(Quota.account_id == account_id, Quota.name == name))
        if value is not None:
            session.execute(insert(session, Quota).values(account_id=account_id, name=name, value=value))


def bytes_of(account_id: str) -> ScalarSelect[int]:
    """What the account's files come to, those included that it has deleted until they are gone; NULL if it had none."""
    return select(StoredBytes.total).where(StoredBytes.account_id == account_id).scalar_subquery()


def deleted_bytes(account_id: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[int]:
    """What of it the account has deleted, and may have back or is about to be gone."""
    models = select(func.coalesce(func.sum(Model.file_size), 0)).where(
        Model.account_id == account_id, Model.deleted_at.is_not(None), Model.file_size > literal_column("0")
    )
    renders = select(func.coalesce(func.sum(DeletedRender.size), 0)).where(DeletedRender.account_id == account_id)
    return models.scalar_subquery() + renders.scalar_subquery()


def counted_bytes(account_id: str) -> ColumnElement[int]:
    """What counts of it for the account's quota: all but what it has deleted."""
    return func.coalesce(bytes_of(account_id), 0) - deleted_bytes(literal(account_id))


def stored_bytes(session: Session, account_id: str) -> int:
    return session.scalar(select(bytes_of(account_id))) or 0


def used_bytes(session: Session, account_id: str) -> int:
    """What counts for the account's quota."""
    return session.scalar(select(counted_bytes(account_id))) or 0


def check_storage(total: int, limit_mb: int) -> None:
    """Raises StorageLimit if an account's files are more bytes than it may have."""
    if limit_mb and total > limit_mb * MEGABYTE:
        raise StorageLimit(
            f"The account's files would be {total / MEGABYTE:,.1f} MB, and it may have {limit_mb:,} MB: "
            "delete models, overlays or renders first"
        )


def hold_account(session: Session, account_id: str) -> None:
    """What counts against the account's limits is added by nobody else before the transaction ends, if all hold it."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))


def hold_counts(session: Session, account_ids: Collection[str]) -> None:
    """Before files of several accounts go at once: their counts are locked in the order in which all do so."""
    session.execute(
        select(StoredBytes.account_id)
        .where(StoredBytes.account_id.in_(account_ids))
        .order_by(StoredBytes.account_id)
        .with_for_update()
    )
