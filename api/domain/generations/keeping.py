"""Models of the catalog that are generated, or kept of what was: they can be rendered as any other, without a download.

    generate    text or picture -> flow -> its last step -> the model is read -> renders
    keep        a file that a flow has made, copied -> the model is read -> renders

A generated model has the id, and takes orders, before it is there. Its tasks wait for the flow's last step and fail
with it, so what was paid for comes back. Its file is a copy: it outlives the flow.
"""

import dataclasses
import hashlib
import re
from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Flow, FlowInput, FlowStep, Model
from api.domain.accounts import quotas
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import inspection
from api.domain.catalog.catalog import MAX_TITLE_LENGTH, unarchive_model
from api.domain.generations import flows, pipeline
from api.domain.generations.assets import assets_of, output_of
from api.domain.generations.flows import NewInput, Terms
from api.domain.generations.states import FINAL
from api.domain.generations.templates import Template
from api.domain.kit.files import FileView
from api.domain.renders import limits
from api.domain.renders.ordering import Source, Spell, paid_order, place, preview_order, sources
from api.domain.renders.uploads import (
    NewModel,
    check_upload_limit,
    inspection_task,
    known_or_new,
    thumbnail_task,
)
from api.domain.work import tasks
from api.domain.work.tasks import NewTask, Priority, Work
from api.errors import AssetNotFound, FlowNotFound, InvalidState, JobNotFound
from api.ids import new_id
from renderer.spec import RenderSettings

NAME_LENGTH = 60
"""Characters of a prompt that a file's name is made of."""


@dataclasses.dataclass(frozen=True, slots=True)
class Generated:
    """`render_id` is there where a render was ordered. `flow_id` is Generio's name of the flow; None: `duplicate`, the
    account had the model already, or it was kept."""

    model_id: str
    render_id: str | None
    flow_id: str | None
    duplicate: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with the model: a render by `settings`, which `spell` tells its owner, or none; a `title`."""

    settings: RenderSettings | None
    spell: Spell = RenderSettings.to_json
    title: str | None = None


def generate(
    session: Session,
    account_id: str,
    template: Template,
    parameters: Mapping[str, object],
    new: NewInput,
    wish: Wish,
    terms: Terms,
) -> Generated:
    """A model that a flow of one input makes. Of equal inputs, parameters and seeds, the account has one.

    Raises InvalidRequest, InvalidSettings, NoCredits, UploadLimit, StorageLimit; then the input's file should be
    deleted, and also where the model was there already.
    """
    complete = template.complete(parameters)
    works = template.plan(complete, " ".join((new.text or "").split()), terms.engines)
    keys = "".join(work.key(new.sha256 or "") for work in works)
    sha256 = hashlib.sha256(keys.encode()).hexdigest()  # the file's isn't known yet
    reading = NewTask(Work(inspection.KIND, inspection.KEEPING, {}, frame_count=1), sha256, Priority.PAID)
    source = Source("", sha256, None, reading.id)
    drawing = thumbnail_task(source, Priority.PAID)
    model = NewModel(
        new_id(), _file_name(new.text or ""), sha256, 0, f"models/{new_id()}.glb", reading.id,
        drawing.id if wish.settings is None else None,
    )  # fmt: skip
    model_id = known_or_new(session, account_id, model)
    if model_id != model.id:
        return _ordered_again(session, account_id, model_id, wish)
    flow = flows.order(session, account_id, template, complete, [new], terms)
    last = session.scalars(
        select(FlowStep.task_id)
        .join(FlowInput, FlowInput.id == FlowStep.input_id)
        .where(FlowInput.flow_id == flow.id)
        .order_by(FlowStep.number.desc())
        .limit(1)
    ).one()
    reading = dataclasses.replace(reading, needs=(last,))
    render_id = _register(session, account_id, model, reading, drawing, wish, terms, title=wish.title or new.text)
    return Generated(model_id, render_id, flow.public_id)


def made_file(session: Session, account_id: str, public_id: str) -> tuple[FileView, str | None]:
    """The GLB that an output of one of the account's flows is, by the output's id; or that a job of the Grok pipeline
    has made, by the job's. And the text that it was made of. Raises AssetNotFound, InvalidState."""
    flow_id = session.scalar(
        select(Flow.public_id)
        .join(FlowInput, FlowInput.flow_id == Flow.id)
        .where(FlowInput.output_id == public_id, Flow.account_id == account_id)
    )
    if flow_id is not None:
        asset, file = output_of(session, flows.get(session, account_id, flow_id), public_id)
        return file, asset.text
    try:
        job = pipeline.get_job(session, public_id)
    except (JobNotFound, FlowNotFound):
        raise AssetNotFound(f"There is no output {public_id[:24]!r} of a flow") from None
    if job.state not in FINAL:
        raise InvalidState("The job hasn't ended yet")
    [asset] = assets_of(session, job)
    if "mesh" not in asset.made:
        raise AssetNotFound("The job has made no model")
    return asset.made["mesh"], asset.text


def keep(
    session: Session, account_id: str, copy: FileView, sha256: str, prompt: str | None, wish: Wish, terms: Terms
) -> Generated:
    """A model whose file is the `copy`, unless the account has one of these bytes: then the copy should be deleted, and
    also where this raises InvalidSettings, NoCredits, UploadLimit, StorageLimit."""
    reading = inspection_task(copy.key, sha256)
    drawing = thumbnail_task(Source("", sha256, None, reading.id), Priority.AWAITED)
    model = NewModel(
        new_id(), _file_name(prompt or ""), sha256, copy.size, copy.key, reading.id,
        drawing.id if wish.settings is None else None,
    )  # fmt: skip
    model_id = known_or_new(session, account_id, model)
    if model_id != model.id:
        return _ordered_again(session, account_id, model_id, wish)
    render_id = _register(session, account_id, model, reading, drawing, wish, terms, title=wish.title or prompt)
    return Generated(model_id, render_id, None)


def _register(
    session: Session,
    account_id: str,
    model: NewModel,
    reading: NewTask,
    drawing: NewTask,
    wish: Wish,
    terms: Terms,
    *,
    title: str | None,
) -> str | None:
    """Has the new model read, and drawn: its render and its preview, or else its thumbnail. Returns the render's id."""
    if title:
        cut = " ".join(title.split())[:MAX_TITLE_LENGTH]
        session.execute(update(Model).where(Model.id == model.id).values(title=cut))
    render_id = None
    if wish.settings is None:
        tasks.add(session, account_id, [reading, drawing], clock.now())
        quotas.hold_account(session, account_id)
    else:
        source = Source(model.id, model.sha256, None, reading.id)
        orders = [preview_order(source), paid_order(source, wish.settings)]
        [_, render_id] = place(session, account_id, orders, spell=wish.spell, first=[reading])
    check_upload_limit(session, account_id, terms.settings.upload_limit)
    limits.refuse(session, account_id, quotas.of_account(session, account_id, Quotas.of(terms.settings)))
    return render_id


def _ordered_again(session: Session, account_id: str, model_id: str, wish: Wish) -> Generated:
    """Of a model that is there: another render, if one is wanted."""
    unarchive_model(session, account_id, model_id)
    render_id = None
    if wish.settings is not None:
        source = sources(session, account_id, [model_id])[model_id]
        [render_id] = place(session, account_id, [paid_order(source, wish.settings)], spell=wish.spell)
    return Generated(model_id, render_id, None, duplicate=True)


def _file_name(prompt: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", prompt.lower())[:NAME_LENGTH].strip("-")
    return f"{words or 'model'}.glb"
