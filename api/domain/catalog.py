"""The catalog: uploaded 3D models and what was rendered of them."""

import dataclasses
import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Model, Render
from api.domain.renders import RenderView, select_views
from api.errors import ModelNotFound
from api.ids import is_id


@dataclasses.dataclass(frozen=True, slots=True)
class ModelView:
    """`file_size` is in bytes, `sha256` 64 hex digits, `storage_key` where the original bytes are."""

    id: str
    original_name: str
    title: str | None
    sku: str | None
    tags: tuple[str, ...]
    file_size: int
    sha256: str
    storage_key: str
    archived_at: dt.datetime | None
    created_at: dt.datetime


def get_model(session: Session, account_id: str, model_id: str) -> ModelView:
    """Raises ModelNotFound, also for a deleted model and for one of another account."""
    if not is_id(model_id):
        raise ModelNotFound
    model = session.scalar(
        select(Model).where(Model.id == model_id, Model.account_id == account_id, Model.deleted_at.is_(None))
    )
    if model is None:
        raise ModelNotFound
    return ModelView(
        id=model.id,
        original_name=model.original_name,
        title=model.title,
        sku=model.sku,
        tags=tuple(model.tags),
        file_size=model.file_size,
        sha256=model.sha256,
        storage_key=model.storage_key,
        archived_at=model.archived_at,
        created_at=model.created_at,
    )


def model_renders(session: Session, account_id: str, model_id: str) -> list[RenderView]:
    """All renders of the model, system preview included, newest first."""
    return select_views(session, Render.model_id == model_id, Render.account_id == account_id)
