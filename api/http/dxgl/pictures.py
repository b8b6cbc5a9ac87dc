"""Pictures of models by links: /v1/models/:id/image-url makes one, /v1/image-key has what it is signed with, and
/i/... shows the picture to everybody who has the link. dx.gl's API has nothing like it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.renders import picture_links, pictures
from api.domain.renders.picture_links import LARGEST_SIDE, SMALLEST_SIDE
from api.domain.renders.pictures import PictureView
from api.domain.work.states import TaskState
from api.errors import Forbidden, ImageNotFound, InvalidSettings, ModelNotFound, NoCredits, SpendingCap
from api.http.body import body_of, documented
from api.http.dxgl import picture_names
from api.http.dxgl.assets import IMAGE_TYPES
from api.http.dxgl.auth import KeyManager, KeyReader, Renderer
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import ModelId, new_router
from api.http.dxgl.schemas import Data
from api.http.dxgl.settings import SettingsRequest, render_settings
from api.http.dxgl.share_paths import PICTURE_PREFIX
from api.http.errors import RangeNotSatisfiable
from api.http.files import SHARED, download_responses
from api.http.links import absolute
from api.http.pictures import drawn, send_picture
from api.http.routes import JsonRoute, operation_id
from api.http.state import Farm, FarmDep
from renderer.spec.frames import ImageFormat

router = new_router("pictures")
public = APIRouter(
    prefix=PICTURE_PREFIX, tags=["pictures"], route_class=JsonRoute, generate_unique_id_function=operation_id
)

Side = Annotated[int, Field(ge=SMALLEST_SIDE, le=LARGEST_SIDE)]


class ImageUrlRequest(BaseModel):
    renderSettings: SettingsRequest = Field(
        None, description="Those of a still that have a name in image URLs; others are refused"
    )
    width: Side = Field(picture_names.SIDE, description="In pixels", examples=[512])
    height: Side = Field(picture_names.SIDE, description="In pixels", examples=[512])
    format: ImageFormat = Field("webp", description="PNG and WebP keep every pixel, AVIF takes the fewest bytes")


class ImageUrl(BaseModel):
    url: str = Field(
        examples=["https://farm.example/i/5f0c8f8e0c6f4f0f9a1f2f6f1b9a7c3d/w:512,h:512,camera:top/Ab3kF9x2qL1m.webp"]
    )
    path: str = Field(
        description="The same, of this server",
        examples=["/i/5f0c8f8e0c6f4f0f9a1f2f6f1b9a7c3d/w:512,h:512,camera:top/Ab3kF9x2qL1m.webp"],
    )


class ImageKey(BaseModel):
    key: str = Field(
        description="The text, as it is, is the key of the HMAC",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )


@router.post(
    "/models/{model_id}/image-url",
    responses=errors(ModelNotFound, ImageNotFound, InvalidSettings),
    openapi_extra=documented(ImageUrlRequest),
)
def make_image_url(
    principal: Renderer, farm: FarmDep, model_id: ModelId, request: Request,
    body: Annotated[ImageUrlRequest, Depends(body_of(ImageUrlRequest))],
) -> Data[ImageUrl]:
    """A URL that shows a picture of the model to everybody who has it, such as visitors of a shop.

    It costs nothing to make, and is the same whenever it is made. The picture is drawn when somebody asks for it first,
    and costs what a still costs then: once for each picture. It counts for the key that made the URL.
    """
    settings = render_settings(body.renderSettings, principal)
    link = picture_names.still_link(model_id, settings, body.width, body.height, body.format)
    text = picture_names.path_of(link)
    with farm.database.begin() as session:
        signature = picture_links.sign(session, principal.account_id, link, text, principal.token_id)
    path = f"{PICTURE_PREFIX}/{signature}/{picture_names.quoted(text)}"
    return Data(data=ImageUrl(url=absolute(request, farm.settings, path), path=path))


@router.get("/image-key", responses=errors())
def get_image_key(principal: KeyReader, farm: FarmDep) -> Data[ImageKey]:
    """What image URLs are signed with, made when it is asked for first: for pages that make their URLs themselves.

    The signature of /i/{signature}/{settings}/{model_id}.{image_format} is the first 32 hex digits of the HMAC-SHA256,
    by this key, of the text behind it, not percent-encoded, such as `w:512,h:512/Ab3kF9x2qL1m.webp`.
    """
    with farm.database.begin() as session:
        return Data(data=ImageKey(key=picture_links.secret(session, principal.account_id)))


@router.post("/image-key", status_code=201, responses=errors())
def replace_image_key(principal: KeyManager, farm: FarmDep) -> Data[ImageKey]:
    """Another key: no image URL that was made before leads anywhere from now on, but for what caches have kept."""
    with farm.database.begin() as session:
        return Data(data=ImageKey(key=picture_links.replace_secret(session, principal.account_id)))


@public.get(
    "/{signature}/{settings}/{model_id}.{image_format}",
    response_class=Response,
    responses=download_responses(IMAGE_TYPES) | errors(
        Forbidden, ModelNotFound, ImageNotFound, InvalidSettings, NoCredits, SpendingCap, RangeNotSatisfiable,
        token=False,
    ),
)  # fmt: skip
async def get_picture(
    farm: FarmDep, signature: str, settings: str, model_id: ModelId, image_format: ImageFormat, request: Request
) -> Response:
    """The picture that the URL says. Whoever asks first waits until it is drawn, which takes a few seconds; where it
    takes longer than 20, the answer is 503 with `Retry-After`, and the picture is drawn all the same.

    `settings` are `w` and `h`, in pixels from 16 to 2048, and names and values of render settings, with colons and
    commas between: camera, azimuth, elevation, rotate, zoom, framing, bg, transparent, vignette, light, tone, shadows,
    reflector, variant, animation, time, tilt, pan, roll. Colours have no #, switches are 0 or 1.
    """
    def look() -> PictureView | None:
        with farm.database.read() as session:
            return pictures.by_key(session, model_id, link.key)

    account_id, link = await run_in_threadpool(_asked, farm, signature, settings, model_id, image_format)
    file = await drawn(farm, request, account_id, look)
    return await run_in_threadpool(send_picture, farm, request, file, caching=SHARED)


def _asked(
    farm: Farm, signature: str, settings: str, model_id: str, image_format: ImageFormat
) -> tuple[str, picture_links.Link]:
    """Whose picture it is, and which; it is being drawn, or there."""
    with farm.database.read() as session:
        signed = f"{settings}/{model_id}.{image_format}"
        account_id = picture_links.owner(session, model_id, signed, signature)
        link = picture_names.link_in(model_id, settings, image_format)
        found = pictures.by_key(session, model_id, link.key)
    if found is None or (found.file is None and found.state != TaskState.OPEN):
        with farm.work() as unit:
            picture_links.ask(unit, account_id, link)
    return account_id, link
