"""Projects and their renders: what is drawn of them, what that costs, and how a job ends."""

import dataclasses

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import RenderJobOutput
from api.domain.accounts import credentials
from api.domain.projects import deletion, pieces, plans, progress, projects, render_jobs, templates, variants
from api.domain.projects.plans import OutputSettings
from api.domain.projects.states import ProjectStatus, RenderJobStatus
from api.domain.projects.templates import Description
from api.domain.work import scheduling
from api.errors import (
    InvalidRequest,
    InvalidState,
    JobNotFound,
    ModelNotFound,
    ModelNotReady,
    NoCredits,
    ProjectNotFound,
    SpendingCap,
    TemplateNotFound,
)
from tests.api.domain.projects import (
    STUDIO,
    announce,
    create_project,
    draw_all,
    job,
    order,
    ready_model,
    work,
)
from tests.api.domain.support import balance, claim_of, claimed, entries, files, sign_up

MP4 = plans.price("MP4", OutputSettings())

VARIANTS = {"warnings": [], "variants": ["Midnight", "Beach"]}


def content(database: Database, account_id: str, pictures: int = 1, videos: int = 1) -> str:
    """The id of a template of the account."""
    described = Description.of(
        name="Mine", description=None, tags=[],
        content={
            "bookmarks": [{"name": f"View {number}"} for number in range(pictures)],
            "shots": [{"name": f"Shot {number}"} for number in range(videos)],
        },
    )  # fmt: skip
    with work(database) as unit:
        return templates.create_template(unit, account_id, described).id


def test_a_project_is_as_ready_as_its_models(database: Database) -> None:
    account_id = sign_up(database)
    model_id = ready_model(database, account_id)
    project = create_project(database, account_id, model_id)
    assert (project.name, project.status) == ("chair", ProjectStatus.PENDING)
    with database.read() as session:
        assert projects.get_project(session, account_id, project.id).status == ProjectStatus.READY


def test_one_project_of_all_models_or_one_of_each(database: Database) -> None:
    account_id = sign_up(database)
    models = [ready_model(database, account_id, name) for name in ("a.glb", "b.glb")]
    with work(database) as unit:
        [both] = projects.create_projects(unit, account_id, model_ids=models, template_id=STUDIO, name="Shoot")
        each = projects.create_projects(
            unit, account_id, model_ids=models, template_id=STUDIO, name="Shoot", per_model=True
        )
    assert (both.name, both.model_ids) == ("Shoot", tuple(models))
    assert [(one.name, one.model_ids) for one in each] == [("Shoot - a", (models[0],)), ("Shoot - b", (models[1],))]


def test_models_that_are_not_ready_make_no_project(database: Database) -> None:
    account_id, other = sign_up(database), sign_up(database)
    [waiting] = announce(database, account_id, "chair.glb")
    ready, foreign = ready_model(database, account_id), ready_model(database, other)
    for models, error in (
        ([waiting.id], ModelNotReady), ([foreign], ModelNotFound), (["nobody's"], ModelNotFound), ([], InvalidRequest),
        ([ready, ready], InvalidRequest), ([ready, waiting.id], ModelNotReady), (["a\0"], ModelNotFound),
    ):  # fmt: skip
        with pytest.raises(error), work(database) as unit:
            projects.create_projects(unit, account_id, model_ids=models, template_id=STUDIO)
    with pytest.raises(TemplateNotFound), work(database) as unit:
        projects.create_projects(unit, account_id, model_ids=[ready], template_id="unknown12345")
    with database.read() as session:
        assert projects.list_projects(session, account_id, limit=9, offset=0).total == 0


def test_bookmarks_are_drawn_together_and_shots_apart(database: Database) -> None:
    account_id = sign_up(database, credits=20)
    project = create_project(
        database, account_id, ready_model(database, account_id), template_id=content(database, account_id, 4, 1)
    )
    [created] = order(database, account_id, project.id, settings=OutputSettings(video_resolution=0))
    assert created.status == RenderJobStatus.QUEUED
    assert balance(database, account_id) == 20 - 4 - 2
    assert draw_all(database) >= 2
    done = job(database, account_id, created.id)
    assert done.status == RenderJobStatus.COMPLETED
    assert [(output.name, output.file_type) for output in done.outputs] == [
        *((f"View {number} - Default", "PNG") for number in range(4)), ("Shot 0 - Default", "MP4")
    ]  # fmt: skip


def test_variants_are_those_of_the_file_and_those_attached(database: Database) -> None:
    account_id = sign_up(database, credits=100)
    base = ready_model(database, account_id, told=VARIANTS)
    red = ready_model(database, account_id, "red.glb")
    with work(database) as unit:
        variants.attach_variant(unit, account_id, base, red, "Red")
    project = create_project(
        database, account_id, base, template_id=content(database, account_id, pictures=1, videos=0)
    )
    [all_of_them] = order(database, account_id, project.id)
    [alone] = order(database, account_id, project.id, settings=OutputSettings(render_variants=False))
    draw_all(database)
    assert [output.name for output in job(database, account_id, all_of_them.id).outputs] == [
        f"View 0 - {variant}" for variant in ("Default", "Midnight", "Beach", "Red")
    ]
    assert [output.name for output in job(database, account_id, alone.id).outputs] == ["View 0 - Default"]


