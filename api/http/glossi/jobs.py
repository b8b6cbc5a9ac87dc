"""/api/v1/jobs: from files to pictures in one order."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from api.domain.projects import notices, render_jobs, uploads, workflows
from api.domain.projects.render_jobs import RenderJobView
from api.domain.projects.states import WorkflowStatus
from api.domain.projects.workflows import ResultView, WorkflowView
from api.errors import (
    FileTooLarge,
    InvalidFormat,
    InvalidSettings,
    InvalidUrl,
    JobNotFound,
    StorageLimit,
    TemplateNotFound,
    UnsupportedFileType,
    UploadLimit,
    UploadNotFound,
)
from api.http.body import body_of, documented
from api.http.glossi.auth import Orderer, Reader, Writer
from api.http.glossi.confirming import confirm_uploads
from api.http.glossi.failures import IDEMPOTENT, errors
from api.http.glossi.model_schemas import (
    FileName,
    FileType,
    NewModel,
    UploadKey,
    UploadUrl,
    path_in_workspace,
)
from api.http.glossi.models import announce, to_announce, upload_url
from api.http.glossi.outputs import Output, outputs
from api.http.glossi.paths import JobId, new_router
from api.http.glossi.renders import RenderSettingsAsked, settings_in
from api.http.glossi.schemas import Asked, JobIdText, ModelIdText, ProjectIdText, TemplateIdText
from api.http.hooks import hook_url
from api.http.idempotency import Once
from api.http.state import FarmDep

router = new_router("jobs")

Status = Annotated[WorkflowStatus, Field(examples=[WorkflowStatus.COMPLETE])]


class JobModelAsked(Asked):
    fileName: FileName
    fileType: FileType


class JobAsked(Asked):
    models: list[JobModelAsked] = Field(min_length=1, max_length=uploads.MOST_AT_ONCE)
    templateId: TemplateIdText | None = Field(None, description="Needed to render; else the farm's first by default")
    createProjects: bool = Field(True, description="A project of each model, once all are ready")
    renderSettings: RenderSettingsAsked | None = Field(
        None, description="Renders what is true of renderBookmarks and renderShots; without them, nothing"
    )
    webhookUrl: str | None = Field(
        None, description="Is told when the job ends, besides the workspace's webhook",
        examples=["https://your-app.com/webhooks/glossi"],
    )  # fmt: skip


class JobModel(BaseModel):
    id: ModelIdText
    fileName: FileName
    uploadUrl: UploadUrl
    uploadKey: UploadKey


class JobCreated(BaseModel):
    jobId: JobIdText
    status: Status
    models: list[JobModel]


class JobConfirmed(BaseModel):
    jobId: JobIdText
    status: Status
    modelsConfirmed: int = Field(examples=[2])


class BatchProject(BaseModel):
    id: str = Field(examples=["Bp3qW5e7Rt9y"])
    title: str = Field(examples=["API Job - 2026-02-10"])


class JobProgress(BaseModel):
    modelsUploaded: int = Field(examples=[2])
    modelsReady: int = Field(examples=[2])
    modelsTotal: int = Field(examples=[2])
    projectsCreated: int = Field(examples=[2])
    projectsTotal: int = Field(examples=[2])
    rendersComplete: int = Field(description="Pictures and videos", examples=[8])
    rendersTotal: int = Field(examples=[8])


class NamedModel(BaseModel):
    id: ModelIdText
    name: str = Field(examples=["chair.glb"])


class NamedProject(BaseModel):
    id: ProjectIdText
    name: str = Field(examples=["Chair Project"])


class JobResult(BaseModel):
    model: NamedModel
    project: NamedProject | None = None
    renderJobId: JobIdText | None = Field(None, description="Beyond Glossi's API: its job below /renders")
    renders: list[Output] | None = Field(None, description="Beyond Glossi's API: what there is, once it has ended")


class JobDetail(BaseModel):
    jobId: JobIdText
    status: Status
    batchProject: BatchProject | None = None
    progress: JobProgress
    results: list[JobResult] | None = Field(None, description="Of the models that are ready, once the job has ended")
    error: str | None = Field(
        None, description="Why it is FAILED", examples=['1 of 2 models can\'t be processed: "chair.glb": ...']
    )


@router.post(
    "/jobs", status_code=201,
    responses=errors(
        TemplateNotFound, InvalidSettings, InvalidUrl, UnsupportedFileType, UploadLimit, StorageLimit, *IDEMPOTENT
    ),
    openapi_extra=documented(JobAsked),
)  # fmt: skip
def create_job(
    principal: Orderer, farm: FarmDep, once: Once, request: Request,
    body: Annotated[JobAsked, Depends(body_of(JobAsked))],
) -> JobCreated:  # fmt: skip
    """Announces models. Once their files have come and are confirmed, the job does all the rest by itself.

    What it renders is paid when it is ordered, and paid back where it fails.
    """
    wanted = body.renderSettings
    if wanted is not None:  # here both are only done where they are asked for
        wanted = wanted.model_copy(
            update={"renderBookmarks": bool(wanted.renderBookmarks), "renderShots": bool(wanted.renderShots)}
        )
    settings = None if wanted is None else settings_in(wanted)
    hook = None if body.webhookUrl is None else hook_url(farm, body.webhookUrl, param="webhookUrl")
    new = to_announce([NewModel(fileName=model.fileName, fileType=model.fileType) for model in body.models])
    once.hold(principal, body.model_dump())
    with farm.work(principal) as unit:
        announced = announce(unit, farm, principal, new)
        job = workflows.create_workflow(
            unit, principal.account_id, announced, template_id=body.templateId,
            create_projects=body.createProjects, settings=settings,
        )  # fmt: skip
        if hook is not None:
            notices.subscribe_job(unit, principal.account_id, job.id, hook)
        answer = JobCreated(
            jobId=job.id, status=job.status,
            models=[
                JobModel(
                    id=view.id, fileName=view.file_name, uploadUrl=upload_url(request, farm, view),
                    uploadKey=path_in_workspace(principal.account_id, view.put_key),
                )
                for view in announced
            ],
        )  # fmt: skip
        once.keep(unit, answer)
    return answer


@router.post(
    "/jobs/{job_id}/confirm-uploads",
    responses=errors(JobNotFound, UploadNotFound, InvalidFormat, FileTooLarge, UploadLimit, StorageLimit),
)
def confirm_job_uploads(principal: Writer, farm: FarmDep, job_id: JobId) -> JobConfirmed:
    """Takes the files of all models of the job. Where one of them is missing or is no model, that is told, and the job
    waits for another one. Confirming again changes nothing."""
    with farm.database.read() as session:
        job = workflows.get_workflow(session, principal.account_id, job_id)
    if job.status == WorkflowStatus.AWAITING_UPLOADS:
        confirm_uploads(farm, principal, job.model_ids)
        with farm.work(principal) as unit:
            job = workflows.confirm_uploads(unit, principal.account_id, job_id)
    return JobConfirmed(jobId=job.id, status=job.status, modelsConfirmed=job.progress.models_uploaded)


@router.get("/jobs/{job_id}", response_model_exclude_none=True, responses=errors(JobNotFound))
def get_job(principal: Reader, farm: FarmDep, request: Request, job_id: JobId) -> JobDetail:
    """How far a job is and, once it has ended, what came of it."""
    rendered: dict[str, RenderJobView] = {}
    with farm.database.read() as session:
        job = workflows.get_workflow(session, principal.account_id, job_id)
        ended = job.status in (WorkflowStatus.COMPLETE, WorkflowStatus.FAILED)
        if ended:
            ids = [result.render_job_id for result in job.results if result.render_job_id is not None]
            rendered = {each: render_jobs.get_job(session, principal.account_id, each) for each in ids}
    pictures = {each: outputs(request, farm, principal.account_id, view) for each, view in rendered.items()}
    return JobDetail(
        jobId=job.id, status=job.status, error=job.error, progress=_progress(job),
        batchProject=None if job.batch is None else BatchProject(id=job.batch[0], title=job.batch[1]),
        results=[_result(result, pictures) for result in job.results] if ended else None,
    )  # fmt: skip


def _progress(job: WorkflowView) -> JobProgress:
    progress = job.progress
    return JobProgress(
        modelsUploaded=progress.models_uploaded, modelsReady=progress.models_ready,
        modelsTotal=progress.models_total, projectsCreated=progress.projects_created,
        projectsTotal=progress.projects_total, rendersComplete=progress.renders_complete,
        rendersTotal=progress.renders_total,
    )  # fmt: skip


def _result(result: ResultView, pictures: Mapping[str, list[Output]]) -> JobResult:
    project = None if result.project is None else NamedProject(id=result.project[0], name=result.project[1])
    return JobResult(
        model=NamedModel(id=result.model_id, name=result.model_name), project=project,
        renderJobId=result.render_job_id, renders=pictures.get(result.render_job_id or ""),
    )  # fmt: skip
