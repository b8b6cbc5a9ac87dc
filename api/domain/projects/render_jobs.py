"""Render jobs: all pictures and videos of a project, ordered, paid, refunded and tried again as one.

    create_jobs -> renders at work -> advance, after each that has ended -> COMPLETED
                        ^                                              `--> FAILED, what is missing is refunded
                        `-------------------- retry_job -------------------'

What was made of a failed job stays there to be fetched, so it stays paid for: else a template of which one shot never
works would give all others for nothing.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import ModelVariant, ProjectModel, Render, RenderJob, RenderJobOutput, Upload
from api.domain.accounts import ledger
from api.domain.catalog import contents
from api.domain.kit import followers, unit
from api.domain.kit.files import FileView
from api.domain.projects import notices, plans, projects, templates
from api.domain.projects.plans import OutputSettings, Planned
from api.domain.projects.states import RenderJobStatus
from api.domain.projects.variants import BASE_NAME
from api.domain.renders import ordering
from api.domain.renders.ordering import Order, Source
from api.domain.renders.states import RETRIED_FROM, UNFINISHED, RenderStatus
from api.domain.work import results
from api.domain.work.tasks import Priority
from api.errors import InvalidRequest, InvalidState, JobNotFound, ModelNotReady
from api.ids import is_id, new_id

SUBJECT = "render_job"
"""What ledger entries call a render job."""

MOST_OUTPUTS = 5000
"""Pictures and videos in one call: ordering them takes a few seconds, in one transaction."""

MAIN_FILES = ("image", "video")
"""The names of the result that a picture or a video is for."""


@dataclasses.dataclass(frozen=True, slots=True)
class OutputView:
    """A picture or a video that is there. `file_type` is "PNG", "MP4" or "PRORES"."""

    id: str
    name: str
    file_type: str
    file: FileView


@dataclasses.dataclass(frozen=True, slots=True)
class RenderJobView:
    """`outputs` are those that are there, once the job has ended; `error_message` says why it has failed."""

    id: str
    status: RenderJobStatus
    project_id: str
    batch_id: str
    error_message: str | None
    outputs: tuple[OutputView, ...]
    created_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class _Look:
    """What the same cameras take: a model of a project, or a variant of it. `suffix` ends its pictures' names."""

    suffix: str
    source: Source
    material_variant: str | None


def create_jobs(
    session: Session, account_id: str, project_ids: Sequence[str], settings: OutputSettings
) -> list[RenderJobView]:
    """A job for each of the projects, in their order, all of one batch. All are paid for, or none is made.

    Raises InvalidRequest for no projects, too many, one twice, or nothing to render; ProjectNotFound; ModelNotReady;
    InvalidSettings for a template's image that the account can't use; NoCredits.
    """
    planned = _planned(session, account_id, project_ids, settings)
    renders = ordering.place(session, account_id, [
        Order(
            look.source, each.settings, each.work, 0, Priority.PAID,
            told={**each.told, "name": each.name + look.suffix},
        )
        for _, look, each in planned
    ])  # fmt: skip
    batch_id, moment = new_id(), clock.now()
    jobs = {project_id: new_id() for project_id in project_ids}
    credits = {jobs[project_id]: 0 for project_id in project_ids}
    for project_id, _, each in planned:
        credits[jobs[project_id]] += each.credits
    session.execute(insert(RenderJob), [
        {"id": job_id, "account_id": account_id, "project_id": project_id, "batch_id": batch_id,
         "status": RenderJobStatus.QUEUED, "settings": settings.to_json(), "credits": credits[job_id],
         "created_at": moment, "updated_at": moment}
        for project_id, job_id in jobs.items()
    ])  # fmt: skip
    session.execute(insert(RenderJobOutput), [
        {"render_id": render_id, "job_id": jobs[project_id], "position": position, "name": each.name + look.suffix,
         "file_type": each.file_type}
        for position, (render_id, (project_id, look, each)) in enumerate(zip(renders, planned, strict=True))
    ])  # fmt: skip
    ledger.charge(session, account_id, SUBJECT, credits)
    return [get_job(session, account_id, job_id) for job_id in jobs.values()]


def price(session: Session, account_id: str, project_ids: Sequence[str], settings: OutputSettings) -> tuple[int, int]:
    """Of what `create_jobs` would make: how many pictures and videos, and their credits. Raises what it raises of wrong
    projects."""
    planned = _planned(session, account_id, project_ids, settings)
    return len(planned), sum(each.credits for _, _, each in planned)


