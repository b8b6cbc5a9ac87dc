"""Workflows: each step is taken once, whoever takes it, and every way ends in COMPLETE or FAILED with a reason."""

import re

import pytest
from sqlalchemy import update

from api.db.session import Database
from api.db.tables import Workflow
from api.domain.projects import progress, projects, workflows
from api.domain.projects.plans import OutputSettings
from api.domain.projects.projects import get_project
from api.domain.projects.states import WorkflowStatus
from api.domain.projects.workflows import WorkflowView
from api.domain.webhooks import deliveries, targets
from api.domain.work import scheduling
from api.errors import InvalidRequest, JobNotFound, TemplateNotFound
from tests.api.domain.projects import (
    PICTURES,
    STUDIO,
    announce,
    confirm,
    draw_all,
    read_models,
    refuse_model,
    work,
    workflow,
)
from tests.api.domain.support import CONTENTS, balance, claim, sign_up


def start(
    database: Database,
    account_id: str,
    *file_names: str,
    settings: OutputSettings | None = PICTURES,
    template_id: str | None = STUDIO,
    create_projects: bool = True,
) -> WorkflowView:
    announced = announce(database, account_id, *file_names)
    with work(database) as unit:
        return workflows.create_workflow(
            unit, account_id, announced, template_id=template_id, create_projects=create_projects, settings=settings
        )


def confirm_all(database: Database, account_id: str, created: WorkflowView) -> None:
    for model_id in created.model_ids:
        confirm(database, account_id, model_id, model_id)
    with work(database) as unit:
        workflows.confirm_uploads(unit, account_id, created.id)


def test_files_become_pictures(database: Database) -> None:
    account_id = sign_up(database)
    created = start(database, account_id, "chair.glb", "table.glb")
    assert (created.status, created.batch) == (WorkflowStatus.AWAITING_UPLOADS, None)
    assert (created.progress.models_uploaded, created.progress.models_total) == (0, 2)
    confirm_all(database, account_id, created)
    begun = workflow(database, account_id, created.id)
    assert begun.status == WorkflowStatus.PROCESSING
    assert (begun.progress.models_uploaded, begun.progress.models_ready) == (2, 0)
    read_models(database)
    rendering = workflow(database, account_id, created.id)
    assert rendering.status == WorkflowStatus.RENDERING
    assert rendering.batch is not None
    assert re.fullmatch(r"API Job - \d{4}-\d\d-\d\d", rendering.batch[1])
    assert (rendering.progress.projects_created, rendering.progress.projects_total) == (2, 2)
    assert (rendering.progress.renders_complete, rendering.progress.renders_total) == (0, 8)
    assert balance(database, account_id) == 2
    draw_all(database)
    done = workflow(database, account_id, created.id)
    assert (done.status, done.error) == (WorkflowStatus.COMPLETE, None)
    assert done.progress.renders_complete == 8
    assert [(result.model_name, result.project and result.project[1]) for result in done.results] == [
        ("chair.glb", "Chair Project"), ("table.glb", "Table Project")
    ]  # fmt: skip


def test_without_rendering_it_ends_with_the_projects(database: Database) -> None:
    account_id = sign_up(database)
    quiet = OutputSettings(render_bookmarks=False, render_shots=False)
    for settings in (None, quiet):
        created = start(database, account_id, "chair.glb", settings=settings, template_id=None)
        confirm_all(database, account_id, created)
        read_models(database)
        done = workflow(database, account_id, created.id)
        assert (done.status, done.progress.renders_total) == (WorkflowStatus.COMPLETE, 0)
        assert done.results[0].project is not None
        with database.read() as session:
            assert get_project(session, account_id, done.results[0].project[0]).template_id == STUDIO
    assert balance(database, account_id) == 10


def test_without_projects_it_ends_with_the_models(database: Database) -> None:
    account_id = sign_up(database)
    created = start(database, account_id, "chair.glb", settings=None, create_projects=False)
    confirm_all(database, account_id, created)
    read_models(database)
    done = workflow(database, account_id, created.id)
    assert (done.status, done.batch, done.progress.projects_total) == (WorkflowStatus.COMPLETE, None, 0)
    assert done.results[0].project is None


def test_a_model_that_was_read_before_is_not_waited_for(database: Database) -> None:
    account_id = sign_up(database)
    for _ in range(2):
        created = start(database, account_id, "chair.glb")
        confirm(database, account_id, created.model_ids[0], "the same bytes")
        with work(database) as unit:
            workflows.confirm_uploads(unit, account_id, created.id)
        read_models(database)
        draw_all(database)
        assert workflow(database, account_id, created.id).status == WorkflowStatus.COMPLETE


