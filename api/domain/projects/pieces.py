"""Renders that their owner cancels, deletes or tries again one by one, but not those that are pieces of a render job.

A job is paid for as a whole. So none of its pieces goes before the job has ended, or its owner could keep what is drawn
by then and be paid back for the job; and what is missing of a job that has failed is made by trying the job again.
"""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import RenderJob, RenderJobOutput
from api.domain.kit.unit import Unit
from api.domain.projects.states import RenderJobStatus
from api.domain.renders import ordering, removal
from api.domain.renders.renders import RenderView
from api.errors import InvalidState


def cancel_render(unit: Unit, account_id: str, render_id: str) -> RenderView:
    """As removal.cancel_render; raises InvalidState for a piece of a job that hasn't ended, too."""
    _refuse_needed(unit, account_id, render_id)
    return removal.cancel_render(unit, account_id, render_id)


def delete_render(
    unit: Unit, account_id: str, render_id: str, *, kept: dt.timedelta = dt.timedelta()
) -> None:
    """As removal.delete_render; raises InvalidState for a piece of a job that hasn't ended."""
    _refuse_needed(unit, account_id, render_id)
    removal.delete_render(unit, account_id, render_id, kept=kept)


def retry_render(session: Session, account_id: str, render_id: str) -> RenderView:
    """As ordering.retry_render; raises InvalidState for a piece of a job, too."""
    if (job := _job_of(session, account_id, render_id)) is not None:
        raise InvalidState(f"The render is a part of the job {job[0]}: only the whole job can be tried again")
    return ordering.retry_render(session, account_id, render_id)


def _refuse_needed(session: Session, account_id: str, render_id: str) -> None:
    job = _job_of(session, account_id, render_id)
    if job is not None and job[1] == RenderJobStatus.QUEUED:
        raise InvalidState(f"The render is a part of the job {job[0]}, which has not ended: delete the job's project")


def _job_of(session: Session, account_id: str, render_id: str) -> tuple[str, str] | None:
    """The id and the status of the render's job, if it is a part of one."""
    row = session.execute(
        select(RenderJob.id, RenderJob.status)
        .join(RenderJobOutput, RenderJobOutput.job_id == RenderJob.id)
        .where(RenderJobOutput.render_id == render_id, RenderJob.account_id == account_id)
    ).one_or_none()
    return None if row is None else (row.id, row.status)
