"""/portal/api/presets: looks that the account has named."""

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel
from starlette.responses import Response

from api.domain.renders import presets
from api.domain.renders.presets import PresetView
from api.http.body import body_of
from api.http.portal.auth import Signed
from api.http.portal.paths import PresetId, new_router
from api.http.state import FarmDep
from renderer.spec.spelling import camel_case, snake_case_keys

router = new_router()


class PresetRequest(BaseModel):
    name: str = ""
    settings: dict[str, Any] = {}


def _told(view: PresetView) -> dict[str, Any]:
    settings = {camel_case(name): value for name, value in view.settings.items()}
    return {"id": view.id, "name": view.name, "settings": settings}


@router.get("/presets")
def list_presets(signed: Signed, farm: FarmDep) -> dict[str, Any]:
    with farm.database.read() as session:
        found = presets.list_presets(session, signed[1].account_id)
    return {"data": [_told(each) for each in found]}


@router.post("/presets")
def save_preset(
    signed: Signed, farm: FarmDep, body: Annotated[PresetRequest, Depends(body_of(PresetRequest))]
) -> dict[str, Any]:
    with farm.database.begin() as session:
        return _told(presets.save(session, signed[1].account_id, body.name, snake_case_keys(body.settings)))


@router.delete("/presets/{preset_id}")
def delete_preset(signed: Signed, farm: FarmDep, preset_id: PresetId) -> Response:
    with farm.database.begin() as session:
        presets.remove(session, signed[1].account_id, preset_id)
    return Response(status_code=204)
