"""The catalog: uploaded 3D models, and what their owner says about them."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Row, delete, func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Model, ModelTag
from api.domain.catalog.states import ModelState
from api.domain.kit import paging
from api.domain.kit.paging import Page, Sort
from api.domain.kit.texts import checked_text
from api.errors import InvalidRequest, InvalidState, ModelNotFound
from api.ids import is_id

MAX_TITLE_LENGTH = 200
MAX_SKU_LENGTH = 100
MAX_TAG_LENGTH = 50
MAX_TAGS = 20


@dataclasses.dataclass(frozen=True, slots=True)
class ModelView:
    """`sha256`, 64 hex digits, is that of the uploaded bytes. `storage_key` and `file_size`, in bytes, are those of the
    model's file, which is the upload or, if that was a ZIP, the GLB that its inspection made of it. `error_code` and
    `error_message` say why it has failed. `contents` are renderer.inspect.Inspection's, None until they are known."""

    id: str
    original_name: str
    title: str | None
    sku: str | None
    tags: tuple[str, ...]
    file_size: int
    sha256: str
    storage_key: str
    state: ModelState
    error_code: str | None
    error_message: str | None
    contents: dict[str, Any] | None
    archived_at: dt.datetime | None
    created_at: dt.datetime


class ModelChanges(TypedDict, total=False):
    """What an owner may say about a model. Keys that are absent change nothing; None takes a text away."""

    title: str | None
    sku: str | None
    tags: Sequence[str]


def get_model(session: Session, account_id: str, model_id: str) -> ModelView:
    """Raises ModelNotFound, also for a deleted model and for one of another account."""
    if not is_id(model_id):
        raise ModelNotFound
    row = session.execute(select(*_COLUMNS).where(*_live(account_id, model_id))).one_or_none()
    if row is None:
        raise ModelNotFound
    return _view(row)


SORTS = ("created_at", "title", "original_name", "file_size")
NEWEST = Sort("created_at", descending=True)


def list_models(
    session: Session,
    account_id: str,
    *,
    limit: int,
    offset: int,
    tags: Sequence[str] = (),
    archived: bool = False,
    text: str = "",
    created_after: dt.datetime | None = None,
    created_before: dt.datetime | None = None,
    sort: Sort = NEWEST,
) -> Page[ModelView]:
    """The models that are archived, or those that aren't; with `tags`, those that have any of them.

    Each word of `text` is in what they are called: title, SKU, file name or tags. `sort` names one of SORTS. Raises
    InvalidRequest for what can't be a tag.
    """
    conditions = [
        Model.account_id == account_id,
        Model.deleted_at.is_(None),
        Model.archived_at.is_not(None) if archived else Model.archived_at.is_(None),
        *(matching(literal(paging.contains(word))) for word in text.split()),
    ]
    if created_after is not None:
        conditions.append(Model.created_at > created_after)
    if created_before is not None:
        conditions.append(Model.created_at < created_before)
    if tags:
        tagged = select(ModelTag.model_id).where(ModelTag.account_id == account_id, ModelTag.tag.in_(_tags(tags)))
        conditions.append(Model.id.in_(tagged))
    rows = select(*_COLUMNS).where(*conditions).order_by(*sort.by(Model))
    count = select(func.count()).select_from(Model).where(*conditions)
    found, total = paging.fetch(
        session.connection(), paging.windowed(rows, count), count, limit=limit, offset=offset
    )
    return Page(tuple([_view(row) for row in found]), total)


def matching(pattern: ColumnElement[str]) -> ColumnElement[bool]:
    """Models that are called so: `pattern` is that of `paging.contains`."""
    tagged = select(ModelTag.model_id).where(
        ModelTag.account_id == Model.account_id, ModelTag.tag.like(pattern, escape="\\")
    )
    texts = (func.lower(column).like(pattern, escape="\\") for column in (Model.title, Model.sku, Model.original_name))
    return or_(*texts, Model.id.in_(tagged))


def list_tags(session: Session, account_id: str) -> list[tuple[str, int]]:
    """The tags of the models that lists show, each with how many have it, in the order of the alphabet."""
    live = (ModelTag.account_id == account_id, Model.deleted_at.is_(None), Model.archived_at.is_(None))
    rows = session.execute(
        select(ModelTag.tag, func.count())
        .join(Model, Model.id == ModelTag.model_id)
        .where(*live)
        .group_by(ModelTag.tag)
        .order_by(ModelTag.tag)
    )
    return [(tag, count) for tag, count in rows]


def find_by_sha256(session: Session, account_id: str, sha256: str) -> str | None:
    """The id of the account's model of these bytes."""
    return session.scalar(
        select(Model.id).where(Model.account_id == account_id, Model.sha256 == sha256, Model.deleted_at.is_(None))
    )