def test_a_model_that_cannot_be_read_ends_it_and_is_named(database: Database) -> None:
    account_id = sign_up(database)
    created = start(database, account_id, "broken.glb", "chair.glb")
    confirm_all(database, account_id, created)
    refuse_model(database, "It is no model")
    assert workflow(database, account_id, created.id).status == WorkflowStatus.PROCESSING
    read_models(database)
    failed = workflow(database, account_id, created.id)
    assert failed.status == WorkflowStatus.FAILED
    assert failed.error == '1 of 2 models can\'t be processed: "broken.glb": It is no model'
    assert [result.model_name for result in failed.results] == ["chair.glb"]
    assert balance(database, account_id) == 10


def test_renders_that_fail_end_it_and_are_paid_back(database: Database) -> None:
    account_id = sign_up(database)
    created = start(database, account_id, "chair.glb", "table.glb")
    confirm_all(database, account_id, created)
    read_models(database)
    draw_all(database, failing="It broke")
    failed = workflow(database, account_id, created.id)
    assert failed.status == WorkflowStatus.FAILED
    assert '"chair.glb": 4 of 4 could not be rendered' in str(failed.error)
    assert len(failed.results) == 2
    assert balance(database, account_id) == 10


def test_renders_that_cannot_be_paid_end_it_with_its_projects(database: Database) -> None:
    account_id = sign_up(database, credits=3)
    created = start(database, account_id, "chair.glb")
    confirm_all(database, account_id, created)
    read_models(database)
    failed = workflow(database, account_id, created.id)
    assert failed.status == WorkflowStatus.FAILED
    assert "costs 4" in str(failed.error)
    assert failed.results[0].project is not None
    assert balance(database, account_id) == 3


def test_what_cannot_be_rendered_is_refused_before_anything_is_made(database: Database) -> None:
    account_id = sign_up(database)
    for wrong, error in (
        ({"template_id": None}, InvalidRequest), ({"create_projects": False}, InvalidRequest),
        ({"template_id": "unknown12345"}, TemplateNotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            start(database, account_id, "chair.glb", **wrong)


def test_other_accounts_do_not_find_it(database: Database) -> None:
    account_id, other = sign_up(database), sign_up(database)
    created = start(database, account_id, "chair.glb")
    for workflow_id in (created.id, "nobody's", "a\0"):
        with pytest.raises(JobNotFound):
            workflow(database, other, workflow_id)
    with pytest.raises(JobNotFound), work(database) as unit:
        workflows.confirm_uploads(unit, other, created.id)


def test_confirming_twice_changes_nothing(database: Database) -> None:
    account_id = sign_up(database)
    created = start(database, account_id, "chair.glb")
    confirm_all(database, account_id, created)
    read_models(database)
    confirm_all(database, account_id, created)
    draw_all(database)
    confirm_all(database, account_id, created)
    assert workflow(database, account_id, created.id).status == WorkflowStatus.COMPLETE
    assert balance(database, account_id) == 6


def test_whatever_a_dead_process_left_the_sweeper_goes_on_with(database: Database) -> None:
    account_id = sign_up(database)
    created = start(database, account_id, "chair.glb")
    confirm(database, account_id, created.model_ids[0], "bytes")
    with database.begin() as session:  # here and below: a transaction after which nothing follows
        session.execute(update(Workflow).values(status=WorkflowStatus.PROCESSING))
    held = claim(database, queue="inspect")
    assert held is not None
    with database.begin() as session:
        assert scheduling.settle_done(session, held, {model_id: {} for model_id in held.variants}, CONTENTS)
    seen = []
    for _ in range(2):  # one step and what follows from it, then nothing
        with work(database) as unit:
            progress.note_due(unit)
        seen.append(workflow(database, account_id, created.id).status)
    assert seen == [WorkflowStatus.RENDERING, WorkflowStatus.RENDERING]
    with database.read() as session:
        assert projects.list_projects(session, account_id, limit=9, offset=0).total == 1
    draw_all(database)
    assert workflow(database, account_id, created.id).status == WorkflowStatus.COMPLETE


def test_its_end_is_told(database: Database) -> None:
    account_id = sign_up(database)
    with database.begin() as session:
        targets.add(
            session, account_id, "glossi", "https://shop.example/hook",
            events=["model.processed", "model.failed", "project.created", "render.complete", "job.complete",
                    "job.failed"],
        )  # fmt: skip
    created = start(database, account_id, "chair.glb")
    confirm_all(database, account_id, created)
    read_models(database)
    draw_all(database)
    broken = start(database, account_id, "broken.glb")
    confirm_all(database, account_id, broken)
    refuse_model(database)
    with database.read() as session:
        told = deliveries.list_deliveries(session, account_id, "glossi", limit=20, offset=0)
    assert sorted(each.event for each in told.items) == [
        "job.complete", "job.failed", "model.failed", "model.processed", "project.created", "render.complete"
    ]  # fmt: skip