def test_variants_of_one_name_are_told_apart(database: Database) -> None:
    account_id = sign_up(database)
    base = ready_model(database, account_id, told={"warnings": [], "variants": ["Default", "Red"]})
    red = ready_model(database, account_id, "red.glb")
    with work(database) as unit:
        variants.attach_variant(unit, account_id, base, red, "Red")
    project = create_project(
        database, account_id, base, template_id=content(database, account_id, pictures=1, videos=0)
    )
    [created] = order(database, account_id, project.id)
    draw_all(database)
    assert [output.name for output in job(database, account_id, created.id).outputs] == [
        f"View 0 - {variant}" for variant in ("Default", "Default (2)", "Red", "Red (2)")
    ]


def test_pictures_of_a_project_with_several_models_say_which(database: Database) -> None:
    account_id = sign_up(database)
    models = [ready_model(database, account_id, name) for name in ("chair.glb", "table.glb")]
    project = create_project(
        database, account_id, *models, template_id=content(database, account_id, pictures=1, videos=0)
    )
    [created] = order(database, account_id, project.id)
    draw_all(database)
    assert [output.name for output in job(database, account_id, created.id).outputs] == [
        "View 0 - chair - Default", "View 0 - table - Default"
    ]  # fmt: skip


def test_several_projects_are_several_jobs_of_one_batch_all_or_none(database: Database) -> None:
    account_id = sign_up(database, credits=7)
    models = [ready_model(database, account_id, name) for name in ("a.glb", "b.glb")]
    made = [create_project(database, account_id, model_id).id for model_id in models]
    with pytest.raises(NoCredits):
        order(database, account_id, *made)
    assert balance(database, account_id) == 7
    assert draw_all(database) == 0
    one = content(database, account_id, pictures=1, videos=0)
    made = [create_project(database, account_id, model_id, template_id=one).id for model_id in models]
    jobs = order(database, account_id, *made)
    assert [each.project_id for each in jobs] == made
    assert len({each.batch_id for each in jobs}) == 1
    assert balance(database, account_id) == 5


@pytest.mark.parametrize(
    ("settings", "template"),
    [(OutputSettings(render_bookmarks=False, render_shots=False), (1, 1)),
     (OutputSettings(render_bookmarks=False), (1, 0)), (OutputSettings(render_shots=False), (0, 1))],
)
def test_an_order_of_nothing_is_refused(
    database: Database, settings: OutputSettings, template: tuple[int, int]
) -> None:
    account_id = sign_up(database)
    project = create_project(
        database, account_id, ready_model(database, account_id), template_id=content(database, account_id, *template)
    )
    with pytest.raises(InvalidRequest):
        order(database, account_id, project.id, settings=settings)
    with pytest.raises(InvalidRequest):
        order(database, account_id)
    with pytest.raises(ProjectNotFound):
        order(database, sign_up(database), project.id)
    assert balance(database, account_id) == 10


def test_a_job_that_fails_is_paid_back_and_may_be_tried_again(database: Database) -> None:
    account_id = sign_up(database)
    project = create_project(database, account_id, ready_model(database, account_id))
    [created] = order(database, account_id, project.id)
    with pytest.raises(InvalidState), work(database) as unit:
        render_jobs.retry_job(unit, account_id, created.id)
    draw_all(database, failing="It broke")
    failed = job(database, account_id, created.id)
    assert failed.status == RenderJobStatus.FAILED
    assert failed.error_message == '4 of 4 could not be rendered, first "Front View - Default": It broke'
    assert balance(database, account_id) == 10
    with work(database) as unit:
        again = render_jobs.retry_job(unit, account_id, created.id)
    assert (again.id, again.status) == (created.id, RenderJobStatus.QUEUED)
    assert again.batch_id != created.batch_id
    assert balance(database, account_id) == 6
    draw_all(database)
    assert job(database, account_id, created.id).status == RenderJobStatus.COMPLETED
    assert dict(entries(database, account_id)) == {"grant": [10], "charge": [-4, -4], "refund": [4]}


def test_what_is_missing_of_a_failed_job_is_paid_back_and_a_retry_draws_and_charges_only_that(
    database: Database
) -> None:
    account_id = sign_up(database, credits=20)
    project = create_project(
        database, account_id, ready_model(database, account_id), template_id=content(database, account_id, 1, 2)
    )
    [created] = order(database, account_id, project.id, settings=OutputSettings())
    draw_all(database, failing="It broke", kind="stills")
    assert job(database, account_id, created.id).status == RenderJobStatus.FAILED
    assert len(job(database, account_id, created.id).outputs) == 2
    assert balance(database, account_id) == 20 - 2 * MP4
    with work(database) as unit:
        render_jobs.retry_job(unit, account_id, created.id)
    assert balance(database, account_id) == 20 - 1 - 2 * MP4
    assert draw_all(database) == 1
    assert len(job(database, account_id, created.id).outputs) == 3
    assert balance(database, account_id) == 20 - 1 - 2 * MP4


