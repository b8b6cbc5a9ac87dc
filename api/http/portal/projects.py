"""/portal/api/projects and /jobs: Glossi's things as people look through them. What changes them is Glossi's API, which
takes the portal's cookie, too; only a project of models of the library is made here.
"""

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel

from api.domain.projects import known, overview, projects, render_jobs, templates
from api.domain.projects.overview import JobRow
from api.domain.projects.plans import OutputSettings
from api.domain.projects.projects import ProjectView
from api.domain.projects.workflows import WorkflowView
from api.errors import ProjectNotFound
from api.http.body import body_of
from api.http.params import id_else
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep

PAGE = 20

router = new_router()

ProjectId = Annotated[str, id_else(ProjectNotFound)]
Offset = Annotated[int, Query(ge=0, le=2**31 - 1)]


class NewProject(BaseModel):
    """`modelIds` are those of the library."""

    modelIds: list[str] = []
    templateId: str = ""
    name: str | None = None
    perModel: bool = False


class Wanted(BaseModel):
    """`settings` are renderSettings of Glossi's API."""

    settings: dict[str, Any] = {}


@router.get("/projects")
def list_projects(signed: Signed, farm: FarmDep, offset: Offset = 0) -> dict[str, object]:
    """Newest first, each with the last order of its pictures."""
    account_id = signed[1].account_id
    with farm.database.read() as session:
        page = overview.list_projects(session, account_id, limit=PAGE, offset=offset)
        names = {
            each: templates.get_template(session, account_id, each, deleted=True).name
            for each in {project.template_id for project, _ in page.items}
        }
    told = [{**_project(view, names[view.template_id]), "job": job and _job(job)} for view, job in page.items]
    return {"data": told, "meta": {"total": page.total}}


@router.post("/projects")
def create_projects(
    signed: Signed, farm: FarmDep, body: Annotated[NewProject, Depends(body_of(NewProject))]
) -> dict[str, object]:
    """Raises ModelNotFound, ModelNotReady, TemplateNotFound, InvalidRequest."""
    principal, person = signed
    principal.require("write")
    with farm.work(principal) as unit:
        created = projects.create_projects(
            unit, person.account_id, model_ids=known.uploads_of(unit, person.account_id, body.modelIds),
            template_id=body.templateId, name=body.name, per_model=body.perModel,
        )  # fmt: skip
        name = templates.get_template(unit, person.account_id, body.templateId).name
    return {"data": [_project(view, name) for view in created]}


@router.get("/projects/{project_id}")
def get_project(signed: Signed, farm: FarmDep, project_id: ProjectId) -> dict[str, object]:
    """With all orders of its pictures, newest first. Raises ProjectNotFound."""
    account_id = signed[1].account_id
    with farm.database.read() as session:
        view = projects.get_project(session, account_id, project_id)
        name = templates.get_template(session, account_id, view.template_id, deleted=True).name
        jobs = overview.jobs_of(session, [view.id])
    return {**_project(view, name), "jobs": [_job(job) for job in jobs]}


@router.post("/projects/{project_id}/price")
def price_project(
    signed: Signed, farm: FarmDep, project_id: ProjectId, body: Annotated[Wanted, Depends(body_of(Wanted))]
) -> dict[str, int]:
    """How many pictures and videos an order makes, and their credits. Raises ProjectNotFound, ModelNotReady,
    InvalidSettings."""
    settings = OutputSettings.from_json(body.settings)
    with farm.database.begin() as session:  # a model that could not be read is read again
        count, credits = render_jobs.price(session, signed[1].account_id, [project_id], settings)
    return {"count": count, "credits": credits}


@router.get("/jobs")
def list_jobs(signed: Signed, farm: FarmDep, offset: Offset = 0) -> dict[str, object]:
    """Newest first: what programs have ordered from files to pictures."""
    with farm.database.read() as session:
        page = overview.list_workflows(session, signed[1].account_id, limit=PAGE, offset=offset)
    return {"data": [_workflow(view) for view in page.items], "meta": {"total": page.total}}


def _project(view: ProjectView, template: str) -> dict[str, object]:
    return {
        "id": view.id, "name": view.name, "status": view.status, "models": len(view.model_ids),
        "templateId": view.template_id, "template": template, "createdAt": view.created_at,
    }  # fmt: skip


def _job(job: JobRow) -> dict[str, object]:
    return {
        "id": job.id, "status": job.status, "errorMessage": job.error_message, "createdAt": job.created_at,
        "done": job.done,
        "outputs": [
            {"renderId": each.render_id, "name": each.name, "fileType": each.file_type, "status": each.status}
            for each in job.outputs
        ],
    }  # fmt: skip


def _workflow(view: WorkflowView) -> dict[str, object]:
    progress = view.progress
    return {
        "id": view.id, "status": view.status, "error": view.error, "createdAt": view.created_at,
        "batch": view.batch and view.batch[1],
        "steps": [
            {"name": "uploaded", "done": progress.models_uploaded, "total": progress.models_total},
            {"name": "ready", "done": progress.models_ready, "total": progress.models_total},
            {"name": "projects", "done": progress.projects_created, "total": progress.projects_total},
            {"name": "renders", "done": progress.renders_complete, "total": progress.renders_total},
        ],
        "results": [
            {"model": each.model_name, "project": each.project and each.project[0]} for each in view.results
        ],
    }  # fmt: skip