def _planned(
    session: Session, account_id: str, project_ids: Sequence[str], settings: OutputSettings
) -> list[tuple[str, _Look, Planned]]:
    """What is to be made, each with its project's id. Raises as `create_jobs`, but for money and images."""
    if not 1 <= len(project_ids) <= projects.MOST_MODELS:
        raise InvalidRequest(f"1 to {projects.MOST_MODELS:,} projects are rendered at once", param="project_ids")
    if len(set(project_ids)) < len(project_ids):
        raise InvalidRequest("The same project is named twice", param="project_ids")
    found = projects.get_projects(session, account_id, project_ids)
    looks = _looks(session, account_id, project_ids, with_variants=settings.render_variants)
    planned: list[tuple[str, _Look, Planned]] = []
    for project in found:
        content = templates.get_template(session, account_id, project.template_id, deleted=True).content
        before = len(planned)
        for look in looks[project.id]:
            plan = plans.planned(content, settings, material_variant=look.material_variant)
            planned += ((project.id, look, each) for each in plan)
        check_count(len(planned) - before, len(planned))
    return planned


def check_count(of_project: int, of_all: int) -> None:
    """Raises InvalidRequest where so many pictures and videos of a project, or in one call, can't be ordered."""
    if not of_project:
        raise InvalidRequest("With these settings, the template has nothing to render", param="settings")
    if of_all > MOST_OUTPUTS:
        raise InvalidRequest(f"These are more than {MOST_OUTPUTS:,} pictures and videos: order fewer at once")


def get_job(session: Session, account_id: str, job_id: str) -> RenderJobView:
    """Raises JobNotFound, also for another account's."""
    if not is_id(job_id):
        raise JobNotFound
    row = session.execute(
        select(
            RenderJob.status, RenderJob.project_id, RenderJob.batch_id, RenderJob.error_message, RenderJob.created_at
        ).where(RenderJob.id == job_id, RenderJob.account_id == account_id)
    ).one_or_none()
    if row is None:
        raise JobNotFound
    status = RenderJobStatus(row.status)
    outputs: tuple[OutputView, ...] = ()
    if status == RenderJobStatus.QUEUED:
        begun = exists().where(
            RenderJobOutput.job_id == job_id, Render.id == RenderJobOutput.render_id,
            Render.status != RenderStatus.PENDING,
        )
        status = RenderJobStatus.RENDERING if session.scalar(select(begun)) else status
    else:
        outputs = tuple(_outputs(session, job_id))
    return RenderJobView(job_id, status, row.project_id, row.batch_id, row.error_message, outputs, row.created_at)


def retry_job(session: Session, account_id: str, job_id: str) -> RenderJobView:
    """What failed of the job is drawn after all, and paid for again.

    Raises JobNotFound; InvalidState for a job that hasn't failed; NoCredits.
    """
    settings = session.scalar(
        update(RenderJob)
        .where(RenderJob.id == job_id, RenderJob.account_id == account_id, RenderJob.status == RenderJobStatus.FAILED)
        .values(status=RenderJobStatus.QUEUED, batch_id=new_id(), error_message=None, updated_at=clock.now())
        .returning(RenderJob.settings)
    )
    if settings is None:
        job = get_job(session, account_id, job_id)
        raise InvalidState(f"Only a job that has FAILED can be tried again; this one is {job.status}")
    failed = session.execute(
        select(Render.id, RenderJobOutput.file_type)
        .join(RenderJobOutput, RenderJobOutput.render_id == Render.id)
        .where(RenderJobOutput.job_id == job_id, Render.status.in_(RETRIED_FROM))
        .order_by(Render.task_id)
    ).all()
    for render in failed:
        ordering.retry_render(session, account_id, render.id)
    if failed:
        credits = plans.price_of([render.file_type for render in failed], OutputSettings.from_json(settings))
        number = ledger.next_number(session, SUBJECT, job_id)
        ledger.charge(session, account_id, SUBJECT, {job_id: credits}, number=number)
    else:  # it was deleted meanwhile
        unit.note_next(session, advance, job_id)
    return get_job(session, account_id, job_id)


