"""Flows: created, given inputs, started and looked at. How they go on: outcomes and endings.

    create -> add_input ... -> start        or all at once: create with inputs, which starts it
"""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db import dialects
from api.db.dialects import count_now
from api.db.tables import Flow, FlowInput, FlowStep
from api.domain.accounts import ledger, quotas
from api.domain.accounts.quotas import Quotas
from api.domain.generations import endings
from api.domain.generations.plans import MODEL, PICTURE, STEPS, Engines
from api.domain.generations.states import ACTIVE, FlowState, InputState
from api.domain.generations.templates import TEMPLATES, TEXT, Template
from api.domain.kit import paging, unit
from api.domain.kit.files import FileView
from api.domain.kit.paging import Page, Sort
from api.domain.kit.texts import checked_text
from api.domain.renders import limits
from api.domain.work import results, tasks
from api.domain.work.tasks import NewTask, Priority
from api.errors import FlowNotFound, InvalidRequest, InvalidState
from api.ids import new_id
from api.settings import Settings

INPUT_SUBJECT, INPUT_FILE = "input", "input"
"""What results call the file of an input, whose owner is the input."""

MOST_INPUTS = 16
MAX_PROMPT = 2000
"""Characters of a text."""


@dataclasses.dataclass(frozen=True, slots=True)
class FlowView:
    """A flow as there is to tell of it. `progress` is from 0 to 1; `stage` is the step that began last, if any."""

    id: str
    public_id: str
    template: str
    parameters: dict[str, Any]
    additional: Any
    state: FlowState
    stage: str | None
    progress: float
    error_code: str | None
    error_message: str | None
    credits: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class NewInput:
    """A text, or a file, which is stored below `removal.input_prefix` of the `id`, and whose `sha256` is in hex.
    `additional` is its owner's, and nobody reads it."""

    media_type: str
    text: str | None = None
    file: FileView | None = None
    sha256: str | None = None
    additional: Any = None
    id: str = dataclasses.field(default_factory=new_id)


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What is decided by who runs the farm: prices and quotas, and the generators that new flows are made with. `free`:
    the farm itself orders."""

    settings: Settings
    engines: Engines
    free: bool = False


def create(
    session: Session,
    account_id: str,
    template: Template,
    parameters: Mapping[str, object],
    inputs: Sequence[NewInput],
    terms: Terms,
    *,
    additional: Any = None,
) -> FlowView:
    """As `order`, and then nothing else. Raises StorageLimit besides."""
    flow = order(session, account_id, template, parameters, inputs, terms, additional=additional)
    check_storage(session, account_id, terms)
    return flow


def order(
    session: Session,
    account_id: str,
    template: Template,
    parameters: Mapping[str, object],
    inputs: Sequence[NewInput],
    terms: Terms,
    *,
    additional: Any = None,
    public_id: str | None = None,
    id_bytes: int = 12,
    deadline_s: float | None = None,
    priority: Priority = Priority.PAID,
) -> FlowView:
    """A new flow, started if it has inputs. `public_id` is drawn, `id_bytes` long, if it isn't given.

    With a deadline, it fails so many seconds after it was started. Raises InvalidRequest for wrong parameters and
    inputs, NoCredits; then nothing is created, and the inputs' files should be deleted. The caller checks the storage.
    """
    complete = template.complete(parameters)
    if len(inputs) > MOST_INPUTS:
        raise InvalidRequest(f"inputs: A flow has up to {MOST_INPUTS} inputs, not {len(inputs)}", param="inputs")
    flow_id, moment, taken = new_id(), clock.now(), True
    while taken:  # short ids may be somebody's
        taken = session.scalar(
            dialects.insert(session, Flow)
            .values(
                id=flow_id, public_id=public_id or secrets.token_hex(id_bytes), account_id=account_id,
                template=template.name, parameters=complete, additional=additional, state=FlowState.CREATED,
                progress=0.0, credits=0, created_at=moment,
                deadline_at=None if deadline_s is None else moment + dt.timedelta(seconds=deadline_s),
            )
            .on_conflict_do_nothing(index_elements=[Flow.public_id])
            .returning(Flow.id)
        ) is None  # fmt: skip
        if taken and public_id is not None:
            raise InvalidState(f"There is a flow {public_id} already")
    for position, new in enumerate(inputs):
        _insert_input(session, account_id, flow_id, template, position, new, f"inputs[{position}].data")
    if inputs:
        _start(session, account_id, flow_id, template, complete, terms, priority)
    return _view(session, Flow.id == flow_id)


def add_input(session: Session, account_id: str, public_id: str, new: NewInput, terms: Terms) -> str:
    """One more input of a flow that isn't started. Returns its asset id.

    Raises FlowNotFound, InvalidState, InvalidRequest, StorageLimit; then its file should be deleted.
    """
    flow = session.execute(
        select(Flow.id, Flow.state, Flow.template).where(*_own(account_id, public_id)).with_for_update()
    ).one_or_none()
    if flow is None:
        raise FlowNotFound
    if flow.state != FlowState.CREATED:
        raise InvalidState(f"Inputs are added to a flow that is created; this one is {flow.state}")
    count = session.scalar(select(func.count()).where(FlowInput.flow_id == flow.id)) or 0
    if count >= MOST_INPUTS:
        raise InvalidRequest(f"data: A flow has up to {MOST_INPUTS} inputs, and this one has them", param="data")
    asset_id = _insert_input(session, account_id, flow.id, TEMPLATES[flow.template], count, new, "data")
    check_storage(session, account_id, terms)
    return asset_id


def start(session: Session, account_id: str, public_id: str, terms: Terms) -> FlowView:
    """Raises FlowNotFound; InvalidState for a flow that is started, or has no inputs; NoCredits."""
    flow = get(session, account_id, public_id)
    if flow.state == FlowState.CREATED:
        _start(
            session, account_id, flow.id, TEMPLATES[flow.template], flow.parameters, terms, Priority.PAID
        )
        return get(session, account_id, public_id)
    raise InvalidState(f"Only a flow that is created can be started; this one is {flow.state}")


def abort(session: Session, account_id: str, public_id: str) -> FlowView:
    """The flow is aborting; right after the transaction it is aborted, with a refund.

    Raises FlowNotFound; InvalidState unless it is starting or running.
    """
    aborted = session.scalar(
        update(Flow)
        .where(*_own(account_id, public_id), Flow.state.in_(ACTIVE))
        .values(state=FlowState.ABORTING)
        .returning(Flow.id)
    )
    flow = get(session, account_id, public_id)
    if aborted is None:
        raise InvalidState(f"Only a flow that is starting or running can be aborted; this one is {flow.state}")
    unit.note_next(session, endings.stop_aborted, aborted)
    return flow


def get(session: Session, account_id: str, public_id: str) -> FlowView:
    """Raises FlowNotFound, also for another account's."""
    return _view(session, *_own(account_id, public_id))


