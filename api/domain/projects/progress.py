"""What goes on when models and renders have ended, and what the sweeper makes up for where nothing did."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from api.db.tables import Model, Render, RenderJob, RenderJobOutput, Upload, Workflow, WorkflowModel
from api.domain.catalog.states import ModelState
from api.domain.kit import unit
from api.domain.kit.unit import Unit
from api.domain.projects import notices, render_jobs, workflows
from api.domain.projects.states import RenderJobStatus, WorkflowStatus
from api.domain.renders.states import UNFINISHED

DUE_AT_ONCE = 100


def models_ended(session: Session, model_ids: Collection[str]) -> None:
    """See kit.followers. The models have been read, or can't be."""
    # Of those that wait for a thumbnail, its end tells.
    told = or_(Model.state == ModelState.FAILED, Model.thumbnail_id.is_(None))
    notices.models_processed(session, Model.id.in_(model_ids), told)
    _advance_workflows(
        session, Workflow.status == WorkflowStatus.PROCESSING,
        WorkflowModel.upload_id.in_(select(Upload.id).where(Upload.model_id.in_(model_ids))),
    )  # fmt: skip


def thumbnails_ended(session: Session, model_ids: Collection[str]) -> None:
    """See kit.followers. The models' thumbnails are drawn, or can't be."""
    notices.models_processed(session, Model.id.in_(model_ids), Model.state == ModelState.READY)


def renders_ended(session: Session, render_ids: Collection[str]) -> None:
    """See kit.followers."""
    of_jobs = select(RenderJobOutput.job_id).where(RenderJobOutput.render_id.in_(render_ids)).distinct()
    for job_id in session.scalars(of_jobs):
        unit.note_next(session, render_jobs.advance, job_id)


def render_jobs_ended(session: Session, job_ids: Collection[str]) -> None:
    """See kit.followers."""
    _advance_workflows(
        session, Workflow.status == WorkflowStatus.RENDERING, WorkflowModel.render_job_id.in_(job_ids)
    )


def note_due(due: Unit) -> None:
    """Goes on with what could go on, after the unit's commit. Nothing is due unless a process died between two steps.
    """
    at_work = exists().where(
        RenderJobOutput.job_id == RenderJob.id, Render.id == RenderJobOutput.render_id, Render.status.in_(UNFINISHED)
    )
    jobs = select(RenderJob.id).where(RenderJob.status == RenderJobStatus.QUEUED, ~at_work).limit(DUE_AT_ONCE)
    for job_id in due.scalars(jobs):
        unit.note_next(due, render_jobs.advance, job_id)
    unread = exists().where(
        WorkflowModel.workflow_id == Workflow.id, Upload.id == WorkflowModel.upload_id,
        Model.id == Upload.model_id, Model.state.in_(workflows.UNREAD), Model.deleted_at.is_(None),
    )
    rendering = exists().where(
        WorkflowModel.workflow_id == Workflow.id, RenderJob.id == WorkflowModel.render_job_id,
        RenderJob.status == RenderJobStatus.QUEUED,
    )
    _advance_workflows(due, Workflow.status == WorkflowStatus.PROCESSING, ~unread)
    _advance_workflows(due, Workflow.status == WorkflowStatus.CREATING_PROJECTS)
    _advance_workflows(due, Workflow.status == WorkflowStatus.RENDERING, ~rendering)


def _advance_workflows(session: Session, *conditions: ColumnElement[bool]) -> None:
    concerned = (
        select(Workflow.id)
        .join(WorkflowModel, WorkflowModel.workflow_id == Workflow.id)
        .where(*conditions)
        .distinct()
        .limit(DUE_AT_ONCE)
    )
    for workflow_id in session.scalars(concerned):
        unit.note_next(session, workflows.advance, workflow_id)