def test_what_is_drawn_of_a_job_is_paid_though_its_project_is_deleted(database: Database) -> None:
    account_id = sign_up(database, credits=20)
    project = create_project(
        database, account_id, ready_model(database, account_id), template_id=content(database, account_id, 3, 1)
    )
    [created] = order(database, account_id, project.id, settings=OutputSettings(video_resolution=0))
    assert balance(database, account_id) == 20 - 3 - 2
    with database.read() as session:
        renders = select(RenderJobOutput.render_id).where(RenderJobOutput.job_id == created.id)
        pictures = session.scalars(renders.order_by(RenderJobOutput.position)).all()[:3]
    for what in (pieces.cancel_render, pieces.delete_render, pieces.retry_render):
        with pytest.raises(InvalidState, match=created.id), work(database) as unit:
            what(unit, account_id, pictures[0])
    held = claim_of(database, pictures[0])
    with work(database) as unit:
        assert scheduling.settle_done(unit, held, files(held, "image"))
    with work(database) as unit:
        deletion.delete_project(unit, account_id, project.id)
    assert balance(database, account_id) == 20 - 3


def test_what_a_dead_process_left_undone_the_sweeper_makes_up_for(database: Database) -> None:
    account_id = sign_up(database)
    project = create_project(database, account_id, ready_model(database, account_id))
    [created] = order(database, account_id, project.id)
    held = claimed(database)
    with database.begin() as session:  # which does nothing afterwards
        assert scheduling.settle_done(session, held, files(held, "image"))
    assert job(database, account_id, created.id).status == RenderJobStatus.RENDERING
    with work(database) as unit:
        progress.note_due(unit)
    assert job(database, account_id, created.id).status == RenderJobStatus.COMPLETED


def test_a_key_with_a_cap_spends_no_more_on_jobs(database: Database) -> None:
    account_id = sign_up(database)
    project = create_project(database, account_id, ready_model(database, account_id))
    with database.begin() as session:
        token = credentials.issue(session, account_id, name="capped", dialect="glossi", credits_cap=3)
    with pytest.raises(SpendingCap), work(database, token_id=token.id) as unit:
        render_jobs.create_jobs(unit, account_id, [project.id], OutputSettings(render_shots=False))
    assert balance(database, account_id) == 10


def test_a_deleted_project_is_gone_with_its_pictures_and_paid_back(database: Database) -> None:
    account_id = sign_up(database)
    project = create_project(database, account_id, ready_model(database, account_id))
    [created] = order(database, account_id, project.id)
    with pytest.raises(ProjectNotFound), work(database) as unit:
        deletion.delete_project(unit, sign_up(database), project.id)
    with work(database) as unit:
        deletion.delete_project(unit, account_id, project.id)
    with pytest.raises(JobNotFound):
        job(database, account_id, created.id)
    assert draw_all(database) == 0
    assert balance(database, account_id) == 10


def test_templates_are_their_accounts_but_those_for_all(database: Database) -> None:
    account_id, other = sign_up(database), sign_up(database)
    own = content(database, account_id)
    described = Description.of(name="House", description="For all", tags=["x"], content={"bookmarks": [{"name": "A"}]})
    with work(database) as unit:
        published = templates.create_template(unit, None, described)

        def listed(who: str, **which: bool) -> list[str]:
            return [each.id for each in templates.list_templates(unit, who, **which)]

        public = [*templates.BUILTIN, published.id]
        assert listed(account_id) == [*public, own]
        assert listed(other) == public
        assert listed(account_id, public=False) == [own]
        assert listed(account_id, internal=False) == public
        assert listed(account_id, public=False, internal=False) == []
        for template_id in (own, STUDIO, published.id):
            with pytest.raises(TemplateNotFound):
                templates.change_template(unit, other, template_id, described)
            with pytest.raises(TemplateNotFound):
                templates.delete_template(unit, other, template_id)
        changed = templates.change_template(unit, account_id, own, dataclasses.replace(described, name="New"))
        assert changed.name == "New"


def test_a_project_outlives_its_template(database: Database) -> None:
    account_id = sign_up(database)
    template_id = content(database, account_id, 1, 0)
    model_id = ready_model(database, account_id)
    project = create_project(database, account_id, model_id, template_id=template_id)
    with work(database) as unit:
        templates.delete_template(unit, account_id, template_id)
    with pytest.raises(TemplateNotFound):
        create_project(database, account_id, model_id, template_id=template_id)
    assert len(order(database, account_id, project.id)) == 1
