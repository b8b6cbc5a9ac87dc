"""Short ways to models, projects and their renders for the domain's tests."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.db.session import Database
from api.domain.accounts.quotas import Quotas
from api.domain.kit.failures import Failure
from api.domain.kit.unit import Unit, unit_of_work
from api.domain.projects import confirmation, projects, render_jobs, templates, uploads, workflows
from api.domain.projects.confirmation import CheckedFile
from api.domain.projects.plans import OutputSettings
from api.domain.projects.projects import ProjectView
from api.domain.projects.render_jobs import RenderJobView
from api.domain.projects.uploads import NewUpload, UploadView
from api.domain.projects.workflows import WorkflowView
from api.domain.work import scheduling
from api.ids import new_id
from api.storage.local import LocalStorage
from tests.api.domain.support import CONTENTS, claim, files

STUDIO = next(iter(templates.BUILTIN))
FREE = Quotas(storage_mb=0, uploads_per_hour=0, waiting_previews=0)
MAIN_FILE = {"stills": "image", "thumbnail": "thumb", "video": "video"}
PICTURES = OutputSettings(render_shots=False)


@contextlib.contextmanager
def work(database: Database, *, token_id: str | None = None) -> Iterator[Unit]:
    """A unit of work with all that comes after it. What it drops was never stored."""
    storage = LocalStorage(Path("/nonexistent/storage"))
    with unit_of_work(database, storage, wake=lambda: None, token_id=token_id) as unit:
        yield unit


def announce(database: Database, account_id: str, *file_names: str) -> list[UploadView]:
    with work(database) as unit:
        new = [NewUpload(name, "glb") for name in file_names]
        return uploads.announce(unit, account_id, new, seconds=3600, allowed=FREE)


def receive(database: Database, upload_id: str, content: str, allowed: Quotas = FREE, size: int | None = None) -> str:
    """The farm has taken the file; its storage key."""
    key = f"uploads/{upload_id}/{new_id()}"
    with work(database) as unit:
        uploads.received(
            unit, upload_id, key=key, size=len(content) if size is None else size,
            sha256=hashlib.sha256(content.encode()).hexdigest(), allowed=allowed,
        )  # fmt: skip
    return key


def confirm(database: Database, account_id: str, upload_id: str, content: str) -> None:
    file = CheckedFile(f"models/{new_id()}.glb", len(content), hashlib.sha256(content.encode()).hexdigest(), "glb")
    with work(database) as unit:
        confirmation.confirm(unit, account_id, upload_id, file, upload_limit=0, allowed=FREE)


def read_models(database: Database, told: Mapping[str, Any] = CONTENTS) -> None:
    """Workers read all models that wait for it, and find in each what is `told`."""
    while (held := claim(database, queue="inspect")) is not None:
        with work(database) as unit:
            assert scheduling.settle_done(unit, held, {model_id: {} for model_id in held.variants}, told)


def refuse_model(database: Database, message: str = "It is no model") -> None:
    """A worker can't read the model that has waited longest."""
    held = claim(database, queue="inspect")
    assert held is not None
    with work(database) as unit:
        assert scheduling.settle_error(unit, held, Failure("invalid_model", message), retry=False, max_attempts=3)


def ready_model(
    database: Database, account_id: str, file_name: str = "chair.glb", told: Mapping[str, Any] = CONTENTS
) -> str:
    [upload] = announce(database, account_id, file_name)
    confirm(database, account_id, upload.id, upload.id)
    read_models(database, told)
    draw_all(database)  # its thumbnail
    return upload.id


def create_project(database: Database, account_id: str, *model_ids: str, template_id: str = STUDIO) -> ProjectView:
    with work(database) as unit:
        return projects.create_projects(unit, account_id, model_ids=model_ids, template_id=template_id)[0]


def order(
    database: Database, account_id: str, *project_ids: str, settings: OutputSettings = PICTURES
) -> list[RenderJobView]:
    with work(database) as unit:
        return render_jobs.create_jobs(unit, account_id, project_ids, settings)


def draw_all(database: Database, *, failing: str | None = None, kind: str = "") -> int:
    """Workers draw what waits, or fail with `failing`, or only what is of that kind. How many claims that took."""
    count = 0
    while (held := claim(database)) is not None:
        count += 1
        with work(database) as unit:
            if failing is not None and kind in ("", held.kind):
                failure = Failure("invalid_model", failing)
                assert scheduling.settle_error(unit, held, failure, retry=False, max_attempts=3)
            elif held.role == "part":
                assert scheduling.settle_part(unit, held, {})
            else:
                assert scheduling.settle_done(unit, held, files(held, MAIN_FILE[held.kind]))
    return count


def job(database: Database, account_id: str, job_id: str) -> RenderJobView:
    with database.read() as session:
        return render_jobs.get_job(session, account_id, job_id)


def workflow(database: Database, account_id: str, workflow_id: str) -> WorkflowView:
    with database.read() as session:
        return workflows.get_workflow(session, account_id, workflow_id)