def advance(session: Session, job_id: str) -> None:
    """The job ends if all of its renders have. Does nothing else, however often it is called."""
    job = session.execute(
        select(RenderJob.account_id, RenderJob.project_id, RenderJob.settings)
        .where(RenderJob.id == job_id, RenderJob.status == RenderJobStatus.QUEUED)
        .with_for_update()
    ).one_or_none()
    if job is None:
        return
    rows = session.execute(
        select(Render.id, Render.status, Render.error_message, RenderJobOutput.name, RenderJobOutput.file_type)
        .join(RenderJobOutput, RenderJobOutput.render_id == Render.id)
        .where(RenderJobOutput.job_id == job_id)
        .order_by(RenderJobOutput.position)
    ).all()
    if any(row.status in UNFINISHED for row in rows):
        return
    failed = [row for row in rows if row.status in RETRIED_FROM]
    error = None
    if failed:
        first = f'first "{failed[0].name}": {failed[0].error_message}'
        error = f"{len(failed)} of {len(rows)} could not be rendered, {first}"
        missing = plans.price_of([row.file_type for row in failed], OutputSettings.from_json(job.settings))
        ledger.refund(session, SUBJECT, job_id, at_most=missing)
    session.execute(
        update(RenderJob)
        .where(RenderJob.id == job_id)
        .values(
            status=RenderJobStatus.COMPLETED if error is None else RenderJobStatus.FAILED, error_message=error,
            updated_at=clock.now(),
        )
    )
    notices.render_job_ended(
        session, job.account_id, job_id, project_id=job.project_id, render_ids=[row.id for row in rows], error=error
    )
    followers.tell(session, SUBJECT, [job_id])


def _outputs(session: Session, job_id: str) -> Iterator[OutputView]:
    rows = session.execute(
        select(RenderJobOutput.render_id, RenderJobOutput.name, RenderJobOutput.file_type)
        .where(RenderJobOutput.job_id == job_id)
        .order_by(RenderJobOutput.position)
    ).all()
    files = results.read(session, [row.render_id for row in rows])
    for row in rows:
        main = next((files[row.render_id][name] for name in MAIN_FILES if name in files[row.render_id]), None)
        if main is not None:
            yield OutputView(row.render_id, row.name, row.file_type, main)


def _looks(
    session: Session, account_id: str, project_ids: Sequence[str], *, with_variants: bool
) -> dict[str, list[_Look]]:
    """What is to be drawn of each project: its models with their variants. Raises ModelNotReady."""
    rows = session.execute(
        select(ProjectModel.project_id, Upload.id, Upload.name, Upload.model_id)
        .join(Upload, Upload.id == ProjectModel.upload_id)
        .where(ProjectModel.project_id.in_(project_ids))
        .order_by(ProjectModel.project_id, ProjectModel.position)
    ).all()
    attached = session.execute(
        select(ModelVariant.base_id, ModelVariant.name, Upload.model_id)
        .join(Upload, Upload.id == ModelVariant.upload_id)
        .where(ModelVariant.base_id.in_([row.id for row in rows]))
        .order_by(ModelVariant.created_at, ModelVariant.name)
    ).all() if with_variants else ()  # fmt: skip
    wanted = {row.model_id for row in (*rows, *attached)} - {None}
    found = ordering.sources(session, account_id, wanted)
    names = contents.known_names(session, wanted) if with_variants else {}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.project_id] = counts.get(row.project_id, 0) + 1
    looks: dict[str, list[_Look]] = {project_id: [] for project_id in project_ids}
    for row in rows:
        prefix = f" - {row.name}" if counts[row.project_id] > 1 else ""
        variants: list[tuple[str, str, str | None]] = [(BASE_NAME, row.model_id, None)]
        own = dict.fromkeys(names.get(row.model_id, {}).get("material_variant", ()))  # of one name, the first is drawn
        variants += ((name, row.model_id, name) for name in own)
        variants += ((each.name, each.model_id, None) for each in attached if each.base_id == row.id)
        taken: dict[str, int] = {}
        for name, model_id, material_variant in variants:
            taken[name] = taken.get(name, 0) + 1
            source = found.get(model_id)
            if source is None or source.storage_key is None:
                raise ModelNotReady(f'The model of "{row.name}" is not READY')
            shown = name if taken[name] == 1 else f"{name} ({taken[name]})"  # a file's may be called as an attached one
            looks[row.project_id].append(_Look(f"{prefix} - {shown}", source, material_variant))
    return looks
