"""Workflows: from files to pictures in one order. Glossi calls them jobs.

    AWAITING_UPLOADS --confirm_uploads--> PROCESSING --all models read--> CREATING_PROJECTS --> RENDERING --> COMPLETE
                                              |                              |    |                |            ^
                                              |                              |    '----------------|--nothing to render
                                              '-----> FAILED <---------------'---------------------'

Each step is a transaction of its own: who ends a model or a render has `advance` called after its commit, and what dies
in between is made up for by the sweeper. A step that was taken already isn't taken again.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Row, case, func, insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import (
    Batch,
    Model,
    Project,
    Render,
    RenderJob,
    RenderJobOutput,
    Upload,
    Workflow,
    WorkflowModel,
)
from api.domain.catalog.states import ModelState
from api.domain.kit import unit
from api.domain.projects import notices, plans, projects, render_jobs, templates
from api.domain.projects.plans import OutputSettings
from api.domain.projects.states import RenderJobStatus, WorkflowStatus
from api.domain.projects.uploads import UploadView
from api.domain.renders.states import RenderStatus
from api.errors import FarmError, InvalidRequest, JobNotFound
from api.ids import is_id, new_id

UNREAD = (ModelState.PENDING, ModelState.ANALYZING)

REASONS = 3
"""How many of the files that failed an error names."""


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """Counts. Renders are pictures and videos, known from when they are ordered."""

    models_uploaded: int
    models_ready: int
    models_total: int
    projects_created: int
    projects_total: int
    renders_complete: int
    renders_total: int


@dataclasses.dataclass(frozen=True, slots=True)
class ResultView:
    """What became of one of the models. `project` is (id, name), None where there is none, as `render_job_id`."""

    model_id: str
    model_name: str
    project: tuple[str, str] | None
    render_job_id: str | None

    @property
    def told(self) -> dict[str, Any]:
        """As events have it."""
        project = None if self.project is None else {"id": self.project[0], "name": self.project[1]}
        return {"model": {"id": self.model_id, "name": self.model_name}, "project": project}


@dataclasses.dataclass(frozen=True, slots=True)
class WorkflowView:
    """`batch` is (id, title), from CREATING_PROJECTS on. `results` are of the models that are ready."""

    id: str
    status: WorkflowStatus
    batch: tuple[str, str] | None
    progress: Progress
    results: tuple[ResultView, ...]
    error: str | None
    model_ids: tuple[str, ...]
    created_at: dt.datetime


def create_workflow(
    session: Session,
    account_id: str,
    announced: Sequence[UploadView],
    *,
    template_id: str | None,
    create_projects: bool,
    settings: OutputSettings | None,
) -> WorkflowView:
    """A workflow that waits for the files of models that were just announced.

    Raises TemplateNotFound; InvalidRequest where something is to be rendered without a template or without projects, or
    where what the template has of it is nothing, or too much.
    """
    wanted = settings if settings is not None and settings.renders_anything else None
    if wanted and template_id is None:
        raise InvalidRequest("To render, name a template", param="template_id")
    if wanted and not create_projects:
        raise InvalidRequest("To render, let projects be created", param="create_projects")
    if template_id is not None:
        template = templates.get_template(session, account_id, template_id)
        if wanted:  # without the models' variants, which nobody knows yet
            count = len(plans.planned(template.content, wanted, material_variant=None))
            render_jobs.check_count(count, count * len(announced))
    workflow_id, moment = new_id(), clock.now()
    session.execute(insert(Workflow).values(
        id=workflow_id, account_id=account_id, token_id=unit.spender(session), template_id=template_id,
        status=WorkflowStatus.AWAITING_UPLOADS, create_projects=create_projects,
        render_settings=wanted.to_json() if wanted else None,
        created_at=moment, updated_at=moment,
    ))  # fmt: skip
    session.execute(insert(WorkflowModel), [
        {"workflow_id": workflow_id, "position": position, "upload_id": upload.id}
        for position, upload in enumerate(announced)
    ])  # fmt: skip
    return get_workflow(session, account_id, workflow_id)


def confirm_uploads(session: Session, account_id: str, workflow_id: str) -> WorkflowView:
    """All of the workflow's files are confirmed: it goes on. Changes nothing the second time. Raises JobNotFound."""
    begun = session.scalar(
        update(Workflow)
        .where(
            Workflow.id == workflow_id, Workflow.account_id == account_id,
            Workflow.status == WorkflowStatus.AWAITING_UPLOADS,
        )
        .values(status=WorkflowStatus.PROCESSING, updated_at=clock.now())
        .returning(Workflow.id)
    )  # fmt: skip
    if begun is not None:
        unit.note_next(session, advance, workflow_id)  # all of its models may have been read before
    return get_workflow(session, account_id, workflow_id)


