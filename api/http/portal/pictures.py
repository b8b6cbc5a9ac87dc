"""/portal/api/pictures: the exact picture of a moment of the preview, drawn by the renderer while a person waits."""

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.renders import exact_pictures, pictures
from api.domain.renders.pictures import PictureView
from api.errors import ImageNotFound, InvalidSettings
from api.http.body import body_of
from api.http.files import IMMUTABLE
from api.http.params import id_else
from api.http.pictures import drawn, send_picture
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.state import FarmDep
from renderer.errors import SettingsError
from renderer.spec import parse_settings
from renderer.spec.spelling import snake_case_keys

router = new_router()

PictureId = Annotated[str, id_else(ImageNotFound)]


class PictureRequest(BaseModel):
    """`moment` is the playhead's place on the path, 0 to 1."""

    modelId: str = ""
    renderSettings: dict[str, Any] = {}
    moment: float = Field(0.0, ge=0, le=1, allow_inf_nan=False)


@router.post("/pictures")
def ask_for_picture(
    signed: Signed, farm: FarmDep, body: Annotated[PictureRequest, Depends(body_of(PictureRequest))]
) -> dict[str, Any]:
    """Raises ModelNotFound, InvalidSettings, ImageNotFound, TooManyRequests."""
    try:
        settings = parse_settings(snake_case_keys(body.renderSettings))
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None
    person = signed[1]
    with farm.work() as unit:
        picture_id = exact_pictures.ask(
            unit, person.account_id, person.id, body.modelId, exact_pictures.exact(settings, body.moment)
        )
    return {"id": picture_id}


@router.get("/pictures/{picture_id}")
async def get_picture(signed: Signed, farm: FarmDep, picture_id: PictureId, request: Request) -> Response:
    """The picture, as soon as it is drawn. Raises ImageNotFound, Unavailable, TooManyRequests."""
    account_id = signed[1].account_id

    def look() -> PictureView:
        with farm.database.read() as session:
            return pictures.get(session, account_id, picture_id)

    file = await drawn(farm, request, account_id, look)
    return await run_in_threadpool(send_picture, farm, request, file, caching=IMMUTABLE)
