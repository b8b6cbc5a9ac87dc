"""/flows/{flow_id}/inputs and /outputs: what goes into a flow, and what comes out of it."""

import json
from pathlib import PurePosixPath
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.accounts.credentials import Principal
from api.domain.generations import assets, flows
from api.domain.generations.assets import AssetView
from api.domain.generations.flows import FlowView
from api.domain.generations.templates import MODEL, TEMPLATES
from api.domain.kit.files import FileView
from api.errors import (
    AssetNotFound,
    DownloadTimeout,
    FileTooLarge,
    FlowNotFound,
    InvalidState,
    NoSpace,
    StorageLimit,
)
from api.http.body import documented
from api.http.errors import BodyTooLarge
from api.http.files import PRIVATE, download_route, send
from api.http.flow_inputs import Arrived, receiving
from api.http.generio.auth import Reader, Writer
from api.http.generio.data import json_with_files, listed
from api.http.generio.failures import errors
from api.http.generio.inputs import fetch, stored
from api.http.generio.paths import AssetId, FlowId, new_router
from api.http.generio.schemas import (
    Asset,
    AssetWithData,
    InputAdded,
    InputAsked,
    Inputs,
    Outputs,
)
from api.http.slots import UploadSlot
from api.http.state import Farm, FarmDep

router = new_router("flows")

JSON = "application/json"

WithData = Annotated[bool, Query(description="Whether files come with the list, as data URIs")]


@router.post(
    "/flows/{flow_id}/inputs",
    responses=errors(
        FlowNotFound, InvalidState, FileTooLarge, BodyTooLarge, DownloadTimeout, StorageLimit, NoSpace
    ),
    openapi_extra=documented(InputAsked),
)
async def add_input(
    principal: Writer, farm: FarmDep, slot: UploadSlot, flow_id: FlowId, request: Request
) -> InputAdded:
    """One more input of a flow that isn't started."""
    flow = await run_in_threadpool(_flow, farm, principal, flow_id)
    async with receiving(farm, request, InputAsked) as (asked, arrived):
        await fetch(farm, principal, TEMPLATES[flow.template], [asked], arrived)
        return await run_in_threadpool(_add, farm, principal, flow, asked, arrived)


def _add(farm: Farm, principal: Principal, flow: FlowView, asked: InputAsked, arrived: Arrived) -> InputAdded:
    with stored(farm, TEMPLATES[flow.template], [asked], arrived, "data") as [new], farm.work(principal) as unit:
        asset_id = flows.add_input(unit, principal.account_id, flow.public_id, new, farm.terms)
    return InputAdded(
        flow_id=flow.public_id, id=asset_id, asset_id=asset_id, status="available", additional=asked.additional
    )


@router.get("/flows/{flow_id}/inputs", response_model=Inputs, responses=errors(FlowNotFound, AssetNotFound))
def list_inputs(principal: Reader, farm: FarmDep, flow_id: FlowId, include_data: WithData = False) -> Response:
    """What goes into the flow, in the order in which it was given."""
    flow = _flow(farm, principal, flow_id)
    with farm.database.read() as session:
        found = assets.assets_of(session, flow)
    items = [(_input(asset, with_text=include_data), asset.file if include_data else None) for asset in found]
    return json_with_files(farm, listed({"flow_id": flow_id}, "inputs", items))


@router.get(
    "/flows/{flow_id}/inputs/{asset_id}", response_model=AssetWithData, responses=errors(FlowNotFound, AssetNotFound)
)
def get_input(principal: Reader, farm: FarmDep, flow_id: FlowId, asset_id: AssetId) -> Response:
    """An input, with its data."""
    flow = _flow(farm, principal, flow_id)
    with farm.database.read() as session:
        asset = assets.input_of(session, flow, asset_id)
    shown = _input(asset, with_text=True)
    return json_with_files(farm, [json.dumps(shown) if asset.file is None else (shown, asset.file)])


@router.get(
    "/flows/{flow_id}/outputs", response_model=Outputs, responses=errors(FlowNotFound, AssetNotFound, InvalidState)
)
def list_outputs(principal: Reader, farm: FarmDep, flow_id: FlowId, include_data: WithData = False) -> Response:
    """What has come out of a flow that has ended, however it has."""
    flow = _flow(farm, principal, flow_id)
    with farm.database.read() as session:
        found = assets.outputs_of(session, flow)
    items = [
        (_output(asset, asset.output), asset.output if include_data else None)
        for asset in found if asset.output is not None
    ]  # fmt: skip
    return json_with_files(farm, listed({"flow_id": flow_id}, "outputs", items))


@download_route(
    router, "/flows/{flow_id}/outputs/{asset_id}", [MODEL],
    errors(FlowNotFound, AssetNotFound, InvalidState),
)  # fmt: skip
def get_output(principal: Reader, farm: FarmDep, request: Request, flow_id: FlowId, asset_id: AssetId) -> Response:
    """The file itself; or, where the header Accept names application/json, `{"data": "<data URI>"}`."""
    flow = _flow(farm, principal, flow_id)
    with farm.database.read() as session:
        _, file = assets.output_of(session, flow, asset_id)
    accepted = [each.partition(";")[0].strip().lower() for each in request.headers.get("accept", "").split(",")]
    if request.method == "GET" and JSON in accepted:
        return json_with_files(farm, [({}, file)])
    name = f"{asset_id}{PurePosixPath(file.key).suffix}"
    return send(farm, request, file, missing=AssetNotFound, caching=PRIVATE, filename=name)


def _flow(farm: Farm, principal: Principal, flow_id: str) -> FlowView:
    with farm.database.read() as session:
        return flows.get(session, principal.account_id, flow_id)


def _input(asset: AssetView, *, with_text: bool) -> dict[str, Any]:
    size = asset.file.size if asset.file is not None else len((asset.text or "").encode())
    shown = Asset(
        id=asset.asset_id, asset_id=asset.asset_id, status=asset.state.value, processed=asset.processed_at,
        additional=asset.additional, mime_type=asset.media_type, size=size, error=asset.error_message,
    ).model_dump(mode="json", exclude={"metadata"})  # fmt: skip
    return shown | ({"data": asset.text} if with_text and asset.file is None else {})


def _output(asset: AssetView, file: FileView) -> dict[str, Any]:
    return Asset(
        id=asset.output_id, asset_id=asset.output_id, status="ready", processed=asset.processed_at,
        additional=asset.additional, mime_type=file.content_type, size=file.size, error=None,
        metadata=dict(asset.facts),
    ).model_dump(mode="json")  # fmt: skip
