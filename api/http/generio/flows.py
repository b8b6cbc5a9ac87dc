"""/flows: ordered, started, aborted, looked at, deleted."""

from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from api.domain.accounts.credentials import Principal
from api.domain.accounts.idempotency import HOLD_SECONDS
from api.domain.generations import flows, removal, templates
from api.domain.generations.flows import FlowView
from api.domain.generations.states import FlowState
from api.domain.generations.templates import Template
from api.domain.kit.paging import Sort
from api.errors import (
    DownloadTimeout,
    FileTooLarge,
    FlowNotFound,
    InvalidRequest,
    InvalidState,
    NoCredits,
    SpendingCap,
    StorageLimit,
    TemplateNotFound,
)
from api.http.body import body_of, documented
from api.http.errors import BodyTooLarge
from api.http.flow_inputs import Arrived, receiving
from api.http.generio.auth import Orderer, Reader, Writer
from api.http.generio.failures import ORDERING, errors
from api.http.generio.inputs import fetch, stored
from api.http.generio.paths import FlowId, new_router
from api.http.generio.schemas import Action, Flow, FlowAsked, FlowDeleted, Flows
from api.http.idempotency import IdempotentRequest, Once
from api.http.params import Window, window_of
from api.http.slots import UploadSlot
from api.http.state import Farm, FarmDep

router = new_router("flows")

FILTERS = tuple(state.value for state in FlowState)
SORTS = {
    "created_at": Sort("created_at", descending=True), "started_at": Sort("started_at", descending=True),
    "finished_at": Sort("finished_at", descending=True), "progress": Sort("progress", descending=True),
    "state": Sort("state"), "status": Sort("state"),
}  # fmt: skip
"""Times newest first. Generio calls a state so in one place, and a status in another."""

WindowDep = Annotated[Window, Depends(window_of(default=100, most=500))]


@router.post(
    "/flows",
    responses=errors(FileTooLarge, BodyTooLarge, DownloadTimeout, StorageLimit, *ORDERING),
    openapi_extra=documented(FlowAsked),
)
async def create_flow(
    principal: Orderer, farm: FarmDep, slot: UploadSlot, once: Once, request: Request
) -> Flow:
    """Orders what a template makes. With inputs it is started at once; else it waits for them, and to be started."""
    async with receiving(farm, request, FlowAsked) as (asked, arrived):
        try:
            template = templates.find(asked.template)
        except TemplateNotFound as error:
            raise InvalidRequest(error.message, param="template") from None
        await fetch(farm, principal, template, asked.inputs or (), arrived)
        return await run_in_threadpool(_create, farm, principal, once, template, asked, arrived)


def _create(
    farm: Farm, principal: Principal, once: IdempotentRequest, template: Template, asked: FlowAsked, arrived: Arrived
) -> Flow:
    with stored(farm, template, asked.inputs or (), arrived) as inputs:
        given = [[new.text or new.sha256, new.additional] for new in inputs]
        once.hold(principal, template.name, asked.parameters, asked.additional, given, seconds=HOLD_SECONDS)
        with farm.work(principal) as unit:
            flow = flows.create(
                unit, principal.account_id, template, asked.parameters or {}, inputs, farm.terms,
                additional=asked.additional,
            )
            answer = shown(flow)
            once.keep(unit, answer)
    return answer


@router.get("/flows", responses=errors())
def list_flows(
    principal: Reader,
    farm: FarmDep,
    window: WindowDep,
    filter_by: Annotated[str | None, Query(description=f"A state: one of {', '.join(FILTERS)}")] = None,
    sort_by: Annotated[str, Query(description=f"One of {', '.join(SORTS)}; times are newest first")] = "created_at",
) -> Flows:
    """Your flows."""
    if filter_by is not None and filter_by not in FILTERS:
        raise InvalidRequest(f"filter_by must be one of {', '.join(FILTERS)}", param="filter_by")
    if sort_by not in SORTS:
        raise InvalidRequest(f"sort_by must be one of {', '.join(SORTS)}", param="sort_by")
    with farm.database.read() as session:
        page = flows.list_flows(
            session, principal.account_id, limit=window.limit, offset=window.offset, sort=SORTS[sort_by],
            states=() if filter_by is None else (FlowState(filter_by),),
        )
    return Flows(flows=[shown(flow) for flow in page.items], total=page.total)


@router.get("/flows/{flow_id}", responses=errors(FlowNotFound))
def get_flow(principal: Reader, farm: FarmDep, flow_id: FlowId) -> Flow:
    """How far it is. Ask every five seconds."""
    with farm.database.read() as session:
        return shown(flows.get(session, principal.account_id, flow_id))


@router.patch(
    "/flows/{flow_id}",
    responses=errors(FlowNotFound, InvalidState, NoCredits, SpendingCap),
    openapi_extra=documented(Action),
)
def change_flow(
    principal: Orderer, farm: FarmDep, flow_id: FlowId, body: Annotated[Action, Depends(body_of(Action))]
) -> Flow:
    """Starts a flow that is created and has inputs; or aborts one that is starting or running."""
    with farm.work(principal) as unit:
        if body.action == "start":
            return shown(flows.start(unit, principal.account_id, flow_id, farm.terms))
        return shown(flows.abort(unit, principal.account_id, flow_id))


@router.delete("/flows/{flow_id}", responses=errors(FlowNotFound, InvalidState))
def delete_flow(principal: Writer, farm: FarmDep, flow_id: FlowId) -> FlowDeleted:
    """Deletes a flow that isn't under way, with its inputs and outputs."""
    with farm.work(principal) as unit:
        removal.delete_flow(unit, principal.account_id, flow_id)
    return FlowDeleted(flow_id=flow_id, deleted=True)


def shown(flow: FlowView) -> Flow:
    return Flow(
        flow_id=flow.public_id, template=flow.template, state=flow.state, progress=round(flow.progress, 4),
        created_at=flow.created_at, started_at=flow.started_at, finished_at=flow.finished_at,
        parameters=flow.parameters, additional=flow.additional, error=flow.error_message, credits=flow.credits,
    )  # fmt: skip