def advance(session: Session, workflow_id: str) -> None:
    """Takes the workflow's next step, if it can be taken. Does nothing else, however often it is called."""
    workflow = session.scalar(select(Workflow).where(Workflow.id == workflow_id).with_for_update())
    if workflow is not None and (step := _STEPS.get(WorkflowStatus(workflow.status))) is not None:
        step(session, workflow)


def _read_models(session: Session, workflow: Workflow) -> None:
    models = _models(session, workflow.id)
    if any(row.state in UNREAD for row in models):
        return
    if failed := [row for row in models if row.state != ModelState.READY]:
        named = "; ".join(
            f'"{row.file_name}": {row.error_message or "the model was deleted"}' for row in failed[:REASONS]
        )
        more = f"; and {len(failed) - REASONS} more" if len(failed) > REASONS else ""
        _end(session, workflow, f"{len(failed)} of {len(models)} models can't be processed: {named}{more}")
    elif workflow.create_projects:
        workflow.batch_id = projects.create_batch(session, workflow.account_id)
        _move(session, workflow, WorkflowStatus.CREATING_PROJECTS)
        unit.note_next(session, advance, workflow.id)
    else:
        _end(session, workflow, None)


def _create_projects(session: Session, workflow: Workflow) -> None:
    """The projects stay even where their renders can't be paid for."""
    unit.spend_for(session, workflow.token_id)
    models = _models(session, workflow.id)
    template_id = workflow.template_id or next(iter(templates.BUILTIN))
    try:
        with session.begin_nested():
            made = [
                projects.create_projects(
                    session, workflow.account_id, model_ids=[row.upload_id], template_id=template_id,
                    name=project_name(row.file_name), batch_id=workflow.batch_id,
                )[0]
                for row in models
            ]  # fmt: skip
            for row, project in zip(models, made, strict=True):
                _note(session, workflow.id, row.position, project_id=project.id)
        if workflow.render_settings is None:
            _end(session, workflow, None)
            return
        with session.begin_nested():
            settings = OutputSettings.from_json(workflow.render_settings)
            jobs = render_jobs.create_jobs(session, workflow.account_id, [project.id for project in made], settings)
            for row, job in zip(models, jobs, strict=True):
                _note(session, workflow.id, row.position, render_job_id=job.id)
    except FarmError as error:
        _end(session, workflow, error.message)
    else:
        _move(session, workflow, WorkflowStatus.RENDERING)


def _finish_rendering(session: Session, workflow: Workflow) -> None:
    rows = session.execute(
        select(RenderJob.status, RenderJob.error_message, Upload.file_name)
        .join(WorkflowModel, WorkflowModel.render_job_id == RenderJob.id)
        .join(Upload, Upload.id == WorkflowModel.upload_id)
        .where(WorkflowModel.workflow_id == workflow.id)
        .order_by(WorkflowModel.position)
    ).all()
    if any(row.status == RenderJobStatus.QUEUED for row in rows):
        return
    failed = [row for row in rows if row.status == RenderJobStatus.FAILED]
    named = "; ".join(f'"{row.file_name}": {row.error_message}' for row in failed[:REASONS])
    _end(session, workflow, f"{len(failed)} of {len(rows)} renders failed: {named}" if failed else None)


