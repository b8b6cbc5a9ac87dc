"""/v1/renders: order a render of a model, see how far it is."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.domain import renders
from api.errors import ModelIdRequired, ModelNotFound
from api.http.auth import Reader, Renderer
from api.http.body import body_of, documented, render_settings
from api.http.dxgl.paths import ERRORS, PREFIX, RenderId, check_id
from api.http.dxgl.schemas import Data, RenderCreated, RenderDetail, RenderRequest
from api.http.idempotency import Once
from api.http.state import FarmDep

router = APIRouter(prefix=PREFIX, tags=["renders"], responses=ERRORS)


@router.post("/renders", status_code=201, openapi_extra=documented(RenderRequest))
def create_render(
    principal: Renderer,
    farm: FarmDep,
    once: Once,
    body: Annotated[RenderRequest, Depends(body_of(RenderRequest))],
) -> Data[RenderCreated]:
    if not body.modelId:
        raise ModelIdRequired(param="modelId")
    model_id = check_id(body.modelId, ModelNotFound)
    settings = render_settings(body.renderSettings, principal)
    once.hold(model_id, settings.to_json())
    with farm.database.begin() as session:
        view = renders.create_render(session, principal.account_id, model_id, settings)
        answer = Data[RenderCreated](data=RenderCreated.of(view))
        once.keep(session, answer)
    farm.wake()
    return answer


@router.get("/renders/{render_id}")
def get_render(principal: Reader, farm: FarmDep, render_id: RenderId) -> Data[RenderDetail]:
    with farm.database.read() as session:
        return Data(data=RenderDetail.of(renders.get_render(session, principal.account_id, render_id)))
