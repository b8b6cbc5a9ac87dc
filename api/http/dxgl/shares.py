"""What everybody may see: /v1/renders/:id/share opens and closes a render's files, /api/v/... hands them out.

The public paths are those of dx.gl's published training sets: an id that the link is known by, the render's id, the
file. The first of them is a secret: no log shows it.
"""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from api.domain.renders import shares
from api.domain.renders.outputs import Outputs
from api.errors import (
    DatasetNotFound,
    ImageNotFound,
    OutputNotFound,
    PosterNotFound,
    RenderNotFound,
    ThumbNotFound,
    VideoNotFound,
)
from api.http.dxgl.assets import (
    FORMAT_PATHS,
    IMAGE_TYPES,
    STRIP,
    STRIP_TYPES,
    format_description,
    send_dataset,
    send_file,
    send_format,
    send_poster,
    send_strip,
    send_video,
)
from api.http.dxgl.auth import Reader, Writer
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import RenderId, get_and_head, new_router
from api.http.dxgl.schemas import Data, RenderIdText
from api.http.dxgl.share_paths import PAGE_PREFIX, PUBLIC_PREFIX
from api.http.files import REVOCABLE
from api.http.routes import JsonRoute, operation_id
from api.http.state import Farm, FarmDep
from renderer.media_types import MEDIA_TYPES
from renderer.spec.formats import FORMATS, FormatRow

router = new_router("shares")
public = APIRouter(
    prefix=PUBLIC_PREFIX, tags=["shares"], route_class=JsonRoute, generate_unique_id_function=operation_id
)


class ShareState(BaseModel):
    """Whether everybody may fetch the render's files, and below which path of this server."""

    id: RenderIdText
    shared: bool = Field(examples=[True])
    path: str | None = Field(
        description="With /video, /image, /poster, /thumb, /strip, /dataset or a format behind it; null while it isn't "
        "shared",
        examples=["/api/v/Ab3kF9x2qL1m/Xz7pQ4w8nR2k"],
    )
    page: str | None = Field(
        description="Of this server, for people: it plays the video; null while it isn't shared",
        examples=["/s/Ab3kF9x2qL1m"],
    )

    @classmethod
    def of(cls, render_id: str, secret: str | None) -> "ShareState":
        path = f"{PUBLIC_PREFIX}/{secret}/{render_id}" if secret else None
        page = f"{PAGE_PREFIX}/{secret}" if secret else None
        return cls(id=render_id, shared=path is not None, path=path, page=page)


@router.get("/renders/{render_id}/share", responses=errors(RenderNotFound))
def get_share(principal: Reader, farm: FarmDep, render_id: RenderId) -> Data[ShareState]:
    with farm.database.read() as session:
        secret = shares.share_id(session, principal.account_id, render_id)
    return Data(data=ShareState.of(render_id, secret))


@router.put("/renders/{render_id}/share", responses=errors(RenderNotFound))
def share_render(principal: Writer, farm: FarmDep, render_id: RenderId) -> Data[ShareState]:
    """Lets everybody who has the link fetch the render's files, as soon as they are there. The link stays the same
    until it is taken back or replaced."""
    with farm.database.begin() as session:
        secret = shares.share(session, principal.account_id, render_id)
    return Data(data=ShareState.of(render_id, secret))


@router.post("/renders/{render_id}/share", responses=errors(RenderNotFound))
def renew_share(principal: Writer, farm: FarmDep, render_id: RenderId) -> Data[ShareState]:
    """Shares the render by a new link. An older one leads nowhere from now on."""
    with farm.database.begin() as session:
        secret = shares.renew(session, principal.account_id, render_id)
    return Data(data=ShareState.of(render_id, secret))


@router.delete("/renders/{render_id}/share", responses=errors(RenderNotFound))
def unshare_render(principal: Writer, farm: FarmDep, render_id: RenderId) -> Data[ShareState]:
    """The link leads nowhere from now on."""
    with farm.database.begin() as session:
        shares.unshare(session, principal.account_id, render_id)
    return Data(data=ShareState.of(render_id, None))


@get_and_head(public, "/{share_id}/{render_id}/video", "video/mp4", "video/quicktime", missing=VideoNotFound,
              token=False)
def get_shared_video(
    farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request, quality: str = ""
) -> Response:
    """The video of a shared render; with `quality=web` its lighter version."""
    return send_video(farm, _shared(farm, share_id, render_id), request, quality, caching=REVOCABLE)


@get_and_head(public, "/{share_id}/{render_id}/poster", "image/png", missing=PosterNotFound, token=False)
def get_shared_poster(
    farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request, quality: str = ""
) -> Response:
    """The poster of a shared render; with `quality=full` in full size."""
    return send_poster(farm, _shared(farm, share_id, render_id), request, quality, caching=REVOCABLE)


@get_and_head(public, "/{share_id}/{render_id}/image", *IMAGE_TYPES, missing=ImageNotFound, token=False)
def get_shared_image(farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request) -> Response:
    """A shared still."""
    return send_file(farm, _shared(farm, share_id, render_id), request, "image", ImageNotFound, caching=REVOCABLE)


@get_and_head(public, "/{share_id}/{render_id}/thumb", "video/mp4", *IMAGE_TYPES, missing=ThumbNotFound, token=False)
def get_shared_thumb(farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request) -> Response:
    """The small video, or the small still, of a shared render."""
    view = _shared(farm, share_id, render_id)
    return send_file(farm, view, request, "thumb", ThumbNotFound, caching=REVOCABLE)


@get_and_head(
    public, "/{share_id}/{render_id}/strip", *STRIP_TYPES, missing=OutputNotFound, token=False, description=STRIP
)
def get_shared_strip(
    farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request, quality: str = ""
) -> Response:
    return send_strip(farm, _shared(farm, share_id, render_id), request, quality, caching=REVOCABLE)


def _add_format(row: FormatRow) -> None:
    """The public route of a video's format."""

    def get_format(farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request) -> Response:
        return send_format(farm, _shared(farm, share_id, render_id), request, row, caching=REVOCABLE)

    get_format.__name__ = f"get_shared_{row.name}"
    path, type_ = f"/{{share_id}}/{{render_id}}/{row.name}", MEDIA_TYPES[row.suffix]
    add = get_and_head(
        public, path, type_, missing=OutputNotFound, token=False, description=format_description(row)
    )
    add(get_format)


for _row in FORMATS:
    if _row.name in FORMAT_PATHS:
        _add_format(_row)


@get_and_head(public, "/{share_id}/{render_id}/dataset", "application/zip", missing=DatasetNotFound, token=False)
def get_shared_dataset(farm: FarmDep, share_id: RenderId, render_id: RenderId, request: Request) -> Response:
    """A shared training set."""
    return send_dataset(farm, _shared(farm, share_id, render_id), request, caching=REVOCABLE)


def _shared(farm: Farm, share_id: str, render_id: str) -> Outputs:
    with farm.database.read() as session:
        return shares.shared_outputs(session, share_id, render_id)