_STEPS = {
    WorkflowStatus.PROCESSING: _read_models,
    WorkflowStatus.CREATING_PROJECTS: _create_projects,
    WorkflowStatus.RENDERING: _finish_rendering,
}


def project_name(file_name: str) -> str:
    """"Chair Project" of "chair.glb", as Glossi's API reference shows it."""
    stem = PurePosixPath(file_name).stem or file_name
    return f"{stem[:1].upper()}{stem[1:]} Project"[: projects.MAX_NAME_LENGTH]


def get_workflow(session: Session, account_id: str, workflow_id: str) -> WorkflowView:
    """Raises JobNotFound, also for another account's."""
    if not is_id(workflow_id):
        raise JobNotFound
    workflow = session.execute(
        select(
            Workflow.status, Workflow.create_projects, Workflow.error, Workflow.created_at, Batch.id, Batch.title
        )
        .outerjoin(Batch, Batch.id == Workflow.batch_id)
        .where(Workflow.id == workflow_id, Workflow.account_id == account_id)
    ).one_or_none()
    if workflow is None:
        raise JobNotFound
    models = _models(session, workflow_id)
    renders = session.execute(
        select(func.count(), func.count(case((Render.status == RenderStatus.DONE, 1))))
        .select_from(WorkflowModel)
        .join(RenderJobOutput, RenderJobOutput.job_id == WorkflowModel.render_job_id)
        .join(Render, Render.id == RenderJobOutput.render_id)
        .where(WorkflowModel.workflow_id == workflow_id)
    ).one()
    progress = Progress(
        models_uploaded=sum(row.model_id is not None or row.file_key is not None for row in models),
        models_ready=sum(row.state == ModelState.READY for row in models), models_total=len(models),
        projects_created=sum(row.project_id is not None for row in models),
        projects_total=len(models) if workflow.create_projects else 0,
        renders_complete=renders[1], renders_total=renders[0],
    )  # fmt: skip
    return WorkflowView(
        workflow_id, WorkflowStatus(workflow.status), None if workflow.id is None else (workflow.id, workflow.title),
        progress, _results(models), workflow.error, tuple(row.upload_id for row in models), workflow.created_at,
    )


def _results(models: Sequence[Row[*tuple[Any, ...]]]) -> tuple[ResultView, ...]:
    return tuple(
        ResultView(
            row.upload_id, row.file_name, None if row.project_id is None else (row.project_id, row.project_name),
            row.render_job_id,
        )
        for row in models if row.state == ModelState.READY
    )  # fmt: skip


def _models(session: Session, workflow_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """`state` is None of a model whose file isn't confirmed, or that was deleted."""
    return session.execute(
        select(
            WorkflowModel.position, WorkflowModel.upload_id, WorkflowModel.project_id, WorkflowModel.render_job_id,
            Upload.file_name, Upload.file_key, Upload.model_id, Model.state, Model.error_message,
            Project.name.label("project_name"),
        )
        .join(Upload, Upload.id == WorkflowModel.upload_id)
        .outerjoin(Model, (Model.id == Upload.model_id) & Model.deleted_at.is_(None))
        .outerjoin(Project, Project.id == WorkflowModel.project_id)
        .where(WorkflowModel.workflow_id == workflow_id)
        .order_by(WorkflowModel.position)
    ).all()  # fmt: skip


def _note(session: Session, workflow_id: str, position: int, **made: str) -> None:
    session.execute(
        update(WorkflowModel)
        .where(WorkflowModel.workflow_id == workflow_id, WorkflowModel.position == position)
        .values(**made)
    )


def _move(session: Session, workflow: Workflow, status: WorkflowStatus, error: str | None = None) -> None:
    workflow.status, workflow.error, workflow.updated_at = status, error, clock.now()
    session.flush()


def _end(session: Session, workflow: Workflow, error: str | None) -> None:
    _move(session, workflow, WorkflowStatus.FAILED if error else WorkflowStatus.COMPLETE, error)
    results = [result.told for result in _results(_models(session, workflow.id))]
    notices.workflow_ended(session, workflow.account_id, workflow.id, results=results, error=error)
