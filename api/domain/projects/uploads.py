"""Models that are announced before their files come, as Glossi's are: announced -> received -> confirmed.

    announce    a row with the id that is the model's from now on; its file may come by a signed link
    received    the file is there: where the farm itself takes it, the row names it
    confirmed   the file is a model of the catalog's from now on: see confirmation

A file that came lies below `uploads/` in the storage, where another may replace it until it is confirmed. So whoever
confirms copies it first, looks at the copy, and confirms that. S3 takes files without the farm: there they lie under
`Upload.put_key`, and what comes after the confirmation is read by nobody and swept away.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, Upload
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.domain.catalog.states import ModelState
from api.domain.kit.texts import checked_text
from api.domain.kit.unit import Unit
from api.domain.renders import limits
from api.errors import InvalidRequest, InvalidState, ModelNotFound, TooManyRequests
from api.ids import is_id, new_id

FOLDER = "uploads"
"""Where the storage has files that nobody has confirmed."""
MAX_NAME_LENGTH = 200
MAX_FILE_NAME_LENGTH = 255
MOST_AT_ONCE = 1000
"""Of one announcement."""
MOST_OPEN = 10_000
"""Announced models of one account whose files may still come: they cost nothing, and each may bring a gigabyte."""


@dataclasses.dataclass(frozen=True, slots=True)
class NewUpload:
    """A model to be announced. Without a `name` it is called as its file. `file_type` is api.ingest.file_types'."""

    file_name: str
    file_type: str
    name: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class UploadView:
    """An announced model; its id is the model's for whoever announced it. `model_id` is the catalog's, None until the
    file is confirmed, and `storage_key` its file's. `error_message` says why it has failed.

    `received_key` is where the file lies that came last, if the farm itself took it, and `received_sha256` its bytes'.
    """

    id: str
    account_id: str
    name: str
    file_name: str
    file_type: str
    state: ModelState
    error_message: str | None
    model_id: str | None
    storage_key: str | None
    received_key: str | None
    received_sha256: str | None
    expires_at: dt.datetime
    created_at: dt.datetime

    @property
    def put_key(self) -> str:
        """The storage key that its signed link is for."""
        return f"{FOLDER}/{self.id}/model.{self.file_type}"

    @property
    def arrived_key(self) -> str:
        """Where its file lies before it is confirmed, if one has come."""
        return self.received_key or self.put_key


def announce(
    session: Session, account_id: str, new: Sequence[NewUpload], *, seconds: int, allowed: Quotas
) -> list[UploadView]:
    """Makes the rows of models whose files may come within `seconds`. Nothing is made where one of them is refused.

    Raises InvalidRequest naming the field; TooManyRequests where too many are open; UploadLimit and StorageLimit where
    the account has no room for a single one.
    """
    if not 1 <= len(new) <= MOST_AT_ONCE:
        raise InvalidRequest(f"models has 1 to {MOST_AT_ONCE:,} items, not {len(new):,}", param="models")
    moment = clock.now()
    rows = [
        {
            "id": new_id(), "account_id": account_id, "file_type": each.file_type, "created_at": moment,
            "expires_at": moment + dt.timedelta(seconds=seconds), **_names(each, index),
        }
        for index, each in enumerate(new)
    ]  # fmt: skip
    quotas.hold_account(session, account_id)
    limits.refuse(session, account_id, upload_quotas(session, account_id, allowed), adding=0)
    still_open = (Upload.account_id == account_id, Upload.model_id.is_(None), Upload.expires_at > moment)
    waiting, first_ends = session.execute(select(func.count(), func.min(Upload.expires_at)).where(*still_open)).one()
    if waiting + len(rows) > MOST_OPEN:
        wait = (first_ends - moment).total_seconds() if first_ends else 0
        raise TooManyRequests(
            f"Up to {MOST_OPEN:,} models of an account may wait for their files", retry_after=max(1, round(wait))
        )
    session.execute(insert(Upload), rows)
    ids = [str(row["id"]) for row in rows]
    made = {view.id: view for view in select_views(session, Upload.id.in_(ids))}
    return [made[upload_id] for upload_id in ids]


def announced_in(put_key: str) -> str:
    """The id of the model whose `put_key` it is. Raises ModelNotFound for a key of something else."""
    folder, _, rest = put_key.partition("/")
    upload_id = rest.partition("/")[0]
    if folder != FOLDER or not is_id(upload_id):
        raise ModelNotFound
    return upload_id


