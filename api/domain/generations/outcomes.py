"""What becomes of a flow's inputs with the tasks of their steps: the Outcome of the kinds of `plans.STEPS`.

A step's only owner is named by the task's id, until the step is done or nobody wants it. How the flow itself goes on
when an input has ended is another unit's work: see endings.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select, update
from sqlalchemy.orm import Session, aliased

from api import clock
from api.db.tables import Flow, FlowInput, FlowStep, Task
from api.domain.accounts import ledger
from api.domain.catalog.contents import storable_contents
from api.domain.generations import endings
from api.domain.generations.plans import STEPS
from api.domain.generations.states import ACTIVE, GIVEN_UP, OPEN, FlowState, InputState
from api.domain.kit import unit
from api.domain.kit.failures import Failure
from api.domain.kit.files import FileView
from api.domain.work.states import TaskState

SUBJECT = "step"

BEGUN_SHARE = 0.5
"""What a step that has begun counts in its flow's progress: nobody knows how far a generator is."""


class Steps:
    """See api.domain.work.outcomes.Outcome."""

    subject = SUBJECT

    def owners(self, session: Session, task_id: str) -> list[str]:
        return [] if _open_step(session, task_id) is None else [task_id]

    def begun(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        step = _open_step(session, task_id)
        if step is None:
            return {}
        session.execute(
            update(FlowInput)
            .where(FlowInput.id == step.input_id, FlowInput.state.in_(OPEN))
            .values(state=InputState.PROCESSING)
        )
        reached = (step.done + BEGUN_SHARE) / step.total
        session.execute(
            update(Flow)
            .where(Flow.id == step.flow_id, Flow.state.in_(ACTIVE))
            .values(
                state=FlowState.RUNNING, stage=step.name, started_at=func.coalesce(Flow.started_at, clock.now()),
                progress=case((Flow.progress < reached, reached), else_=Flow.progress),
            )
        )
        return {task_id: {}}

    def told(self, session: Session, task_id: str, told: Mapping[str, Any]) -> None:
        """Everything is told in the end."""

    def advanced(self, session: Session, task_id: str) -> None:
        """Nobody knows how far a generator is."""

    def published(self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]]) -> None:
        """There is nothing to be fetched before the step's end."""

    def set_back(self, session: Session, task_id: str, *, at_work: bool) -> None:
        """Progress never falls, and the input is being processed as before. But if the flow had ended, somebody wants a
        model after all that was to be made of it: then it goes on, and is paid for again. Raises NoCredits."""
        flow = session.execute(
            update(Flow)
            .where(Flow.id == _FLOW_OF_TASK, Flow.state.in_(GIVEN_UP))
            .values(state=FlowState.STARTING, finished_at=None, error_code=None, error_message=None)
            .returning(Flow.id, Flow.account_id, Flow.credits, Flow.public_id, Flow.template),
            {"of_task": task_id},
        ).one_or_none()
        if flow is None:
            return
        session.execute(
            update(FlowInput)
            .where(FlowInput.flow_id == flow.id, FlowInput.state == InputState.ERROR)
            .values(state=InputState.AVAILABLE, error_message=None, processed_at=None)
        )
        if flow.credits:
            number = ledger.next_number(session, endings.SUBJECT, flow.id)
            note = f"{flow.template} {flow.public_id}"
            ledger.charge(
                session, flow.account_id, endings.SUBJECT, {flow.id: flow.credits}, number=number, note=note
            )

    def finished(
        self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]], told: Mapping[str, Any]
    ) -> dict[str, str]:
        """`told` is what the engine has to say of its work, or the optimiser."""
        step = _open_step(session, task_id)
        if step is None or task_id not in files:
            return {}
        facts = session.scalar(select(FlowInput.facts).where(FlowInput.id == step.input_id)) or {}
        values: dict[str, Any] = {"facts": {**facts, step.name: storable_contents(told)}}
        if step.number == step.last:
            values |= {"state": InputState.READY, "processed_at": clock.now()}
        session.execute(update(FlowInput).where(FlowInput.id == step.input_id).values(values))
        unit.note_next(session, endings.advance, step.flow_id)
        made = STEPS[step.kind]
        return {made.gives: files[task_id][made.file].key}

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        """The input's later steps fail with this one, and find that it has ended."""
        step = _open_step(session, task_id)
        if step is None:
            return
        session.execute(
            update(FlowInput)
            .where(FlowInput.id == step.input_id)
            .values(state=InputState.ERROR, error_message=failure.message, processed_at=clock.now())
        )
        unit.note_next(session, endings.advance, step.flow_id)


STEPS_OF_FLOWS = Steps()


def _open_step(session: Session, task_id: str) -> Row[*tuple[Any, ...]] | None:
    """The task's step, if somebody still waits for it: its `number`, of those up to `last` of its input; of all `total`
    steps of its flow, so many are `done`."""
    return session.execute(_OPEN_STEP, {"of_task": task_id}).one_or_none()


_FLOW_OF_TASK = (
    select(FlowInput.flow_id)
    .join(FlowStep, FlowStep.input_id == FlowInput.id)
    .where(FlowStep.task_id == bindparam("of_task"))
    .scalar_subquery()
)
_STEP, _INPUT = aliased(FlowStep), aliased(FlowInput)
_LAST = select(func.max(_STEP.number)).where(_STEP.input_id == FlowStep.input_id)
_TOTAL = (
    select(func.count(_STEP.task_id))
    .join(_INPUT, _INPUT.id == _STEP.input_id)
    .where(_INPUT.flow_id == FlowInput.flow_id)
)
_TASK = aliased(Task)
_DONE = _TOTAL.join(_TASK, _TASK.id == _STEP.task_id).where(_TASK.state == TaskState.DONE)
_OPEN_STEP = (
    select(
        FlowStep.input_id, FlowStep.name, FlowStep.number, FlowInput.flow_id, Task.kind,
        _LAST.scalar_subquery().label("last"), _TOTAL.scalar_subquery().label("total"),
        _DONE.scalar_subquery().label("done"),
    )
    .join(FlowInput, FlowInput.id == FlowStep.input_id)
    .join(Flow, Flow.id == FlowInput.flow_id)
    .join(Task, Task.id == FlowStep.task_id)
    .where(FlowStep.task_id == bindparam("of_task"), FlowInput.state.in_(OPEN), Flow.state.in_(ACTIVE))
)  # fmt: skip
