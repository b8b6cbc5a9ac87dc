"""Projects that their owner deletes, with all that was made of them."""

from sqlalchemy import delete, select

from api.db.tables import Project, Render, RenderJob, RenderJobOutput
from api.domain.accounts import ledger
from api.domain.kit.unit import Unit
from api.domain.projects import plans, projects
from api.domain.projects.plans import OutputSettings
from api.domain.projects.render_jobs import SUBJECT
from api.domain.projects.states import RenderJobStatus
from api.domain.renders import removal
from api.domain.renders.states import RenderStatus


def delete_project(unit: Unit, account_id: str, project_id: str) -> None:
    """The project is gone, and its pictures and videos with it. What is missing of jobs that haven't ended is paid
    back: what was drawn could be fetched. Raises ProjectNotFound.
    """
    projects.get_project(unit, account_id, project_id)
    jobs = unit.execute(
        select(RenderJob.id, RenderJob.status, RenderJob.settings)
        .where(RenderJob.project_id == project_id)
        .order_by(RenderJob.id)
        .with_for_update()
    ).all()
    renders = unit.execute(
        select(Render.id, Render.status, RenderJobOutput.job_id, RenderJobOutput.file_type)
        .join(RenderJobOutput, RenderJobOutput.render_id == Render.id)
        .where(RenderJobOutput.job_id.in_([job.id for job in jobs]))
        .order_by(Render.task_id, Render.id)
    ).all()
    for render in renders:
        removal.delete_render(unit, account_id, render.id)
    for job in jobs:
        if job.status == RenderJobStatus.QUEUED:
            settings = OutputSettings.from_json(job.settings)
            missing = plans.price_of(
                (each.file_type for each in renders if each.job_id == job.id and each.status != RenderStatus.DONE),
                settings,
            )
            ledger.refund(unit, SUBJECT, job.id, at_most=missing)
    unit.execute(delete(Project).where(Project.id == project_id))