def expected(session: Session, upload_id: str, *, size: int, allowed: Quotas) -> UploadView:
    """The announced model whose file, of `size` bytes or more, is about to come.

    Raises ModelNotFound; InvalidState after the confirmation; StorageLimit.
    """
    view = _find(session, Upload.id == upload_id)
    if view.model_id is not None:
        raise InvalidState("The file was confirmed already")
    _check_room(session, view.account_id, allowed, adding=size)
    return view


def received(unit: Unit, upload_id: str, *, key: str, size: int, sha256: str, allowed: Quotas) -> None:
    """The file is stored under `key`; the one that came before it is dropped.

    Raises what `expected` raises; then the file should be deleted.
    """
    view = expected(locked(unit, upload_id), upload_id, size=0, allowed=allowed)
    quotas.hold_account(unit, view.account_id)
    unit.execute(
        update(Upload).where(Upload.id == upload_id).values(file_key=key, file_size=size, sha256=sha256)
    )
    _check_room(unit, view.account_id, allowed)
    if view.received_key is not None:
        unit.drop(view.received_key)


def find(session: Session, account_id: str, upload_id: str) -> UploadView:
    """Raises ModelNotFound, also for one of another account, and for one whose model was deleted."""
    if not is_id(upload_id):
        raise ModelNotFound
    return _find(session, Upload.id == upload_id, Upload.account_id == account_id)


def locked(unit: Unit, upload_id: str) -> Unit:
    """The row doesn't change before the transaction ends, unless by it."""
    if is_id(upload_id):
        unit.execute(select(Upload.id).where(Upload.id == upload_id).with_for_update(key_share=True))
    return unit


def upload_quotas(session: Session, account_id: str, allowed: Quotas) -> Quotas:
    """The account's, without what announced models don't take: no preview is drawn of them."""
    return dataclasses.replace(quotas.of_account(session, account_id, allowed), waiting_previews=0)


def select_views(session: Session, *conditions: ColumnElement[bool]) -> list[UploadView]:
    """Those whose models are not deleted, in no order."""
    return [view_of(row) for row in session.execute(selected().where(*conditions))]


def selected() -> Select[*tuple[Any, ...]]:
    """What `view_of` needs of the uploads whose models are not deleted."""
    return (
        select(
            Upload.id, Upload.account_id, Upload.name, Upload.file_name, Upload.file_type, Upload.model_id,
            Upload.file_key, Upload.sha256, Upload.expires_at, Upload.created_at, Model.state, Model.error_message,
            Model.storage_key,
        )
        .outerjoin(Model, Model.id == Upload.model_id)
        .where(Model.deleted_at.is_(None))
    )  # fmt: skip


def view_of(row: Row[*tuple[Any, ...]]) -> UploadView:
    return UploadView(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        file_name=row.file_name,
        file_type=row.file_type,
        state=ModelState.AWAITING_UPLOAD if row.model_id is None else ModelState(row.state),
        error_message=row.error_message,
        model_id=row.model_id,
        storage_key=row.storage_key,
        received_key=row.file_key,
        received_sha256=row.sha256,
        expires_at=row.expires_at,
        created_at=row.created_at,
    )


def _names(new: NewUpload, index: int) -> dict[str, str]:
    """`name` and `file_name`."""
    try:
        file_name = checked_text("file_name", new.file_name, MAX_FILE_NAME_LENGTH)
        name = checked_text("name", new.name, MAX_NAME_LENGTH)
    except InvalidRequest as error:
        raise InvalidRequest(error.message, param=f"models[{index}].{error.param}") from None
    if file_name is None:
        raise InvalidRequest("file_name is empty", param=f"models[{index}].file_name")
    return {"file_name": file_name, "name": name or (PurePosixPath(file_name).stem or file_name)[:MAX_NAME_LENGTH]}


def _find(session: Session, *conditions: ColumnElement[bool]) -> UploadView:
    found = select_views(session, *conditions)
    if not found:
        raise ModelNotFound
    return found[0]


def _check_room(session: Session, account_id: str, allowed: Quotas, adding: int = 0) -> None:
    """Raises StorageLimit where the account's files, and those that came and aren't confirmed, are more than it may
    have."""
    coming = select(func.sum(Upload.file_size)).where(Upload.account_id == account_id, Upload.model_id.is_(None))
    total = quotas.used_bytes(session, account_id) + (session.scalar(coming) or 0) + adding
    quotas.check_storage(total, quotas.of_account(session, account_id, allowed).storage_mb)
