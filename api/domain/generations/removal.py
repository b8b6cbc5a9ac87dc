"""Flows that their owner deletes, with all that went into them and came out of them."""

from sqlalchemy import delete, exists, select

from api.db.tables import Flow, FlowInput, FlowStep, Segment, Task, TaskNeed
from api.domain.generations import endings
from api.domain.generations.flows import INPUT_SUBJECT
from api.domain.generations.outcomes import SUBJECT
from api.domain.generations.states import FINAL, FlowState
from api.domain.kit.unit import Unit
from api.domain.work import results
from api.domain.work.states import TaskState
from api.errors import FlowNotFound, InvalidState


def delete_flow(unit: Unit, account_id: str, public_id: str) -> None:
    """The flow is gone. Models that were made of its outputs stay.

    Raises FlowNotFound; InvalidState for one that is under way, or of whose output a model is just being made.
    """
    own = select(Flow.id, Flow.state).where(Flow.public_id == public_id, Flow.account_id == account_id)
    if (found := unit.execute(own).one_or_none()) is None:
        raise FlowNotFound
    steps = endings.lock_steps(unit, found.id)
    flow = unit.execute(own.with_for_update()).one_or_none()
    if flow is None:  # somebody else was quicker
        raise FlowNotFound
    if flow.state not in (FlowState.CREATED, *FINAL):
        raise InvalidState(f"A flow that is {flow.state} can't be deleted: abort it first")
    inputs = unit.scalars(select(FlowInput.id).where(FlowInput.flow_id == flow.id)).all()
    using = exists().where(
        TaskNeed.needs_id.in_(steps), Task.id == TaskNeed.task_id, Task.state == TaskState.OPEN
    )
    if unit.scalar(select(using)):
        raise InvalidState("A model is just being made of an output: delete the flow once that is ready")
    results.discard(unit, INPUT_SUBJECT, inputs)
    results.discard(unit, SUBJECT, steps)
    unit.execute(delete(FlowStep).where(FlowStep.task_id.in_(steps)))
    unit.execute(delete(Segment).where(Segment.task_id.in_(steps)))
    unit.execute(delete(Task).where(Task.id.in_(steps)))
    unit.execute(delete(Flow).where(Flow.id == flow.id))
    unit.drop(*(input_prefix(input_id) for input_id in inputs), *(step_prefix(task_id) for task_id in steps))


def input_prefix(input_id: str) -> str:
    """The folder of the input's file."""
    return f"{INPUT_SUBJECT}s/{input_id}"


def step_prefix(task_id: str) -> str:
    """The folder of all files that were ever made by the step's task."""
    return f"{SUBJECT}s/{task_id}"