SORTS = ("created_at", "started_at", "finished_at", "state", "progress")


def list_flows(
    session: Session,
    account_id: str,
    *,
    limit: int,
    offset: int,
    states: Collection[FlowState] = (),
    sort: Sort = Sort("created_at", descending=True),
) -> Page[FlowView]:
    """The account's flows of templates that are listed; `sort` names one of SORTS."""
    conditions = [Flow.account_id == account_id, Flow.template.in_(_LISTED)]
    if states:
        conditions.append(Flow.state.in_(states))
    rows = select(*_COLUMNS).where(*conditions).order_by(*sort.by(Flow))
    count = select(func.count()).select_from(Flow).where(*conditions)
    found, total = paging.fetch(
        session.connection(), paging.windowed(rows, count), count, limit=limit, offset=offset
    )
    return Page(tuple([_of(*row[:-1]) for row in found]), total)


def unfinished(session: Session, account_id: str) -> int:
    """How many of the account's flows are started and haven't ended."""
    return session.scalar(select(func.count()).where(Flow.account_id == account_id, Flow.state.in_(ACTIVE))) or 0


_LISTED = [name for name, template in TEMPLATES.items() if template.is_listed]


def _own(account_id: str, public_id: str) -> tuple[ColumnElement[bool], ...]:
    return Flow.public_id == public_id, Flow.account_id == account_id


