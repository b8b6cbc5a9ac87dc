"""/v1/models/ingest: a model that the farm downloads itself, from a URL."""

from typing import Annotated

from fastapi import Depends
from starlette.concurrency import run_in_threadpool

from api.domain.accounts.idempotency import HOLD_SECONDS
from api.errors import (
    DownloadTimeout,
    FileTooLarge,
    InvalidFormat,
    InvalidUrl,
    StorageLimit,
    UploadLimit,
)
from api.http.body import body_of, documented
from api.http.dxgl import intake
from api.http.dxgl.auth import Uploader
from api.http.dxgl.errors import UrlRequired
from api.http.dxgl.failures import ORDERING, errors
from api.http.dxgl.notices import notify_url
from api.http.dxgl.paths import new_router
from api.http.dxgl.schemas import Data, IngestRequest, UploadResult
from api.http.dxgl.settings import refuse_misplaced, render_settings
from api.http.dxgl.spelling import told_apart
from api.http.idempotency import Once
from api.http.limits import MEGABYTE, file_too_large
from api.http.slots import UploadSlot
from api.http.state import FarmDep
from api.ingest.incoming import IncomingFile, abandoned_on_error

router = new_router("models")


@router.post(
    "/models/ingest",
    status_code=201,
    response_model_exclude_none=True,
    responses=errors(
        UrlRequired, InvalidUrl, InvalidFormat, FileTooLarge, DownloadTimeout, UploadLimit, StorageLimit, *ORDERING
    ),
    openapi_extra=documented(IngestRequest),
)
async def ingest_model(
    principal: Uploader, farm: FarmDep, slot: UploadSlot, once: Once,
    body: Annotated[IngestRequest, Depends(body_of(IngestRequest))],
) -> Data[UploadResult]:
    """Downloads a .glb or .gltf, then does what an upload does. The answer comes once the file is stored."""
    if not body.url:
        raise UrlRequired(param="url")
    refuse_misplaced(body.misplaced)
    settings = render_settings(body.renderSettings, principal)
    notify = notify_url(farm, body.notifyUrl)
    seconds = farm.settings.ingest_seconds + HOLD_SECONDS
    await run_in_threadpool(once.hold, principal, body.url, told_apart(settings), notify, seconds=seconds)
    await run_in_threadpool(intake.refuse_early, farm, principal)
    file = IncomingFile(
        farm.storage,
        key_for=intake.storage_key,
        max_bytes=farm.settings.max_upload_mb * MEGABYTE,
        too_large=file_too_large(farm.settings.max_upload_mb),
    )
    async with abandoned_on_error(file):
        await farm.downloader.download(body.url, file, account_id=principal.account_id)
        return await run_in_threadpool(intake.register, farm, principal, file, settings, once, notify)
