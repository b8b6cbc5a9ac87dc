"""/v1/renders/:id/...: the files of a render, one by one with ranges, or all in a ZIP."""

import logging
from functools import partial
from pathlib import PurePosixPath

from fastapi import Request
from starlette.responses import Response

from api.domain.accounts.tokens import Principal
from api.domain.kit.files import FileView
from api.domain.renders.outputs import Outputs, get_outputs
from api.domain.renders.states import RenderStatus
from api.errors import DatasetNotFound, FarmError, ImageNotFound, PosterNotFound, ThumbNotFound, VideoNotFound
from api.http.auth import Reader
from api.http.bundle import Entry, bundle_etag, bundle_length, read_bundle
from api.http.dxgl.paths import RenderId, get_and_head, new_router
from api.http.ranges import answer, file_response
from api.http.redirect import redirect_to_storage
from api.http.state import Farm, FarmDep
from api.storage.attachment import attachment
from api.storage.base import FileMissing

log = logging.getLogger("api.http")

IMMUTABLE = "public, max-age=31536000, immutable"
"""Files of a finished render never change."""

BUNDLED = {"image": "image", "video": "video", "web": "web", "poster_full": "poster", "thumb": "thumb"}
"""The files of a bundle, by their names in the database, and their names in the ZIP without the suffix."""

IMAGE_TYPES = ("image/png", "image/webp", "image/avif")
"""Of stills."""

router = new_router("assets")


@get_and_head(router, "/renders/{render_id}/video", "video/mp4", "video/quicktime", missing=VideoNotFound)
def get_video(
    principal: Reader, farm: FarmDep, render_id: RenderId, request: Request, quality: str = ""
) -> Response:
    """The video; with `quality=web` its lighter version, where there is one (`hasWebVariant`)."""
    return send_video(farm, _outputs(farm, principal, render_id), request, quality)


@get_and_head(router, "/renders/{render_id}/image", *IMAGE_TYPES, missing=ImageNotFound)
def get_image(principal: Reader, farm: FarmDep, render_id: RenderId, request: Request) -> Response:
    """The still, of a render with `output` "image"."""
    return send_file(farm, _outputs(farm, principal, render_id), request, "image", ImageNotFound)


@get_and_head(router, "/renders/{render_id}/poster", "image/png", missing=PosterNotFound)
def get_poster(
    principal: Reader, farm: FarmDep, render_id: RenderId, request: Request, quality: str = ""
) -> Response:
    """The first frame at a quarter of the video's size; with `quality=full` in full size."""
    return send_poster(farm, _outputs(farm, principal, render_id), request, quality)


@get_and_head(router, "/renders/{render_id}/thumb", "video/mp4", *IMAGE_TYPES, missing=ThumbNotFound)
def get_thumb(principal: Reader, farm: FarmDep, render_id: RenderId, request: Request) -> Response:
    """The video, or the still, at a quarter of its size."""
    return send_file(farm, _outputs(farm, principal, render_id), request, "thumb", ThumbNotFound)


@get_and_head(router, "/renders/{render_id}/dataset", "application/zip", missing=DatasetNotFound)
def get_dataset(principal: Reader, farm: FarmDep, render_id: RenderId, request: Request) -> Response:
    """The training set as a ZIP, of a render with `output` "dataset"."""
    return send_dataset(farm, _outputs(farm, principal, render_id), request)


@get_and_head(router, "/renders/{render_id}/bundle", "application/zip", missing=VideoNotFound)
def get_bundle(principal: Reader, farm: FarmDep, render_id: RenderId, request: Request) -> Response:
    """All files of the render in one ZIP. Of a training set it is the set itself."""
    outputs = _outputs(farm, principal, render_id)
    if outputs.output == "dataset":
        return send_dataset(farm, outputs, request)
    missing = ImageNotFound if outputs.output == "image" else VideoNotFound
    if outputs.status != RenderStatus.DONE:
        raise missing
    entries = [
        _entry(farm, stem, _stored(farm, outputs, name, missing))
        for name, stem in BUNDLED.items()
        if name in outputs.files
    ]
    return file_response(
        partial(read_bundle, entries),
        answer(request.method, request.headers, size=bundle_length(entries), etag=bundle_etag(entries)),
        method=request.method,
        content_type="application/zip",
        headers={"Cache-Control": IMMUTABLE, "Content-Disposition": attachment(f"{render_id}.zip")},
    )


def _outputs(farm: Farm, principal: Principal, render_id: str) -> Outputs:
    with farm.database.read() as session:
        return get_outputs(session, principal.account_id, render_id)


def _stored(farm: Farm, outputs: Outputs, name: str, missing: type[FarmError]) -> FileView:
    """The file `name` of the render, which is there: once an answer has begun, it is too late to find out."""
    file = outputs.files.get(name)
    if file is None:
        raise missing
    try:
        farm.storage.stat(file.key)
    except FileMissing:
        log.error("render %s: the storage has lost %s", outputs.render_id, file.key)
        raise missing("The file is no longer in the storage") from None
    return file


def send_video(farm: Farm, outputs: Outputs, request: Request, quality: str, *, caching: str = IMMUTABLE) -> Response:
    name = "web" if quality == "web" else "video"
    return send_file(farm, outputs, request, name, VideoNotFound, caching=caching)


def send_poster(farm: Farm, outputs: Outputs, request: Request, quality: str, *, caching: str = IMMUTABLE) -> Response:
    name = "poster_full" if quality == "full" else "poster"
    return send_file(farm, outputs, request, name, PosterNotFound, caching=caching)


def send_dataset(farm: Farm, outputs: Outputs, request: Request, *, caching: str = IMMUTABLE) -> Response:
    filename = f"{outputs.render_id}.zip"
    return send_file(farm, outputs, request, "dataset", DatasetNotFound, caching=caching, filename=filename)


def send_file(
    farm: Farm,
    outputs: Outputs,
    request: Request,
    name: str,
    missing: type[FarmError],
    *,
    caching: str = IMMUTABLE,
    filename: str | None = None,
) -> Response:
    """The render's file `name`, or what the request's conditions and ranges leave of it. Raises `missing`.

    With a `filename` it is a download of that name.
    """
    file = _stored(farm, outputs, name, missing)
    if outputs.status != RenderStatus.DONE:
        caching = "private, no-store"  # a lost attempt's poster is made anew by the next one
    answered = answer(request.method, request.headers, size=file.size, etag=file.etag)
    redirection = redirect_to_storage(farm, file, answered, method=request.method, filename=filename)
    if redirection is not None:
        return redirection
    headers = {"Cache-Control": caching}
    if filename is not None:
        headers["Content-Disposition"] = attachment(filename)
    return file_response(
        partial(farm.storage.read, file.key),
        answered,
        method=request.method,
        content_type=file.content_type,
        headers=headers,
    )


def _entry(farm: Farm, stem: str, file: FileView) -> Entry:
    name = stem + PurePosixPath(file.key).suffix
    return Entry(name, file.size, file.etag, partial(farm.storage.read, file.key))
