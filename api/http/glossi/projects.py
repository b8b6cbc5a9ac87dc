"""/api/v1/projects: models in the look of a template."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field

from api.domain.projects import deletion, projects
from api.domain.projects.projects import ProjectView
from api.domain.projects.states import ProjectStatus
from api.errors import ModelNotFound, ModelNotReady, ProjectNotFound, TemplateNotFound
from api.http.body import body_of, documented
from api.http.glossi.auth import Reader, Writer
from api.http.glossi.failures import IDEMPOTENT, errors
from api.http.glossi.paths import ProjectId, WindowDep, new_router
from api.http.glossi.schemas import Asked, ModelIdText, ProjectIdText, TemplateIdText
from api.http.idempotency import Once
from api.http.state import FarmDep

router = new_router("projects")


class Project(BaseModel):
    projectId: ProjectIdText
    name: str = Field(examples=["Product Photoshoot"])
    status: ProjectStatus = Field(examples=["PENDING"])
    modelIds: list[ModelIdText]
    templateId: TemplateIdText

    @classmethod
    def of(cls, view: ProjectView) -> "Project":
        return cls(
            projectId=view.id,
            name=view.name,
            status=view.status,
            modelIds=list(view.model_ids),
            templateId=view.template_id,
        )


class Projects(BaseModel):
    projects: list[Project]


class ProjectPage(Projects):
    total: int = Field(description="How many there are in all", examples=[142])
    limit: int = Field(description="As it was taken", examples=[50])
    offset: int = Field(examples=[0])


class ProjectsAsked(Asked):
    name: str | None = Field(None, description="By default the model's", examples=["Product Photoshoot"])
    modelIds: list[ModelIdText]
    templateId: TemplateIdText
    createPerModel: bool = Field(False, description="One project for each of the models, instead of one of them all")


class ProjectDeleted(BaseModel):
    projectId: ProjectIdText
    deleted: bool = True


@router.post(
    "/projects",
    status_code=201,
    responses=errors(ModelNotFound, ModelNotReady, TemplateNotFound, *IDEMPOTENT),
    openapi_extra=documented(ProjectsAsked),
)
def create_projects(
    principal: Writer, farm: FarmDep, once: Once, body: Annotated[ProjectsAsked, Depends(body_of(ProjectsAsked))]
) -> Projects:
    """Of models that are READY. In a project of several, each is rendered by itself."""
    once.hold(principal, body.model_dump())
    with farm.work(principal) as unit:
        created = projects.create_projects(
            unit, principal.account_id, model_ids=body.modelIds, template_id=body.templateId, name=body.name,
            per_model=body.createPerModel,
        )  # fmt: skip
        answer = Projects(projects=[Project.of(view) for view in created])
        once.keep(unit, answer)
    return answer


@router.get("/projects", responses=errors())
def list_projects(principal: Reader, farm: FarmDep, window: WindowDep) -> ProjectPage:
    """Beyond Glossi's API: newest first."""
    with farm.database.read() as session:
        page = projects.list_projects(session, principal.account_id, limit=window.limit, offset=window.offset)
    return ProjectPage(
        projects=[Project.of(view) for view in page.items], total=page.total, limit=window.limit,
        offset=window.offset,
    )  # fmt: skip


@router.get("/projects/{project_id}", responses=errors(ProjectNotFound))
def get_project(principal: Reader, farm: FarmDep, project_id: ProjectId) -> Project:
    """Beyond Glossi's API: one project."""
    with farm.database.read() as session:
        return Project.of(projects.get_project(session, principal.account_id, project_id))


@router.delete("/projects/{project_id}", responses=errors(ProjectNotFound))
def delete_project(principal: Writer, farm: FarmDep, project_id: ProjectId) -> ProjectDeleted:
    """Beyond Glossi's API: deletes the project with its pictures and videos. What is being rendered is paid back."""
    with farm.work() as unit:
        deletion.delete_project(unit, principal.account_id, project_id)
    return ProjectDeleted(projectId=project_id)