def _insert_input(
    session: Session, account_id: str, flow_id: str, template: Template, position: int, new: NewInput, where: str
) -> str:
    """Returns its asset id. Raises InvalidRequest, by its place `where`, for one that the template doesn't take."""
    if new.media_type not in template.input_types:
        raise InvalidRequest(
            f"data: {template.name} takes {', '.join(template.input_types)}, not {new.media_type}", param=where
        )
    text = None
    if new.media_type == TEXT:
        try:
            text = checked_text("data", " ".join((new.text or "").split()), MAX_PROMPT)
        except InvalidRequest as error:
            raise InvalidRequest(error.message, param=where) from None
        if text is None:
            raise InvalidRequest("data: The text is empty", param=where)
    asset_id = secrets.token_hex(12)
    session.execute(insert(FlowInput).values(
        id=new.id, flow_id=flow_id, position=position, asset_id=asset_id, output_id=secrets.token_hex(12),
        media_type=new.media_type, text=text, sha256=new.sha256, additional=new.additional, state=InputState.AVAILABLE,
        facts={},
    ))  # fmt: skip
    if new.file is not None:
        results.write(session, account_id, INPUT_SUBJECT, {new.id: {INPUT_FILE: new.file}})
    return asset_id


def check_storage(session: Session, account_id: str, terms: Terms) -> None:
    """Raises StorageLimit where the account's files, new inputs' included, are more than it may have.

    It locks their count, after which no transaction locks anything else.
    """
    count_now(session)
    allowed = quotas.of_account(session, account_id, Quotas.of(terms.settings))
    quotas.check_storage(quotas.used_bytes(session, account_id), allowed.storage_mb)


def _start(
    session: Session,
    account_id: str,
    flow_id: str,
    template: Template,
    parameters: Mapping[str, Any],
    terms: Terms,
    priority: Priority,
) -> None:
    """Makes the tasks, takes the credits. Raises InvalidState where there are no inputs, or somebody was quicker;
    NoCredits; TooManyRequests."""
    inputs = session.execute(
        select(FlowInput.id, FlowInput.text, FlowInput.sha256)
        .where(FlowInput.flow_id == flow_id)
        .order_by(FlowInput.position)
    ).all()
    if not inputs:
        raise InvalidState("Flow has no inputs")
    files = results.read(session, [row.id for row in inputs])
    made: list[NewTask] = []
    steps: list[dict[str, Any]] = []
    for row in inputs:
        file = files[row.id].get(INPUT_FILE)
        before: tuple[str, ...] = ()
        for number, work in enumerate(template.plan(parameters, row.text or "", terms.engines)):
            named = {MODEL if work.kind == "optimise" else PICTURE: file.key} if file and not before else {}
            task = NewTask(work, work.key(row.sha256 or ""), priority, inputs=named, needs=before)
            made.append(task)
            steps.append({
                "task_id": task.id, "input_id": row.id, "number": number, "name": STEPS[work.kind].name
            })  # fmt: skip
            before = (task.id,)
    tasks.add(session, account_id, made, clock.now())
    session.execute(insert(FlowStep), steps)
    credits = 0 if terms.free else template.price(terms.settings) * len(inputs)
    started = session.scalar(
        update(Flow)
        .where(Flow.id == flow_id, Flow.state == FlowState.CREATED)
        .values(state=FlowState.STARTING, credits=credits)
        .returning(Flow.public_id)
    )
    if started is None:
        raise InvalidState("The flow is started already")
    if credits:
        ledger.charge(session, account_id, endings.SUBJECT, {flow_id: credits}, note=f"{template.name} {started}")
    limits.refuse_unfinished(session, account_id)


_COLUMNS = (
    Flow.id, Flow.public_id, Flow.template, Flow.parameters, Flow.additional, Flow.state, Flow.stage, Flow.progress,
    Flow.error_code, Flow.error_message, Flow.credits, Flow.created_at, Flow.started_at, Flow.finished_at,
)  # fmt: skip


def _view(session: Session, *conditions: ColumnElement[bool]) -> FlowView:
    row = session.execute(select(*_COLUMNS).where(*conditions)).one_or_none()
    if row is None:
        raise FlowNotFound
    return _of(*row)


def _of(*row: Any) -> FlowView:
    view = FlowView(*row)
    return dataclasses.replace(view, state=FlowState(view.state))
