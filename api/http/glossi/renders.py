"""/api/v1/renders: all pictures and videos of projects."""

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from api.domain.projects import render_jobs
from api.domain.projects.plans import CHOICES, OutputSettings
from api.domain.projects.render_jobs import RenderJobView
from api.domain.projects.states import RenderJobStatus
from api.errors import (
    InvalidSettings,
    InvalidState,
    JobNotFound,
    ModelNotReady,
    NoCredits,
    ProjectNotFound,
    SpendingCap,
)
from api.http.body import body_of, documented
from api.http.glossi.auth import Reader, Renderer
from api.http.glossi.failures import ORDERING, errors
from api.http.glossi.outputs import Output, outputs
from api.http.glossi.paths import JobId, new_router
from api.http.glossi.schemas import Asked, JobIdText, ProjectIdText
from api.http.idempotency import Once
from api.http.state import FarmDep

router = new_router("renders")

BatchIdText = Annotated[str, Field(description="The same for all that was ordered together", examples=["Bt9cV3n7Mk5j"])]


def _meaning(setting: str) -> str:
    return ", ".join(f"{number}: {meaning}" for number, meaning in enumerate(CHOICES[setting]))


class RenderSettingsAsked(Asked):
    """What is rendered, and how. Whoever sends none of it gets all that the project's template has."""

    renderBookmarks: bool | None = Field(None, description="All pictures; true if not given", examples=[True])
    renderShots: bool | None = Field(None, description="All videos; true if not given", examples=[True])
    renderVariants: bool | None = Field(
        None, description="All variants of the models; true if not given", examples=[True]
    )
    imageQuality: int | None = Field(None, description=f"{_meaning('imageQuality')}; 1 if not given", examples=[1])
    videoQuality: int | None = Field(None, description=f"{_meaning('videoQuality')}; 1 if not given", examples=[1])
    videoResolution: int | None = Field(
        None, description=f"{_meaning('videoResolution')}; 1 if not given", examples=[1]
    )


class RendersAsked(Asked):
    projectIds: list[ProjectIdText]
    settings: RenderSettingsAsked | None = None


class RenderJob(BaseModel):
    jobId: JobIdText
    status: RenderJobStatus = Field(examples=["QUEUED"])
    projectId: ProjectIdText


class RenderJobs(BaseModel):
    jobs: list[RenderJob]
    totalProjects: int = Field(examples=[1])
    batchId: BatchIdText


class RenderJobDetail(RenderJob):
    batchId: BatchIdText
    renders: list[Output] | None = Field(None, description="Once the job has ended: what there is of it")
    errorMessage: str | None = Field(
        None, description="Why it is FAILED",
        examples=['1 of 8 could not be rendered, first "Top View - Default": The worker died or stood still'],
    )  # fmt: skip


class RenderJobRetried(RenderJob):
    batchId: BatchIdText


def settings_in(asked: RenderSettingsAsked | None) -> OutputSettings:
    """Raises InvalidSettings."""
    return OutputSettings.from_json({} if asked is None else asked.model_dump(exclude_none=True))


def _told(view: RenderJobView) -> dict[str, Any]:
    return {"jobId": view.id, "status": view.status, "projectId": view.project_id}


@router.post(
    "/renders",
    status_code=201,
    responses=errors(ProjectNotFound, ModelNotReady, InvalidSettings, *ORDERING),
    openapi_extra=documented(RendersAsked),
)
def create_renders(
    principal: Renderer, farm: FarmDep, once: Once, body: Annotated[RendersAsked, Depends(body_of(RendersAsked))]
) -> RenderJobs:
    """One job for each project, for the price of its pictures and videos: all of them, or none."""
    settings = settings_in(body.settings)
    once.hold(principal, body.projectIds, settings.to_json())
    with farm.work(principal) as unit:
        jobs = render_jobs.create_jobs(unit, principal.account_id, body.projectIds, settings)
        answer = RenderJobs(
            jobs=[RenderJob(**_told(job)) for job in jobs], totalProjects=len(jobs), batchId=jobs[0].batch_id
        )
        once.keep(unit, answer)
    return answer


@router.get("/renders/{job_id}", response_model_exclude_none=True, responses=errors(JobNotFound))
def get_render(principal: Reader, farm: FarmDep, request: Request, job_id: JobId) -> RenderJobDetail:
    """How far a job is and, once it has ended, its pictures and videos."""
    with farm.database.read() as session:
        job = render_jobs.get_job(session, principal.account_id, job_id)
    ended = job.status in (RenderJobStatus.COMPLETED, RenderJobStatus.FAILED)
    return RenderJobDetail(
        **_told(job), batchId=job.batch_id, errorMessage=job.error_message,
        renders=outputs(request, farm, principal.account_id, job) if ended else None,
    )  # fmt: skip


@router.post(
    "/renders/{job_id}/retry", responses=errors(JobNotFound, InvalidState, NoCredits, SpendingCap)
)
def retry_render(principal: Renderer, farm: FarmDep, job_id: JobId) -> RenderJobRetried:
    """Makes what is missing of a job that has FAILED, for the price of that, which was paid back when it failed."""
    with farm.work(principal) as unit:
        job = render_jobs.retry_job(unit, principal.account_id, job_id)
        return RenderJobRetried(**_told(job), batchId=job.batch_id)
