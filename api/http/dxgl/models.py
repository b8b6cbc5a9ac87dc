"""/v1/models: upload a 3D file, look at it and at its renders, say what it is, put it away."""

import contextlib
import re
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.accounts.credentials import Principal
from api.domain.catalog import catalog, usdz
from api.domain.catalog.catalog import ModelView
from api.domain.kit.files import FileView
from api.domain.kit.paging import Sort
from api.domain.renders import renders
from api.domain.renders import usdz as usdz_orders
from api.domain.renders.outputs import get_outputs
from api.errors import (
    FileNotFound,
    FileTooLarge,
    InvalidFormat,
    InvalidRequest,
    InvalidState,
    InvalidUrl,
    ModelNotFound,
    NoFile,
    PosterNotFound,
    StorageLimit,
    UploadLimit,
    UsdzNotFound,
)
from api.http.body import body_of, documented
from api.http.dxgl import intake
from api.http.dxgl.auth import Reader, Uploader, Writer
from api.http.dxgl.errors import Sha256Required
from api.http.dxgl.failures import ORDERING, errors
from api.http.dxgl.model_schemas import HashAnswer, HashQuestion, ModelDetail, ModelPatch, ModelSummary
from api.http.dxgl.notices import notify_url
from api.http.dxgl.paths import PREFIX, ModelId, Permanent, WindowDep, get_and_head, new_router
from api.http.dxgl.schemas import (
    Data,
    Deleted,
    Listing,
    ListMeta,
    UploadRequest,
    UploadResult,
)
from api.http.dxgl.settings import MEMBER, chosen_member, refuse_misplaced, render_settings
from api.http.dxgl.spelling import SETTINGS_NAMES, told_apart
from api.http.dxgl.thumbnails import light_poster, send_with_thumbnail
from api.http.files import PRIVATE, check_stored, missing_as, send
from api.http.idempotency import Once
from api.http.limits import ENVELOPE_BYTES, MEGABYTE, file_too_large
from api.http.params import Moment, Search, sort_of
from api.http.slots import UploadSlot
from api.http.state import Farm, FarmDep
from api.http.uploads import UploadForm, receive_form
from api.ingest.naming import SUFFIXES, model_suffix
from api.storage.base import FileMissing, StoredFile
from renderer.media_types import MEDIA_TYPES
from renderer.model_types import USDZ_MISSING, usd_is_installed

UPLOAD_PATH = f"{PREFIX}/models"
MAX_SETTINGS_BYTES = 64 * 1024
MAX_URL_BYTES = 8 * 1024

FILE_TYPES = tuple(MEDIA_TYPES[suffix] for suffix in SUFFIXES)

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")

router = new_router("models")


@router.post(
    "/models",
    status_code=201,
    response_model_exclude_none=True,
    responses=errors(
        NoFile, InvalidFormat, InvalidUrl, FileTooLarge, UploadLimit, StorageLimit, *ORDERING
    ),
    openapi_extra=documented(UploadRequest, "multipart/form-data"),
)
async def upload_model(
    principal: Uploader, farm: FarmDep, slot: UploadSlot, once: Once, request: Request
) -> Data[UploadResult]:
    """Stores a model and orders its first render, and the free preview unless the model was there already.

    What kind of file it is, its bytes say, whatever it is called. A model that is archived is unarchived. Of a ZIP with
    several models, `file` in the render settings names the one that is meant: another name makes another model.
    """
    if not once.given:  # with a key, it may be a request that is paid for
        announced = request.headers.get("content-length", "")
        file_size = max(0, int(announced) - ENVELOPE_BYTES) if announced.isdecimal() else 0
        await run_in_threadpool(intake.refuse_early, farm, principal, file_size)
    form = UploadForm(
        request.headers.get("content-type"),
        farm.storage,
        key_for=intake.storage_key,
        max_file_bytes=farm.settings.max_upload_mb * MEGABYTE,
        too_large=file_too_large(farm.settings.max_upload_mb),
        field_limits={
            "renderSettings": MAX_SETTINGS_BYTES, "notifyUrl": MAX_URL_BYTES, MEMBER: MAX_SETTINGS_BYTES,
            **dict.fromkeys(SETTINGS_NAMES.values(), MAX_SETTINGS_BYTES),  # to be told that they are misplaced
        },
    )

    def register() -> Data[UploadResult]:
        refuse_misplaced(form.fields)
        settings = render_settings(form.fields.get("renderSettings"), principal)
        notify = notify_url(farm, form.texts().get("notifyUrl"))
        suffix, beside = model_suffix(form.file.head, form.file.size), form.texts().get(MEMBER)
        member = chosen_member(form.fields.get("renderSettings"), suffix, beside)
        once.hold(principal, form.file.sha256, told_apart(settings), notify, *filter(None, [member]))
        return intake.register(farm, principal, form.file, settings, once, notify, member)

    return await receive_form(form, request.stream(), register)


