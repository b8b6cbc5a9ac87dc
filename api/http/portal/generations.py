"""/portal/api/generations: models made of a sentence, for the account of who is signed in."""

import datetime as dt
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.generations import assets, flows
from api.domain.generations.flows import FlowView, NewInput
from api.domain.generations.templates import TEMPLATES, TEXT
from api.errors import AssetNotFound
from api.http.body import body_of
from api.http.files import PRIVATE, send
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep

TEMPLATE = TEMPLATES["model_generate_fromprompt"]
PAGE = 50

router = new_router()


class Prompt(BaseModel):
    prompt: str = ""


class GenerationDetail(BaseModel):
    """`stage` is the step that began last; `progress` is from 0 to 1; `isReady`: the model can be fetched."""

    id: str
    prompt: str
    state: str
    stage: str | None
    progress: float
    errorMessage: str | None
    isReady: bool
    createdAt: dt.datetime


@router.get("/generations")
def list_generations(
    signed: Signed, farm: FarmDep, offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> dict[str, object]:
    """Newest first, with the credits that one costs."""
    with farm.database.read() as session:
        page = flows.list_flows(session, signed[1].account_id, limit=PAGE, offset=offset)
        told = [
            _told(flow, assets.assets_of(session, flow)[0]).model_dump(mode="json")
            for flow in page.items
            if flow.template == TEMPLATE.name
        ]
    return {"data": told, "price": TEMPLATE.price(farm.settings)}


@router.post("/generations")
def generate(signed: Signed, farm: FarmDep, body: Annotated[Prompt, Depends(body_of(Prompt))]) -> GenerationDetail:
    principal, person = signed
    principal.require("render")
    with farm.work(principal) as unit:
        flow = flows.create(unit, person.account_id, TEMPLATE, {}, [NewInput(TEXT, body.prompt)], farm.terms)
        return _told(flow, assets.assets_of(unit, flow)[0])


@router.get("/generations/{flow_id}/model")
def get_model(signed: Signed, farm: FarmDep, request: Request, flow_id: str) -> Response:
    """The GLB."""
    with farm.database.read() as session:
        flow = flows.get(session, signed[1].account_id, flow_id)
        file = assets.assets_of(session, flow)[0].output
    if file is None:
        raise AssetNotFound
    return send(farm, request, file, caching=PRIVATE, filename="model.glb", redirect=False)


def _told(flow: FlowView, asset: assets.AssetView) -> GenerationDetail:
    return GenerationDetail(
        id=flow.public_id, prompt=asset.text or "", state=flow.state, stage=flow.stage, progress=flow.progress,
        errorMessage=flow.error_message, isReady=asset.output is not None, createdAt=flow.created_at,
    )  # fmt: skip
