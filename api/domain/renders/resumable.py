"""Uploads in parts, for files that are too large to begin again after each lost connection.

    begin       a row that says which bytes are to come; the same bytes once more are the same upload
    parts       files in the storage, below `folder`: in any order, each once, each whole or not there at all
    finish      the parts' bytes, joined and checked by the caller, are a model; the row names it until it expires

What comes late is found by the sweeper: `discard_expired` forgets uploads that nobody goes on with, and
removal.leftovers the parts of those that are forgotten.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import ResumableUpload
from api.domain.accounts import ledger, quotas
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import catalog
from api.domain.kit.unit import Unit
from api.domain.renders import limits
from api.errors import InvalidRequest, NoCredits, NotFound, TooManyRequests
from api.ids import is_id, new_id

FOLDER = "parts"
"""Where the storage has what came."""

PART_BYTES = 50 * 1024 * 1024
"""What a lost connection costs at most: at 20 Mbit/s, 20 seconds. The same as dx.gl's portal sends."""

KEPT = dt.timedelta(days=3)
"""How long after its last part an upload may go on: over a weekend."""

MOST_OPEN = 100
"""Unfinished uploads of an account. Each may bring a gigabyte that costs nothing before it is finished."""

DISCARDED_AT_ONCE = 100

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclasses.dataclass(frozen=True, slots=True)
class NewUpload:
    """`sha256`, in hex digits, is that of all `size` bytes. `order` is what is to be known when they are there."""

    name: str
    size: int
    sha256: str
    tags: Sequence[str]
    order: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class ResumableView:
    """`model_id` and `render_id` are None until all is there and the model made."""

    id: str
    name: str
    size: int
    sha256: str
    part_bytes: int
    tags: tuple[str, ...]
    order: Mapping[str, Any]
    model_id: str | None
    render_id: str | None
    expires_at: dt.datetime
    created_at: dt.datetime

    @property
    def part_count(self) -> int:
        return -(-self.size // self.part_bytes)

    def bytes_of(self, number: int) -> int:
        """How long a part is; they are numbered from 1. Raises NotFound for a number that there isn't."""
        if not 1 <= number <= self.part_count:
            raise NotFound(f"The upload has parts 1 to {self.part_count}")
        return min(self.part_bytes, self.size - (number - 1) * self.part_bytes)

    @property
    def folder(self) -> str:
        """What the storage keys of its parts begin with."""
        return f"{FOLDER}/{self.id}"

    def part_key(self, number: int) -> str:
        return f"{self.folder}/{number}"


def begin(session: Session, account_id: str, new: NewUpload, *, max_bytes: int, allowed: Quotas) -> ResumableView:
    """The account's unfinished upload of these bytes, which is made where there is none, with what is said of it now.

    The sizes of all unfinished uploads count against the account's storage. Raises InvalidRequest naming the field,
    TooManyRequests where too many are unfinished, NoCredits where there are none at all, UploadLimit and StorageLimit.
    """
    if not 1 <= new.size <= max_bytes:
        raise InvalidRequest(f"size must be 1 to {max_bytes:,} bytes", param="size")
    if not _SHA256.fullmatch(new.sha256):
        raise InvalidRequest("sha256 must be 64 hex digits", param="sha256")
    said = {"name": new.name, "tags": catalog.checked_tags(new.tags), "order": dict(new.order)}
    ours = (ResumableUpload.account_id == account_id, ResumableUpload.model_id.is_(None))
    same = ResumableUpload.sha256 == new.sha256
    session.execute(select(ResumableUpload.id).where(*ours, same).with_for_update())  # its lock comes first: see domain
    quotas.hold_account(session, account_id)
    if ledger.balance(session, account_id) == 0:
        raise NoCredits
    others, their_bytes, first_ends = session.execute(
        select(func.count(), func.sum(ResumableUpload.size), func.min(ResumableUpload.expires_at)).where(
            *ours, ~same
        )
    ).one()
    if others >= MOST_OPEN:
        wait = max(1, round((first_ends - clock.now()).total_seconds()))
        raise TooManyRequests(f"Finish or delete one of {MOST_OPEN} unfinished uploads first", retry_after=wait)
    of_account = quotas.of_account(session, account_id, allowed)
    limits.refuse(session, account_id, of_account, adding=(their_bytes or 0) + new.size)
    moment = clock.now()
    expires_at = moment + KEPT
    upload_id = session.scalars(
        insert(session, ResumableUpload)
        .values(
            id=new_id(), account_id=account_id, size=new.size, sha256=new.sha256, part_bytes=PART_BYTES,
            expires_at=expires_at, created_at=moment, **said,
        )
        .on_conflict_do_update(
            index_elements=[ResumableUpload.account_id, ResumableUpload.sha256],
            index_where=ResumableUpload.model_id.is_(None),
            set_={"expires_at": expires_at, **said},
        )
        .returning(ResumableUpload.id)
    ).one()
    found = find(session, account_id, upload_id)
    if found.size != new.size:
        raise InvalidRequest(f"size is {new.size:,}, and the unfinished upload's is {found.size:,}", param="size")
    return found


def find(session: Session, account_id: str, upload_id: str) -> ResumableView:
    """Raises NotFound, also for another account's."""
    if is_id(upload_id):
        for view in _views(session, account_id, ResumableUpload.id == upload_id):
            return view
    raise NotFound("No such upload")


def list_unfinished(session: Session, account_id: str) -> list[ResumableView]:
    """Those of the account that may go on, the oldest first."""
    return _views(session, account_id, ResumableUpload.model_id.is_(None))


def prolong(session: Session, upload_id: str) -> None:
    """A part has come: there is time for the others."""
    session.execute(
        update(ResumableUpload).where(ResumableUpload.id == upload_id).values(expires_at=clock.now() + KEPT)
    )


def held(unit: Unit, account_id: str, upload_id: str) -> ResumableView:
    """Nobody else finishes or deletes it before the transaction ends. Raises NotFound."""
    unit.execute(select(ResumableUpload.id).where(ResumableUpload.id == upload_id).with_for_update())
    return find(unit, account_id, upload_id)


def finish(unit: Unit, view: ResumableView, model_id: str, render_id: str) -> None:
    """The upload, which is `held`, has become a model. Its parts are dropped."""
    unit.execute(
        update(ResumableUpload).where(ResumableUpload.id == view.id).values(model_id=model_id, render_id=render_id)
    )
    unit.drop(view.folder)


def remove(unit: Unit, account_id: str, upload_id: str) -> None:
    """And what has come of it; not the model that it may have become. Raises NotFound."""
    view = held(unit, account_id, upload_id)
    unit.execute(delete(ResumableUpload).where(ResumableUpload.id == upload_id))
    unit.drop(view.folder)


def discard_expired(unit: Unit) -> bool:
    """Removes some of those that nobody went on with, and drops their parts. Whether there may be more.

    Any number of processes may call it.
    """
    ids = unit.scalars(
        select(ResumableUpload.id)
        .where(ResumableUpload.expires_at < clock.now())
        .limit(DISCARDED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    unit.execute(delete(ResumableUpload).where(ResumableUpload.id.in_(ids)))
    unit.drop(*(f"{FOLDER}/{upload_id}" for upload_id in ids))
    return len(ids) == DISCARDED_AT_ONCE


_COLUMNS = [getattr(ResumableUpload, field.name) for field in dataclasses.fields(ResumableView)]


def _views(session: Session, account_id: str, *conditions: ColumnElement[bool]) -> list[ResumableView]:
    rows = session.execute(
        select(*_COLUMNS)
        .where(ResumableUpload.account_id == account_id, *conditions)
        .order_by(ResumableUpload.created_at, ResumableUpload.id)
    )
    return [ResumableView(**{**row._mapping, "tags": tuple(row.tags)}) for row in rows]
