"""What there is to tell of models, projects, their renders and workflows, in the transaction in which it happened."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from api.db.tables import Model, Result, Upload
from api.domain.catalog.states import ModelState
from api.domain.webhooks import events
from api.domain.webhooks.events import NewEvent

if TYPE_CHECKING:
    from api.domain.projects.projects import ProjectView

MODEL = "upload"
PROJECT = "project"
RENDER_JOB = "render_job"
WORKFLOW = "workflow"
"""The subjects of events. What a client calls a model is its upload."""

EVENTS = (
    "model.processed", "model.failed", "project.created", "job.complete", "job.failed", "render.complete",
    "render.failed",
)  # fmt: skip
"""Source: Glossi's API reference, "Available Events"."""


def models_processed(session: Session, model_ids: Collection[str], *, upload_id: str | None = None) -> None:
    """The models, in the catalog's words, have been read, and their thumbnails are there or won't be; or they can't be
    read. It is told of all their uploads, or of one that found its model processed already."""
    rows = session.execute(
        select(
            Upload.id, Upload.account_id, Upload.name, Upload.file_name, Model.id.label("model_id"), Model.state,
            Model.storage_key, Model.error_code, Model.error_message,
        )
        .join(Model, Model.id == Upload.model_id)
        .where(
            Model.id.in_(model_ids), Model.state.in_([ModelState.READY, ModelState.FAILED]),
            true() if upload_id is None else Upload.id == upload_id,
        )
        .order_by(Upload.id)
    ).all()
    thumbnails: Mapping[str, str] = {}
    if rows:
        thumbnails = dict(session.execute(
            select(Result.subject_id, Result.key).where(Result.subject_id.in_(model_ids), Result.name == "thumb")
        ).all())  # fmt: skip
    for row in rows:
        if row.state == ModelState.READY:
            event = NewEvent("model.processed", row.id, {
                "model_id": row.id, "name": row.name, "file_name": row.file_name, "file_key": row.storage_key,
                "thumbnail_key": thumbnails.get(row.model_id),
            })  # fmt: skip
        else:
            event = NewEvent("model.failed", row.id, {
                "model_id": row.id, "name": row.name, "error_code": row.error_code, "error_message": row.error_message,
            })  # fmt: skip
        _emit(session, row.account_id, MODEL, [event])


def projects_created(session: Session, account_id: str, projects: Sequence["ProjectView"]) -> None:
    _emit(session, account_id, PROJECT, [
        NewEvent("project.created", project.id, {
            "project_id": project.id, "name": project.name, "status": project.status,
            "model_ids": list(project.model_ids), "template_id": project.template_id,
        })
        for project in projects
    ])  # fmt: skip


def render_job_ended(
    session: Session, account_id: str, job_id: str, *, project_id: str, render_ids: Sequence[str], error: str | None
) -> None:
    """`error` says why it failed, and is None for one that is complete."""
    data: dict[str, Any] = {"job_id": job_id, "project_id": project_id}
    if error is None:
        event = NewEvent("render.complete", job_id, {**data, "render_ids": list(render_ids)})
    else:
        event = NewEvent("render.failed", job_id, {**data, "error": error})
    _emit(session, account_id, RENDER_JOB, [event])


def workflow_ended(
    session: Session, account_id: str, workflow_id: str, *, results: Sequence[Mapping[str, Any]], error: str | None
) -> None:
    """As `render_job_ended`. `results` are as workflows.WorkflowView has them."""
    name = "job.complete" if error is None else "job.failed"
    data: dict[str, Any] = {"job_id": workflow_id, "results": list(results)}
    if error is not None:
        data["error"] = error
    _emit(session, account_id, WORKFLOW, [NewEvent(name, workflow_id, data)])


def _emit(session: Session, account_id: str, subject_kind: str, new: Sequence[NewEvent]) -> None:
    def tell(wanted: Collection[str]) -> Iterator[NewEvent]:
        yield from (event for event in new if event.subject_id in wanted)

    events.emit(session, account_id, subject_kind, [event.subject_id for event in new], tell)
