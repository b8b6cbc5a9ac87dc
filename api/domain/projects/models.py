"""The models that an account has announced: one, some, all of them, and one no longer."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete as delete_rows
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from api.db.tables import Model, Project, ProjectModel, Result, Upload, Workflow, WorkflowModel
from api.domain.catalog import catalog, thumbnails
from api.domain.kit import paging
from api.domain.kit.paging import Page, Sort
from api.domain.kit.unit import Unit
from api.domain.projects import uploads
from api.domain.projects.states import WorkflowStatus
from api.domain.projects.uploads import UploadView
from api.errors import InvalidState
from api.ids import is_id

ENDED = (WorkflowStatus.COMPLETE, WorkflowStatus.FAILED)
"""The statuses of workflows that need their models no more."""

NEWEST = Sort("created_at", descending=True)


def views(session: Session, account_id: str, ids: Collection[str]) -> dict[str, UploadView]:
    """By id, those that are there."""
    wanted = [upload_id for upload_id in ids if is_id(upload_id)]
    found = uploads.select_views(session, Upload.id.in_(wanted), Upload.account_id == account_id)
    return {view.id: view for view in found}


def list_models(session: Session, account_id: str, *, limit: int, offset: int) -> Page[UploadView]:
    """Newest first."""
    rows = uploads.selected().where(Upload.account_id == account_id)
    count = rows.with_only_columns(func.count(), maintain_column_froms=True)
    found, total = paging.fetch(
        session, paging.windowed(rows.order_by(*NEWEST.by(Upload)), count), count, limit=limit, offset=offset
    )
    return Page(tuple(uploads.view_of(row) for row in found), total)


def thumbnail_key(session: Session, view: UploadView) -> str | None:
    """The storage key of the model's thumbnail, if it is drawn."""
    return session.scalar(
        select(Result.key).where(
            Result.subject_id == view.model_id, Result.subject_kind == thumbnails.SUBJECT,
            Result.name == thumbnails.FILE,
        )
    )  # fmt: skip


def delete(unit: Unit, account_id: str, upload_id: str, *, kept: dt.timedelta = dt.timedelta()) -> None:
    """The model is gone, and the catalog's with it, unless it is another announced model's too: see
    catalog.delete_model.

    It goes from the lists of workflows that have ended, from the variants of others, and with its own variants.
    Raises ModelNotFound; InvalidState where a project, or a workflow that hasn't ended, would be left without it.
    """
    uploads.find(unit, account_id, upload_id)
    unit.execute(select(Upload.id).where(Upload.id == upload_id).with_for_update())  # nobody begins to need it
    view = uploads.find(unit, account_id, upload_id)
    _refuse_needed(unit, upload_id)
    unit.execute(delete_rows(WorkflowModel).where(WorkflowModel.upload_id == upload_id))
    unit.execute(delete_rows(Upload).where(Upload.id == upload_id))
    if view.model_id is None:
        unit.drop(view.arrived_key)
        return
    unit.execute(select(Model.id).where(Model.id == view.model_id).with_for_update(key_share=True))
    if not unit.scalar(select(exists().where(Upload.model_id == view.model_id))):
        catalog.delete_model(unit, account_id, view.model_id, kept=kept)


def _refuse_needed(unit: Unit, upload_id: str) -> None:
    project = unit.execute(
        select(Project.id, Project.name)
        .join(ProjectModel, ProjectModel.project_id == Project.id)
        .where(ProjectModel.upload_id == upload_id)
        .limit(1)
    ).one_or_none()
    if project is not None:
        raise InvalidState(f'The project "{project.name}" ({project.id}) needs the model: delete it first')
    workflow_id = unit.scalar(
        select(Workflow.id)
        .join(WorkflowModel, WorkflowModel.workflow_id == Workflow.id)
        .where(WorkflowModel.upload_id == upload_id, Workflow.status.not_in(ENDED))
        .limit(1)
    )
    if workflow_id is not None:
        raise InvalidState(f"The job {workflow_id} has not ended, and needs the model")
