"""/v1/overlays: images for renders to be composited with, and panoramas to be lit by."""

from typing import Annotated

from fastapi import Query, Request

from api.domain.accounts.quotas import Quotas
from api.domain.catalog import overlays
from api.domain.catalog.overlays import MAX_FILE_MB, Layer
from api.domain.removal.overlays import discard_unneeded
from api.errors import (
    FileTooLarge,
    InvalidFormat,
    NoFile,
    NoSpace,
    OverlayNotFound,
    StorageLimit,
    TooManyRequests,
    UploadLimit,
)
from api.http.body import documented
from api.http.dxgl.auth import Reader, Writer
from api.http.dxgl.failures import errors
from api.http.dxgl.overlay_schemas import OverlayCreated, OverlayDetail, OverlayRequest
from api.http.dxgl.paths import PREFIX, OverlayId, WindowDep, new_router
from api.http.dxgl.schemas import Data, Deleted, Listing, ListMeta
from api.http.limits import MEGABYTE, file_too_large
from api.http.slots import UploadSlot
from api.http.state import FarmDep
from api.http.uploads import UploadForm, receive_form, stored
from api.ingest.inspect import inspect_image, inspect_panorama

UPLOAD_PATH = f"{PREFIX}/overlays"
FIELDS = ("layer", "name", "description", "alignment")
MAX_FIELD_BYTES = 4096
LARGEST_MB = max(MAX_FILE_MB.values())

router = new_router("overlays")


@router.post(
    "/overlays",
    responses=errors(NoFile, InvalidFormat, FileTooLarge, UploadLimit, StorageLimit, TooManyRequests, NoSpace),
    openapi_extra=documented(OverlayRequest, "multipart/form-data"),
)
async def upload_overlay(
    principal: Writer, farm: FarmDep, slot: UploadSlot, request: Request
) -> Data[OverlayCreated]:
    """Stores an image or a panorama, to be used in renders by its id: `bgImageId`, `fgImageId` or `environmentId`."""
    form = UploadForm(
        request.headers.get("content-type"),
        farm.storage,
        key_for=lambda _head: overlays.new_key(),
        max_file_bytes=LARGEST_MB * MEGABYTE,
        too_large=file_too_large(LARGEST_MB),
        field_limits=dict.fromkeys(FIELDS, MAX_FIELD_BYTES),
    )

    def register() -> Data[OverlayCreated]:
        labels = form.texts()
        layer = labels.get("layer", Layer.BACKGROUND)
        inspect = inspect_panorama if layer == Layer.ENVIRONMENT else inspect_image
        with stored(farm.storage, form.file) as file:
            overlays.check_size(layer, file.size)
            with farm.storage.local_path(file.key) as path:
                image = inspect(path, look.started)
            with farm.database.begin() as session:
                view = overlays.add(
                    session, principal.account_id, storage_key=file.key, file_size=file.size,
                    content_type=image.content_type, width=image.width, height=image.height,
                    allowed=Quotas.of(farm.settings), **labels,
                )  # fmt: skip
        return Data(data=OverlayCreated.of(view))

    with farm.looks.one_of(principal.account_id) as look:
        return await receive_form(form, request.stream(), register, lambda work: look.run(work, request.receive))


@router.get("/overlays", responses=errors())
def list_overlays(
    principal: Reader,
    farm: FarmDep,
    window: WindowDep,
    layer: Annotated[Layer | None, Query(description="Only overlays of this layer")] = None,
) -> Listing[OverlayDetail]:
    """Your overlays and those published for all, newest first."""
    with farm.database.read() as session:
        page = overlays.list_overlays(
            session, principal.account_id, limit=window.limit, offset=window.offset, layer=layer
        )
    return Listing(
        data=[OverlayDetail.of(view) for view in page.items],
        meta=ListMeta(total=page.total, offset=window.offset, limit=window.limit),
    )


@router.delete("/overlays/{overlay_id}", responses=errors(OverlayNotFound))
def delete_overlay(principal: Writer, farm: FarmDep, overlay_id: OverlayId) -> Data[Deleted]:
    """Deletes an overlay of yours. Renders that were ordered with it are finished with it."""
    with farm.work() as unit:
        overlays.delete_overlay(unit, principal.account_id, overlay_id)
        discard_unneeded(unit)
    return Data(data=Deleted(id=overlay_id))
