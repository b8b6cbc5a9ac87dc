"""Projects: models in the look of a template. Nothing is made of a project until it is rendered."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Batch, Model, Project, ProjectModel, Upload
from api.domain.catalog.states import ModelState
from api.domain.kit import paging
from api.domain.kit.paging import Page
from api.domain.kit.texts import checked_text
from api.domain.projects import notices, templates
from api.domain.projects.states import ProjectStatus
from api.errors import InvalidRequest, ModelNotFound, ModelNotReady, ProjectNotFound
from api.ids import is_id, new_id

MAX_NAME_LENGTH = 200

MOST_MODELS = 1000
"""Models, or projects, in one call. Each is a row that the answer shows."""


@dataclasses.dataclass(frozen=True, slots=True)
class ProjectView:
    """`model_ids` are what its owner calls the models: the ids of their uploads."""

    id: str
    name: str
    status: ProjectStatus
    model_ids: tuple[str, ...]
    template_id: str
    batch_id: str | None
    created_at: dt.datetime

    @property
    def told(self) -> dict[str, Any]:
        """As events have it."""
        return {
            "project_id": self.id, "name": self.name, "status": self.status, "model_ids": list(self.model_ids),
            "template_id": self.template_id,
        }  # fmt: skip


def create_projects(
    session: Session,
    account_id: str,
    *,
    model_ids: Sequence[str],
    template_id: str,
    name: str | None = None,
    per_model: bool = False,
    batch_id: str | None = None,
) -> list[ProjectView]:
    """One project of all the models or, `per_model`, one of each. Its name is by default the first model's.

    Raises InvalidRequest for no models, too many, or one twice; ModelNotFound; ModelNotReady; TemplateNotFound.
    """
    if not 1 <= len(model_ids) <= MOST_MODELS:
        raise InvalidRequest(f"A project has 1 to {MOST_MODELS:,} models", param="model_ids")
    if len(set(model_ids)) < len(model_ids):
        raise InvalidRequest("The same model is named twice", param="model_ids")
    named = checked_text("name", name, MAX_NAME_LENGTH)
    templates.get_template(session, account_id, template_id)
    found = _ready_models(session, account_id, model_ids)
    moment = clock.now()
    groups = [[model_id] for model_id in model_ids] if per_model else [list(model_ids)]
    projects = [
        {"id": new_id(), "account_id": account_id, "name": _name(named, found[group[0]], per_model),
         "template_id": template_id, "batch_id": batch_id, "created_at": moment}
        for group in groups
    ]  # fmt: skip
    session.execute(insert(Project), projects)
    session.execute(insert(ProjectModel), [
        {"project_id": project["id"], "position": position, "upload_id": model_id}
        for project, group in zip(projects, groups, strict=True) for position, model_id in enumerate(group)
    ])  # fmt: skip
    ids = [str(project["id"]) for project in projects]
    views = {view.id: view for view in _views(session, Project.account_id == account_id, Project.id.in_(ids))}
    # As Glossi answers, although there is nothing to wait for: whoever looks again finds them ready.
    created = [dataclasses.replace(views[project_id], status=ProjectStatus.PENDING) for project_id in ids]
    notices.projects_created(session, account_id, [project.told for project in created])
    return created


def get_project(session: Session, account_id: str, project_id: str) -> ProjectView:
    """Raises ProjectNotFound."""
    return get_projects(session, account_id, [project_id])[0]


def get_projects(session: Session, account_id: str, project_ids: Sequence[str]) -> list[ProjectView]:
    """In the given order. Raises ProjectNotFound."""
    ids = [project_id for project_id in project_ids if is_id(project_id)]
    views = {view.id: view for view in _views(session, Project.account_id == account_id, Project.id.in_(ids))}
    if missing := [project_id for project_id in project_ids if project_id not in views]:
        raise ProjectNotFound(f"There is no project {missing[0]}", param="project_ids")
    return [views[project_id] for project_id in project_ids]


def list_projects(session: Session, account_id: str, *, limit: int, offset: int) -> Page[ProjectView]:
    """Newest first."""
    own = Project.account_id == account_id
    count = select(func.count()).select_from(Project).where(own)
    rows = select(Project.id).where(own).order_by(Project.created_at.desc(), Project.id.desc())
    found, total = paging.fetch(session, paging.windowed(rows, count), count, limit=limit, offset=offset)
    return Page(tuple(get_projects(session, account_id, [row.id for row in found])), total)


def create_batch(session: Session, account_id: str) -> str:
    """The id of a new batch for projects, titled by the day."""
    moment = clock.now()
    batch_id = new_id()
    session.execute(insert(Batch).values(
        id=batch_id, account_id=account_id, title=f"API Job - {moment:%Y-%m-%d}", created_at=moment
    ))  # fmt: skip
    return batch_id


def _views(session: Session, *conditions: ColumnElement[bool]) -> list[ProjectView]:
    projects = session.execute(
        select(Project.id, Project.name, Project.template_id, Project.batch_id, Project.created_at).where(*conditions)
    ).all()
    models: dict[str, list[Row[*tuple[Any, ...]]]] = {project.id: [] for project in projects}
    for row in session.execute(
        select(ProjectModel.project_id, ProjectModel.upload_id, Model.state, Model.deleted_at)
        .join(Upload, Upload.id == ProjectModel.upload_id)
        .outerjoin(Model, Model.id == Upload.model_id)
        .where(ProjectModel.project_id.in_(models))
        .order_by(ProjectModel.project_id, ProjectModel.position)
    ):
        models[row.project_id].append(row)
    return [
        ProjectView(
            project.id, project.name, _status(models[project.id]), tuple(row.upload_id for row in models[project.id]),
            project.template_id, project.batch_id, project.created_at,
        )
        for project in projects
    ]  # fmt: skip


def _status(models: Collection[Row[*tuple[Any, ...]]]) -> ProjectStatus:
    if any(row.state in (None, ModelState.FAILED) or row.deleted_at is not None for row in models):
        return ProjectStatus.FAILED
    if all(row.state == ModelState.READY for row in models):
        return ProjectStatus.READY
    return ProjectStatus.PENDING


def _ready_models(session: Session, account_id: str, model_ids: Sequence[str]) -> dict[str, str]:
    """The models' names by their ids. None is deleted before the transaction ends. Raises ModelNotFound, ModelNotReady.
    """
    rows = {
        row.id: row
        for row in session.execute(
            select(Upload.id, Upload.name, Upload.model_id, Model.state, Model.deleted_at)
            .outerjoin(Model, Model.id == Upload.model_id)
            .where(Upload.id.in_(filter(is_id, model_ids)), Upload.account_id == account_id)
            .with_for_update(read=True, key_share=True, of=Upload)
        )
    }
    for model_id in model_ids:
        row = rows.get(model_id)
        if row is None or row.deleted_at is not None:
            raise ModelNotFound(f"There is no model {model_id}", param="model_ids")
        if row.state != ModelState.READY:
            state = ModelState.AWAITING_UPLOAD if row.state is None else row.state
            raise ModelNotReady(f"The model {model_id} is {state.upper()}, not READY", param="model_ids")
    return {model_id: rows[model_id].name for model_id in model_ids}


def _name(named: str | None, model: str, per_model: bool) -> str:
    """Of several projects that are named together, each says its model as well."""
    if named is None:
        return model[:MAX_NAME_LENGTH]
    return f"{named} - {model}"[:MAX_NAME_LENGTH] if per_model else named
