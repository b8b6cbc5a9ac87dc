"""How flows end, in units of work of their own after those in which something became of their inputs.

    all inputs have ended    -> advance       -> completed; or failed, with a refund
    its owner aborts it      -> stop_aborted  -> its tasks are cancelled -> advance -> aborted, with a refund
    its deadline has passed  -> stop_late     -> its tasks are cancelled -> advance -> failed, with a refund

None of it does anything a second time. Where a process dies in between, the sweeper goes on by `note_due`.

A flow's row is locked after all tasks, lanes and inputs; who holds it takes none of those.
"""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Flow, FlowInput, FlowStep, Task
from api.domain.accounts import ledger
from api.domain.generations.states import ACTIVE, OPEN, UNFINISHED, FlowState, InputState
from api.domain.kit import counting, unit
from api.domain.kit.failures import CANCELLED, Failure
from api.domain.work import scheduling, tasks
from api.domain.work.states import TaskState
from renderer.errors import EngineTimeout

SUBJECT = "flow"
"""What ledger entries call a flow."""

DUE_AT_ONCE = 100


def stop_aborted(session: Session, flow_id: str) -> None:
    """The owner has aborted the flow."""
    _stop(session, flow_id, Failure(CANCELLED, "Aborted by its owner"))


def stop_late(session: Session, flow_id: str) -> None:
    """The flow's deadline has passed."""
    row = session.execute(select(Flow.created_at, Flow.deadline_at).where(Flow.id == flow_id)).one_or_none()
    if row is not None and row.deadline_at is not None:
        seconds = round((row.deadline_at - row.created_at).total_seconds())
        _stop(session, flow_id, Failure(EngineTimeout.code, f"Generation took longer than {seconds} s"))


def _stop(session: Session, flow_id: str, failure: Failure) -> None:
    """Whoever is at one of the flow's tasks loses the claim. What is done stays."""
    for task_id in lock_steps(session, flow_id):
        if session.scalar(select(Task.state).where(Task.id == task_id)) == TaskState.OPEN:
            scheduling.cancel(session, task_id, failure)
    session.execute(
        update(FlowInput)
        .where(FlowInput.flow_id == flow_id, FlowInput.state.in_(OPEN))
        .values(state=InputState.ERROR, error_message=failure.message, processed_at=clock.now())
    )
    unit.note_next(session, advance, flow_id)


def lock_steps(session: Session, flow_id: str) -> list[str]:
    """Locks the tasks of all steps, in the order in which all do; returns their ids."""
    steps = session.scalars(
        select(FlowStep.task_id)
        .join(FlowInput, FlowInput.id == FlowStep.input_id)
        .where(FlowInput.flow_id == flow_id)
        .order_by(FlowInput.position, FlowStep.number)
    ).all()
    for step in steps:
        tasks.unmet(session, [step])
    return list(steps)


def advance(session: Session, flow_id: str) -> None:
    """Notes how far the flow is, and ends it if all of its inputs have ended."""
    flow = session.execute(
        select(Flow.state, Flow.progress).where(Flow.id == flow_id, Flow.state.in_(UNFINISHED)).with_for_update()
    ).one_or_none()
    if flow is None:
        return
    inputs = session.execute(
        select(FlowInput.state, FlowInput.error_message)
        .where(FlowInput.flow_id == flow_id)
        .order_by(FlowInput.position)
    ).all()
    if any(each.state in OPEN for each in inputs):
        _note_progress(session, flow_id, flow.progress)
        return
    failed = [each.error_message for each in inputs if each.state == InputState.ERROR]
    if flow.state == FlowState.ABORTING:
        _end(session, flow_id, state=FlowState.ABORTED)
    elif failed:
        _end(session, flow_id, state=FlowState.FAILED, error_message=failed[0])
    else:
        _end(session, flow_id, state=FlowState.COMPLETED, progress=1.0)


def _note_progress(session: Session, flow_id: str, before: float) -> None:
    states = session.scalars(
        select(Task.state)
        .join(FlowStep, FlowStep.task_id == Task.id)
        .join(FlowInput, FlowInput.id == FlowStep.input_id)
        .where(FlowInput.flow_id == flow_id)
    ).all()
    reached = states.count(TaskState.DONE) / len(states)
    if reached > before:
        session.execute(update(Flow).where(Flow.id == flow_id).values(progress=reached))


def _end(session: Session, flow_id: str, *, state: FlowState, **values: object) -> None:
    template = session.scalars(
        update(Flow)
        .where(Flow.id == flow_id)
        .values(state=state, finished_at=clock.now(), **values)
        .returning(Flow.template)
    ).one()
    counting.add(session, "flows", 1, template=template, status=state.value)
    if state != FlowState.COMPLETED:
        ledger.refund(session, SUBJECT, flow_id)


def note_due(due: unit.Unit) -> None:
    """Goes on with what could go on, after the unit's commit: deadlines that have passed, and what is left where a
    process died between two steps."""
    for_it = FlowInput.flow_id == Flow.id
    ended = Flow.state.in_(ACTIVE), ~exists().where(for_it, FlowInput.state.in_(OPEN))
    late = Flow.state.in_(ACTIVE), Flow.deadline_at < clock.now()
    for step, conditions in ((advance, ended), (stop_late, late), (stop_aborted, (Flow.state == FlowState.ABORTING,))):
        for flow_id in due.scalars(select(Flow.id).where(*conditions).limit(DUE_AT_ONCE)):
            unit.note_next(due, step, flow_id)
