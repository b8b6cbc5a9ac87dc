"""What there is to tell of models, projects, their renders and workflows, in the transaction in which it happened."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.db.tables import Model, Result, Upload
from api.domain.catalog import thumbnails
from api.domain.catalog.states import ModelState
from api.domain.webhooks import events, targets
from api.domain.webhooks.events import NewEvent

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

DIALECT = "glossi"
"""Whose words they are told in: no other dialect has any."""

SUBJECT = WORKFLOW
ENDED = ("job.complete", "job.failed")
"""The subject and the events that a URL may be told of alone."""


def subscribe_job(session: Session, account_id: str, workflow_id: str, url: str) -> None:
    """Has the end of this one workflow told to `url`, which was checked, besides whoever is told of all of them.

    A URL that is told of all of them anyway is told once. That its owner has paused this changes nothing: what is asked
    for here is sent, and nothing else.
    """
    targets.subscribe(session, account_id, DIALECT, {workflow_id: url}, subject_kind=WORKFLOW, events=ENDED)


def models_processed(session: Session, *which: ColumnElement[bool]) -> None:
    """Those models, by conditions on Upload and Model, have been read, and their thumbnails are there or won't be; or
    they can't be read."""
    rows = session.execute(
        select(
            Upload.id, Upload.account_id, Upload.name, Upload.file_name, Model.id.label("model_id"), Model.state,
            Model.storage_key, Model.error_code, Model.error_message,
        )
        .join(Model, Model.id == Upload.model_id)
        .where(Model.state.in_([ModelState.READY, ModelState.FAILED]), *which)
        .order_by(Upload.id)
    ).all()
    found: Mapping[str, str] = {}
    if rows:
        found = dict(session.execute(
            select(Result.subject_id, Result.key).where(
                Result.subject_id.in_([row.model_id for row in rows]), Result.subject_kind == thumbnails.SUBJECT
            )
        ).all())  # fmt: skip
    for row in rows:
        if row.state == ModelState.READY:
            event = NewEvent("model.processed", row.id, {
                "model_id": row.id, "name": row.name, "file_name": row.file_name, "file_key": row.storage_key,
                "thumbnail_key": found.get(row.model_id),
            })  # fmt: skip
        else:
            event = NewEvent("model.failed", row.id, {
                "model_id": row.id, "name": row.name, "error_code": row.error_code, "error_message": row.error_message,
            })  # fmt: skip
        _emit(session, row.account_id, MODEL, [event])


def projects_created(session: Session, account_id: str, told: Sequence[Mapping[str, Any]]) -> None:
    """`told` is what projects.ProjectView has for events."""
    _emit(
        session, account_id, PROJECT, [NewEvent("project.created", project["project_id"], project) for project in told]
    )


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