SORTS = {"createdAt": "created_at", "title": "title", "originalName": "original_name", "fileSize": "file_size"}


@router.get("/models", responses=errors())
def list_models(
    principal: Reader,
    farm: FarmDep,
    window: WindowDep,
    sort: Annotated[Sort, Depends(sort_of(SORTS, default="-createdAt"))],
    tags: Annotated[str, Query(description="Tags, separated by commas: models that have any of them")] = "",
    archived: Annotated[bool, Query(description="List the archived models instead of the others")] = False,
    q: Annotated[Search, Query(description="Words in the title, the SKU, the file name or the tags")] = "",
    createdAfter: Annotated[Moment | None, Query(description="Only models uploaded after this time")] = None,
    createdBefore: Annotated[Moment | None, Query(description="Only models uploaded before this time")] = None,
) -> Listing[ModelSummary]:
    """Newest first, unless `sort` says otherwise."""
    with farm.database.read() as session:
        page = catalog.list_models(
            session, principal.account_id, limit=window.limit, offset=window.offset,
            tags=tags.split(",") if tags else (), archived=archived, text=q,
            created_after=createdAfter, created_before=createdBefore, sort=sort,
        )  # fmt: skip
        pictures = renders.pictures_of(session, [model.id for model in page.items])
    return Listing(
        data=[ModelSummary.of(model, thumbnail_url(pictures.get(model.id))) for model in page.items],
        meta=ListMeta(total=page.total, offset=window.offset, limit=window.limit),
    )


class TagCount(BaseModel):
    tag: str = Field(examples=["furniture"])
    count: int = Field(description="How many models that aren't archived have it", examples=[12])


@router.get("/tags", responses=errors())
def list_tags(principal: Reader, farm: FarmDep) -> Data[list[TagCount]]:
    """Beyond dx.gl's API: the tags that are in use."""
    with farm.database.read() as session:
        tags = catalog.list_tags(session, principal.account_id)
    return Data(data=[TagCount(tag=tag, count=count) for tag, count in tags])


@router.post("/models/check-hash", responses=errors(Sha256Required), openapi_extra=documented(HashQuestion))
def check_hash(
    principal: Reader, farm: FarmDep, body: Annotated[HashQuestion, Depends(body_of(HashQuestion))]
) -> Data[HashAnswer]:
    """Whether a file of these bytes was uploaded before, to be asked before sending it."""
    if not body.sha256:
        raise Sha256Required(param="sha256")
    if not _SHA256.fullmatch(body.sha256):
        raise InvalidRequest("sha256 must be 64 hex digits", param="sha256")
    with farm.database.read() as session:
        model_id = catalog.find_by_sha256(session, principal.account_id, body.sha256.lower())
    return Data(data=HashAnswer(exists=model_id is not None, modelId=model_id))


@router.get("/models/{model_id}", responses=errors(ModelNotFound))
def get_model(principal: Reader, farm: FarmDep, model_id: ModelId) -> Data[ModelDetail]:
    return _detail(farm, principal, model_id)


@router.patch("/models/{model_id}", responses=errors(ModelNotFound), openapi_extra=documented(ModelPatch))
def update_model(
    principal: Writer, farm: FarmDep, model_id: ModelId, body: Annotated[ModelPatch, Depends(body_of(ModelPatch))]
) -> Data[ModelDetail]:
    with farm.database.begin() as session:
        catalog.update_model(session, principal.account_id, model_id, body.changes())
    return _detail(farm, principal, model_id)


@router.patch("/models/{model_id}/archive", responses=errors(ModelNotFound))
def archive_model(principal: Writer, farm: FarmDep, model_id: ModelId) -> Data[ModelDetail]:
    """Hides the model from lists, until it is unarchived."""
    with farm.database.begin() as session:
        catalog.archive_model(session, principal.account_id, model_id)
    return _detail(farm, principal, model_id)


@router.patch("/models/{model_id}/unarchive", responses=errors(ModelNotFound))
def unarchive_model(principal: Writer, farm: FarmDep, model_id: ModelId) -> Data[ModelDetail]:
    with farm.database.begin() as session:
        catalog.unarchive_model(session, principal.account_id, model_id)
    return _detail(farm, principal, model_id)


