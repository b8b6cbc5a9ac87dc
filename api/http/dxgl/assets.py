"""/v1/renders/:id/...: the files of a render, one by one with ranges, or all in a ZIP."""

from fastapi import Request
from starlette.responses import Response

from api.domain.accounts.credentials import Principal
from api.domain.renders.outputs import FILES, FORMAT_FILES, MAIN, Outputs, get_outputs
from api.domain.renders.states import UNFINISHED, RenderStatus
from api.errors import (
    DatasetNotFound,
    FarmError,
    ImageNotFound,
    OutputNotFound,
    PosterNotFound,
    ThumbNotFound,
    VideoNotFound,
)
from api.http.dxgl.auth import Reader
from api.http.dxgl.paths import RenderId, get_and_head, new_router
from api.http.files import IMMUTABLE, TRANSIENT, send, send_bundle
from api.http.state import Farm, FarmDep
from renderer.media_types import MEDIA_TYPES
from renderer.spec.formats import FORMATS, FormatRow
from renderer.spec.strips import COLUMNS, ROWS, TILE_WIDTH, TILES

BUNDLED = {
    "image": "image", "video": "video", "web": "web", "poster_full": "poster", "thumb": "thumb",
    "webp": "animation", "gif": "animation", "webm": "video", "hevc": "hevc", "png": "png", "exr": "exr",
    "strip_full": "strip", "spin": "spin",
}  # fmt: skip
"""The files of a bundle, by their names in the database, and their names in the ZIP without the suffix."""

FORMAT_PATHS: dict[str, str] = {row.name: row.name for row in FORMATS if row.name != "strip"}

PATHS: dict[str, str] = {
    "video": "video", "web": "video?quality=web", "image": "image", "dataset": "dataset", "thumb": "thumb",
    "strip": "strip", "poster": "poster", "poster_full": "poster?quality=full",
    **FORMAT_PATHS, "strip_full": "strip?quality=full",
}  # fmt: skip
"""Below a render's own path, by the files' names in the database."""

KINDS = {"video": "A video", "image": "A still", "still": "A still", "dataset": "A training set"}

IMAGE_TYPES = tuple(MEDIA_TYPES[suffix] for suffix in (".png", ".webp", ".avif"))
"""Of stills."""

STRIP = (
    f"{TILES} frames of a video, evenly picked from the first on, in one WebP: for pages that show one of them as the "
    f"mouse moves along. They lie row by row, {COLUMNS} in each of {ROWS} rows, {TILE_WIDTH} pixels wide and as high "
    "as the video's aspect makes them. With `quality=full`, where `formats` named `strip`, a larger one with its JSON."
)
"""What openapi.json says of it."""

STRIP_FORMAT = next(row for row in FORMATS if row.name == "strip")
STRIP_TYPES = (MEDIA_TYPES[".webp"], MEDIA_TYPES[".zip"])

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


@get_and_head(router, "/renders/{render_id}/strip", *STRIP_TYPES, missing=OutputNotFound, description=STRIP)
def get_strip(
    principal: Reader, farm: FarmDep, render_id: RenderId, request: Request, quality: str = ""
) -> Response:
    return send_strip(farm, _outputs(farm, principal, render_id), request, quality)


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
    main = MAIN[outputs.output]
    missing = ImageNotFound if main == "image" else VideoNotFound
    if outputs.status != RenderStatus.DONE:
        raise missing(_why_missing(outputs, main))
    files = [(stem, outputs.files[name]) for name, stem in BUNDLED.items() if name in outputs.files]
    return send_bundle(farm, request, files, missing=missing, caching=IMMUTABLE, filename=f"{render_id}.zip")


def _outputs(farm: Farm, principal: Principal, render_id: str) -> Outputs:
    with farm.database.read() as session:
        return get_outputs(session, principal.account_id, render_id)


def _why_missing(outputs: Outputs, name: str) -> str | None:
    """None where the file is still to come, which is what errors say by themselves."""
    if not outputs.has(name):
        there = ", ".join(dict.fromkeys(f"/{PATHS[other]}" for other in FILES[outputs.output] if outputs.has(other)))
        return f"{KINDS[outputs.output]} has no {PATHS[name]}, but below /v1/renders/{outputs.render_id}: {there}"
    if outputs.status in UNFINISHED:
        return None
    if outputs.status == RenderStatus.DONE:
        return f"This render was made without a {PATHS[name]}"
    return f"The render has failed: there is no {PATHS[name]}, and its errorMessage says why"


def send_video(farm: Farm, outputs: Outputs, request: Request, quality: str, *, caching: str = IMMUTABLE) -> Response:
    name = "web" if quality == "web" else "video"
    return send_file(farm, outputs, request, name, VideoNotFound, caching=caching)


def send_poster(farm: Farm, outputs: Outputs, request: Request, quality: str, *, caching: str = IMMUTABLE) -> Response:
    name = "poster_full" if quality == "full" else "poster"
    return send_file(farm, outputs, request, name, PosterNotFound, caching=caching)


def send_strip(farm: Farm, outputs: Outputs, request: Request, quality: str, *, caching: str = IMMUTABLE) -> Response:
    if quality == "full":
        return send_format(farm, outputs, request, STRIP_FORMAT, caching=caching)
    return send_file(farm, outputs, request, "strip", OutputNotFound, caching=caching)


def send_format(
    farm: Farm, outputs: Outputs, request: Request, row: FormatRow, *, caching: str = IMMUTABLE
) -> Response:
    """ZIPs are downloads by a name; all else is shown as it is."""
    filename = f"{outputs.render_id}-{row.name}.zip" if row.suffix == ".zip" else None
    return send_file(
        farm, outputs, request, FORMAT_FILES[row.name], OutputNotFound, caching=caching, filename=filename
    )


def format_description(row: FormatRow) -> str:
    """What openapi.json says of a format's file."""
    return f"{row.description} There where the setting `formats` named `{row.name}`."


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
    file = outputs.files.get(name)
    if file is None:
        raise missing(_why_missing(outputs, name))
    if outputs.status != RenderStatus.DONE:
        caching = TRANSIENT  # a lost attempt's poster is made anew by the next one
    return send(farm, request, file, missing=missing, caching=caching, filename=filename)


def _add_format(row: FormatRow) -> None:
    """The route of a video's format."""

    def get_format(principal: Reader, farm: FarmDep, render_id: RenderId, request: Request) -> Response:
        return send_format(farm, _outputs(farm, principal, render_id), request, row)

    get_format.__name__ = f"get_{row.name}"
    path, type_ = f"/renders/{{render_id}}/{row.name}", MEDIA_TYPES[row.suffix]
    get_and_head(router, path, type_, missing=OutputNotFound, description=format_description(row))(get_format)


for _row in FORMATS:
    if _row.name in FORMAT_PATHS:
        _add_format(_row)
