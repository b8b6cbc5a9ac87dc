"""Projects that their owner deletes, with all that was made of them."""

from sqlalchemy import delete, select

from api.db.tables import Project, Render, RenderJob, RenderJobOutput
from api.domain.accounts import ledger
from api.domain.kit.unit import Unit
from api.domain.projects import projects
from api.domain.projects.render_jobs import SUBJECT
from api.domain.projects.states import RenderJobStatus
from api.domain.renders import removal


def delete_project(unit: Unit, account_id: str, project_id: str) -> None:
    """The project is gone, and its pictures and videos with it. Jobs that haven't ended are paid back.

    Raises ProjectNotFound.
    """
    projects.get_project(unit, account_id, project_id)
    jobs = unit.execute(
        select(RenderJob.id, RenderJob.status)
        .where(RenderJob.project_id == project_id)
        .order_by(RenderJob.id)
        .with_for_update()
    ).all()
    renders = unit.scalars(
        select(Render.id)
        .join(RenderJobOutput, RenderJobOutput.render_id == Render.id)
        .where(RenderJobOutput.job_id.in_([job.id for job in jobs]))
        .order_by(Render.task_id, Render.id)
    ).all()
    for render_id in renders:
        removal.delete_render(unit, account_id, render_id)
    for job in jobs:
        if job.status == RenderJobStatus.QUEUED:
            ledger.refund(unit, SUBJECT, job.id)
    unit.execute(delete(Project).where(Project.id == project_id))