@router.delete("/models/{model_id}", responses=errors(ModelNotFound))
def delete_model(
    principal: Writer, farm: FarmDep, model_id: ModelId, permanent: Permanent = False
) -> Data[Deleted]:
    """Its renders stay, until they are deleted themselves."""
    with farm.database.begin() as session:
        catalog.delete_model(session, principal.account_id, model_id, kept=farm.kept(permanent))
    return Data(data=Deleted(id=model_id))


@router.post("/models/{model_id}/restore", responses=errors(ModelNotFound, InvalidState))
def restore_model(principal: Writer, farm: FarmDep, model_id: ModelId) -> Data[ModelDetail]:
    """Beyond dx.gl's API: a deleted model is there again, unless the same file was uploaded again."""
    with farm.database.begin() as session:
        catalog.restore_model(session, principal.account_id, model_id)
    return _detail(farm, principal, model_id)


@get_and_head(router, "/models/{model_id}/file", *FILE_TYPES, MEDIA_TYPES[".usdz"], missing=FileNotFound)
def get_model_file(
    principal: Reader,
    farm: FarmDep,
    model_id: ModelId,
    request: Request,
    format: Annotated[Literal["", "usdz"], Query(description="usdz: the model for AR viewers, made for free")] = "",
    thumbnail: Annotated[
        bool, Query(description="Put the model's newest poster into a .glb, in the form of glTF 2.1's drafts")
    ] = False,
) -> Response:
    """The model's bytes as uploaded; of a 3D scan, once it is converted, the .glb.

    Beyond dx.gl's API, `format=usdz` is the same model for AR viewers. It is made when somebody asks for it first,
    which takes seconds: until then the answer is 404 `usdz_not_found`, whose message says why, should that fail.

    With `thumbnail=1`, a .glb has the poster of the model's newest render in it, as `asset.thumbnail` and an image,
    and is the uploaded file byte for byte otherwise. Before there is a poster the answer is 404 `poster_not_found`.
    """
    if format == "usdz":
        return _send_usdz(farm, principal, model_id, request)
    model, file = _stored(farm, principal, model_id)
    suffix = PurePosixPath(model.storage_key).suffix
    name = PurePosixPath(model.original_name).stem + suffix
    view = FileView(file.key, file.size, file.etag, MEDIA_TYPES[suffix])
    if thumbnail:
        poster = _poster(farm, principal, model_id)
        with missing_as(FileNotFound):
            return send_with_thumbnail(farm, request, view, poster, filename=name)
    return send(farm, request, view, missing=FileNotFound, caching=PRIVATE, filename=name, redirect=False)


def _poster(farm: Farm, principal: Principal, model_id: str) -> FileView:
    """The newest picture of the model. Raises PosterNotFound."""
    with farm.database.read() as session:
        render_id = renders.pictures_of(session, [model_id]).get(model_id)
        files = get_outputs(session, principal.account_id, render_id).files if render_id else {}
    poster = light_poster(files)
    if poster is None:
        raise PosterNotFound("There is no picture of the model yet")
    with missing_as(PosterNotFound):
        check_stored(farm, poster)
    return poster


def _send_usdz(farm: Farm, principal: Principal, model_id: str, request: Request) -> Response:
    with farm.database.read() as session:
        model = catalog.get_model(session, principal.account_id, model_id)
        file = usdz.stored(session, model_id)
    if file is None:
        if not usd_is_installed():
            raise UsdzNotFound(USDZ_MISSING)
        with farm.work(principal) as unit:
            usdz_orders.order(unit, principal.account_id, model_id)
        raise UsdzNotFound
    name = f"{PurePosixPath(model.original_name).stem}.usdz"
    return send(farm, request, file, missing=UsdzNotFound, caching=PRIVATE, filename=name)


def _stored(farm: Farm, principal: Principal, model_id: str) -> tuple[ModelView, StoredFile]:
    """The model and its file. Asked twice, because a ZIP may become a GLB, of another key, in between."""
    for _ in range(2):
        with farm.database.read() as session:
            model = catalog.get_model(session, principal.account_id, model_id)
        with contextlib.suppress(FileMissing):
            return model, farm.storage.stat(model.storage_key)
    raise FileNotFound


def thumbnail_url(render_id: str | None) -> str | None:
    return f"{PREFIX}/renders/{render_id}/poster" if render_id else None


def _detail(farm: Farm, principal: Principal, model_id: str) -> Data[ModelDetail]:
    with farm.database.read() as session:
        model = catalog.get_model(session, principal.account_id, model_id)
        views = renders.renders_of_model(session, principal.account_id, model_id)
        pictures = renders.pictures_of(session, [model_id])
    return Data(data=ModelDetail.with_renders(model, thumbnail_url(pictures.get(model_id)), views))