def update_model(session: Session, account_id: str, model_id: str, changes: ModelChanges) -> None:
    """Raises ModelNotFound; InvalidRequest, naming the field, for what is too long or can't be stored."""
    values: dict[str, Any] = {}
    if "title" in changes:
        values["title"] = checked_text("title", changes["title"], MAX_TITLE_LENGTH)
    if "sku" in changes:
        values["sku"] = checked_text("sku", changes["sku"], MAX_SKU_LENGTH)
    if "tags" in changes:
        values["tags"] = checked_tags(changes["tags"])
    _change(session, account_id, model_id, **values)
    if "tags" in values:
        session.execute(delete(ModelTag).where(ModelTag.model_id == model_id))
        rows = [{"account_id": account_id, "tag": tag, "model_id": model_id} for tag in values["tags"]]
        if rows:
            session.execute(insert(ModelTag), rows)


def archive_model(session: Session, account_id: str, model_id: str) -> None:
    """Hides the model from lists. Raises ModelNotFound."""
    _change(session, account_id, model_id, archived_at=func.coalesce(Model.archived_at, clock.now()))


def unarchive_model(session: Session, account_id: str, model_id: str) -> bool:
    """Whether the model was archived. Raises ModelNotFound."""
    archived = (*_live(account_id, model_id), Model.archived_at.is_not(None))
    if session.scalar(update(Model).where(*archived).values(archived_at=None).returning(Model.id)):
        return True
    get_model(session, account_id, model_id)
    return False


def delete_model(
    session: Session, account_id: str, model_id: str, *, kept: dt.timedelta = dt.timedelta()
) -> None:
    """The model is gone for its owner, who may have it back for as long as it is `kept`; its renders, also those to
    come, are not gone. Raises ModelNotFound."""
    moment = clock.now()
    _change(session, account_id, model_id, deleted_at=moment, discard_at=moment + kept if kept else None)


def restore_model(session: Session, account_id: str, model_id: str) -> None:
    """A deleted model is there again, as it was.

    Raises ModelNotFound where it is gone for good; InvalidState where a model of the same bytes is there meanwhile.
    """
    if not is_id(model_id):
        raise ModelNotFound
    deleted = (
        Model.id == model_id, Model.account_id == account_id, Model.deleted_at.is_not(None),
        Model.discard_at > clock.now(), Model.file_size > 0,
    )  # fmt: skip
    sha256 = session.scalar(select(Model.sha256).where(*deleted))
    if sha256 is None:
        raise ModelNotFound
    same = find_by_sha256(session, account_id, sha256)
    if same is None:
        try:
            with session.begin_nested():
                restored = session.scalar(
                    update(Model).where(*deleted).values(deleted_at=None, discard_at=None).returning(Model.id)
                )
        except IntegrityError:  # just now
            same = find_by_sha256(session, account_id, sha256)
    if same == model_id:
        raise ModelNotFound  # somebody else was quicker
    if same is not None:
        raise InvalidState(f"The same file is there again, as the model {same}: this one can't be had back")
    if restored is None:
        raise ModelNotFound


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Those that a model may have, as they are kept. Raises InvalidRequest."""
    found = _tags(tags)
    if len(found) > MAX_TAGS:
        raise InvalidRequest(f"A model has up to {MAX_TAGS} tags, not {len(found)}", param="tags")
    return found


def _live(account_id: str, model_id: str) -> tuple[ColumnElement[bool], ...]:
    return Model.id == model_id, Model.account_id == account_id, Model.deleted_at.is_(None)


def _change(session: Session, account_id: str, model_id: str, **values: Any) -> None:
    if not values:
        get_model(session, account_id, model_id)
        return
    changed = session.scalar(update(Model).where(*_live(account_id, model_id)).values(**values).returning(Model.id))
    if changed is None:
        raise ModelNotFound


def _tags(tags: Sequence[str]) -> list[str]:
    """Lowercased, trimmed, each once, in their order."""
    found: dict[str, None] = {}
    for tag in tags:
        text = checked_text("tags", tag.lower(), MAX_TAG_LENGTH)
        if text is not None:
            if "," in text:
                raise InvalidRequest("A tag has no comma: lists of tags are separated by commas", param="tags")
            found[text] = None
    return list(found)


_COLUMNS = (
    Model.id, Model.original_name, Model.title, Model.sku, Model.tags, Model.file_size, Model.sha256,
    Model.storage_key, Model.state, Model.error_code, Model.error_message, Model.contents, Model.archived_at,
    Model.created_at,
)  # fmt: skip


def _view(row: Row[*tuple[Any, ...]]) -> ModelView:
    return ModelView(
        id=row.id,
        original_name=row.original_name,
        title=row.title,
        sku=row.sku,
        tags=tuple(row.tags),
        file_size=row.file_size,
        sha256=row.sha256,
        storage_key=row.storage_key,
        state=ModelState(row.state),
        error_code=row.error_code,
        error_message=row.error_message,
        contents=row.contents,
        archived_at=row.archived_at,
        created_at=row.created_at,
    )
