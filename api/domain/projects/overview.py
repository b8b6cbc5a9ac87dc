"""Projects with what was made of them, and workflows, newest first: what people look through."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.tables import Render, RenderJob, RenderJobOutput, Workflow
from api.domain.kit import paging
from api.domain.kit.paging import Page
from api.domain.projects import projects, workflows
from api.domain.projects.projects import ProjectView
from api.domain.projects.states import RenderJobStatus
from api.domain.projects.workflows import WorkflowView
from api.domain.renders.states import RenderStatus


@dataclasses.dataclass(frozen=True, slots=True)
class OutputRow:
    """A picture or a video that a job makes. `file_type` is "PNG", "MP4" or "PRORES"."""

    render_id: str
    name: str
    file_type: str
    status: RenderStatus


@dataclasses.dataclass(frozen=True, slots=True)
class JobRow:
    """A render job of a project. `done` counts those of the `outputs` that are there."""

    id: str
    project_id: str
    status: RenderJobStatus
    error_message: str | None
    created_at: dt.datetime
    outputs: tuple[OutputRow, ...]

    @property
    def done(self) -> int:
        return sum(output.status == RenderStatus.DONE for output in self.outputs)


def list_projects(
    session: Session, account_id: str, *, limit: int, offset: int
) -> Page[tuple[ProjectView, JobRow | None]]:
    """Each with the last of its render jobs, if there is one."""
    page = projects.list_projects(session, account_id, limit=limit, offset=offset)
    newest: dict[str, JobRow] = {}
    for job in jobs_of(session, [project.id for project in page.items]):
        newest.setdefault(job.project_id, job)
    return Page(tuple((project, newest.get(project.id)) for project in page.items), page.total)


def jobs_of(session: Session, project_ids: Collection[str]) -> list[JobRow]:
    """All render jobs of these projects, newest first."""
    jobs = session.execute(
        select(RenderJob.id, RenderJob.project_id, RenderJob.status, RenderJob.error_message, RenderJob.created_at)
        .where(RenderJob.project_id.in_(project_ids))
        .order_by(RenderJob.created_at.desc(), RenderJob.id.desc())
    ).all()
    outputs: dict[str, list[OutputRow]] = {job.id: [] for job in jobs}
    for row in session.execute(
        select(RenderJobOutput.job_id, Render.id, RenderJobOutput.name, RenderJobOutput.file_type, Render.status)
        .join(Render, Render.id == RenderJobOutput.render_id)
        .where(RenderJobOutput.job_id.in_(outputs))
        .order_by(RenderJobOutput.job_id, RenderJobOutput.position)
    ):
        outputs[row.job_id].append(OutputRow(row.id, row.name, row.file_type, RenderStatus(row.status)))
    return [
        JobRow(
            job.id, job.project_id, _status(job.status, outputs[job.id]), job.error_message, job.created_at,
            tuple(outputs[job.id]),
        )
        for job in jobs
    ]  # fmt: skip


def list_workflows(session: Session, account_id: str, *, limit: int, offset: int) -> Page[WorkflowView]:
    own = Workflow.account_id == account_id
    count = select(func.count()).select_from(Workflow).where(own)
    rows = select(Workflow.id).where(own).order_by(Workflow.created_at.desc(), Workflow.id.desc())
    found, total = paging.fetch(session, paging.windowed(rows, count), count, limit=limit, offset=offset)
    return Page(tuple(workflows.get_workflow(session, account_id, row.id) for row in found), total)


def _status(status: str, outputs: Collection[OutputRow]) -> RenderJobStatus:
    """As `render_jobs.get_job` tells it."""
    begun = any(output.status != RenderStatus.PENDING for output in outputs)
    queued = RenderJobStatus.RENDERING if begun else RenderJobStatus.QUEUED
    return queued if status == RenderJobStatus.QUEUED else RenderJobStatus(status)
