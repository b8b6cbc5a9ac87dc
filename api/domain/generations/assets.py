"""What goes into a flow and what comes out of it: its inputs, and the files that its steps have made of them."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import FlowInput, FlowStep
from api.domain.generations.flows import INPUT_FILE, FlowView
from api.domain.generations.plans import STEPS
from api.domain.generations.states import FINAL, InputState
from api.domain.kit.files import FileView
from api.domain.work import results
from api.errors import AssetNotFound, InvalidState


@dataclasses.dataclass(frozen=True, slots=True)
class AssetView:
    """An input of a flow, and what was made of it so far: `made` are files by step, and `output` is that of the last
    step, if it is done. `facts` are what engines and the optimiser say of their work, by step."""

    asset_id: str
    output_id: str
    media_type: str
    text: str | None
    file: FileView | None
    additional: Any
    state: InputState
    error_message: str | None
    facts: Mapping[str, Mapping[str, Any]]
    processed_at: dt.datetime | None
    made: Mapping[str, FileView]
    output: FileView | None


def assets_of(session: Session, flow: FlowView) -> list[AssetView]:
    """In the order in which the inputs were given."""
    rows = session.execute(
        select(
            FlowInput.id, FlowInput.asset_id, FlowInput.output_id, FlowInput.media_type, FlowInput.text,
            FlowInput.additional, FlowInput.state, FlowInput.error_message, FlowInput.facts, FlowInput.processed_at,
        )
        .where(FlowInput.flow_id == flow.id)
        .order_by(FlowInput.position)
    ).all()  # fmt: skip
    steps = session.execute(
        select(FlowStep.input_id, FlowStep.task_id, FlowStep.name)
        .where(FlowStep.input_id.in_([row.id for row in rows]))
        .order_by(FlowStep.number)
    ).all()
    files = results.read(session, [*(row.id for row in rows), *(step.task_id for step in steps)])
    found = []
    for row in rows:
        own = [step for step in steps if step.input_id == row.id]
        made = {step.name: files[step.task_id][_FILES[step.name]] for step in own if files[step.task_id]}
        found.append(AssetView(
            row.asset_id, row.output_id, row.media_type, row.text, files[row.id].get(INPUT_FILE), row.additional,
            InputState(row.state), row.error_message, row.facts, row.processed_at, made,
            made.get(own[-1].name) if own else None,
        ))  # fmt: skip
    return found


def input_of(session: Session, flow: FlowView, asset_id: str) -> AssetView:
    """Raises AssetNotFound."""
    for asset in assets_of(session, flow):
        if asset.asset_id == asset_id:
            return asset
    raise AssetNotFound


def outputs_of(session: Session, flow: FlowView) -> list[AssetView]:
    """Those whose output is there. Raises InvalidState where the flow hasn't ended."""
    if flow.state not in FINAL:
        raise InvalidState(f"A flow has outputs once it has ended; this one is {flow.state}")
    return [asset for asset in assets_of(session, flow) if asset.output is not None]


def output_of(session: Session, flow: FlowView, output_id: str) -> tuple[AssetView, FileView]:
    """Raises AssetNotFound, InvalidState."""
    for asset in outputs_of(session, flow):
        if asset.output_id == output_id and asset.output is not None:
            return asset, asset.output
    raise AssetNotFound


_FILES = {step.name: step.file for step in STEPS.values()}
