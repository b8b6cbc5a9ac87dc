"""/v1/uploads: large models, sent in parts that a lost connection does not undo. Beyond dx.gl's API.

    POST /v1/uploads                which bytes are to come; nothing needs to, where the account has them
    PUT  /v1/uploads/:id/:n         a part of them, in any order, also at the same time
    GET  /v1/uploads/:id            which parts are there
    POST /v1/uploads/:id/complete   they are a model now, and its first render is ordered
"""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from fastapi import Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.accounts.credentials import Principal
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import catalog
from api.domain.renders import resumable
from api.domain.renders.resumable import NewUpload, ResumableView
from api.errors import (
    InvalidFormat,
    InvalidRequest,
    InvalidSettings,
    InvalidState,
    InvalidUrl,
    NoCredits,
    NoSpace,
    NotFound,
    SpendingCap,
    StorageLimit,
    UploadLimit,
)
from api.http.body import body_of, documented
from api.http.dxgl import intake
from api.http.dxgl.auth import Reader, Uploader
from api.http.dxgl.errors import Sha256Required
from api.http.dxgl.failures import errors
from api.http.dxgl.notices import notify_url
from api.http.dxgl.paths import PREFIX, UploadId, new_router
from api.http.dxgl.schemas import Data, Deleted, NotifyUrl, Sha256, Timestamp, UploadResult
from api.http.dxgl.settings import EXAMPLE, chosen_member, render_settings
from api.http.limits import MEGABYTE
from api.http.slots import UploadSlot
from api.http.state import Farm, FarmDep
from api.ingest.incoming import HEAD_BYTES, IncomingFile, ReceivedFile, abandoned_on_error, harmless_name
from api.storage.base import FileMissing, KeyTaken, discard

PART_PATH = f"{PREFIX}/uploads/{{upload_id}}/{{number}}"
PART_MB = resumable.PART_BYTES // MEGABYTE

router = new_router("uploads")


class ResumableRequest(BaseModel):
    """The body of POST /v1/uploads."""

    model_config = ConfigDict(json_schema_extra={"required": ["name", "size", "sha256"]})

    name: str = Field("", description="The file's name", examples=["cathedral.glb"])
    size: int = Field(0, description="Its length in bytes", examples=[734003200])
    sha256: str | None = Field(None, description="64 hex digits, of all of it", examples=["a1b2c3d4" * 8])
    tags: list[str] = Field([], description="The model's tags", examples=[["furniture"]])
    renderSettings: Any = Field(None, description="Of its first render", examples=[EXAMPLE])
    notifyUrl: NotifyUrl = None


class ResumableDetail(BaseModel):
    """Nothing is to be sent where there is a `modelId`: then the account has the file."""

    id: str | None = Field(description="Null where the account had the file before", examples=["Up3kF9x2qL1m"])
    name: str = Field(examples=["cathedral.glb"])
    size: int = Field(description="In bytes", examples=[734003200])
    sha256: Sha256
    tags: list[str] = Field(examples=[["furniture"]])
    partSize: int = Field(description="Bytes of each part but the last", examples=[resumable.PART_BYTES])
    partCount: int = Field(description="They are numbered from 1", examples=[14])
    parts: list[int] = Field(description="The numbers of those that are there", examples=[[1, 2, 5]])
    modelId: str | None = Field(examples=[None])
    expiresAt: Timestamp | None = Field(description="When it is forgotten, unless another part comes")

    @classmethod
    def of(cls, view: ResumableView, parts: list[int]) -> Self:
        return cls(
            id=view.id, name=view.name, size=view.size, sha256=view.sha256, tags=list(view.tags),
            partSize=view.part_bytes, partCount=view.part_count, parts=parts, modelId=view.model_id,
            expiresAt=view.expires_at,
        )  # fmt: skip


@router.post(
    "/uploads",
    status_code=201,
    responses=errors(Sha256Required, InvalidSettings, InvalidUrl, NoCredits, UploadLimit, StorageLimit),
    openapi_extra=documented(ResumableRequest),
)
def begin_upload(
    principal: Uploader, farm: FarmDep, body: Annotated[ResumableRequest, Depends(body_of(ResumableRequest))]
) -> Data[ResumableDetail]:
    """Says what is to come, or finds the unfinished upload of the same bytes. It costs nothing yet."""
    if not body.sha256:
        raise Sha256Required(param="sha256")
    render_settings(body.renderSettings, principal)
    member = chosen_member(body.renderSettings, ".zip")
    order = {"renderSettings": body.renderSettings, "notifyUrl": notify_url(farm, body.notifyUrl)}
    name = harmless_name(body.name) or "model"
    new = NewUpload(name, body.size, body.sha256.lower(), body.tags, order)
    with farm.database.read() as session:
        known = catalog.find_by_sha256(session, principal.account_id, new.sha256)
    if known is not None and member is None:  # each model of a ZIP is one of its own
        return Data(data=ResumableDetail(
            id=None, name=name, size=new.size, sha256=new.sha256, tags=body.tags, partSize=resumable.PART_BYTES,
            partCount=0, parts=[], modelId=known, expiresAt=None,
        ))  # fmt: skip
    with farm.database.begin() as session:
        view = resumable.begin(
            session, principal.account_id, new, max_bytes=farm.settings.max_signed_upload_mb * MEGABYTE,
            allowed=Quotas.of(farm.settings),
        )  # fmt: skip
    return Data(data=ResumableDetail.of(view, _parts(farm, view)))


@router.get("/uploads", responses=errors())
def list_uploads(principal: Reader, farm: FarmDep) -> Data[list[ResumableDetail]]:
    """Those that are unfinished, the oldest first."""
    with farm.database.read() as session:
        found = resumable.list_unfinished(session, principal.account_id)
    return Data(data=[ResumableDetail.of(view, _parts(farm, view)) for view in found])


@router.get("/uploads/{upload_id}", responses=errors(NotFound))
def get_upload(principal: Reader, farm: FarmDep, upload_id: UploadId) -> Data[ResumableDetail]:
    with farm.database.read() as session:
        view = resumable.find(session, principal.account_id, upload_id)
    return Data(data=ResumableDetail.of(view, _parts(farm, view)))


@router.put(
    "/uploads/{upload_id}/{number}",
    status_code=204,
    responses=errors(NotFound, InvalidState, NoSpace),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_part(
    principal: Uploader,
    farm: FarmDep,
    slot: UploadSlot,
    upload_id: UploadId,
    number: Annotated[int, Path(description="Which part, from 1", examples=[1])],
    request: Request,
) -> Response:
    """The part's bytes. They may be sent again; other bytes are refused where a part is there."""

    def expected() -> tuple[str, int]:
        with farm.database.read() as session:
            view = resumable.find(session, principal.account_id, upload_id)
        if view.model_id is not None:
            raise InvalidState("The upload is complete")
        return view.part_key(number), view.bytes_of(number)

    key, size = await run_in_threadpool(expected)
    wrong_size = InvalidRequest(f"Part {number} has {size:,} bytes, neither more nor fewer")
    file = IncomingFile(farm.storage, key_for=lambda _: key, max_bytes=size, too_large=wrong_size)

    def keep() -> None:
        if file.size != size:
            raise wrong_size
        try:
            file.finish()
        except KeyTaken:
            raise InvalidState(f"Part {number} is there already, with other bytes") from None
        with farm.database.begin() as session:
            resumable.prolong(session, upload_id)

    async with abandoned_on_error(file):
        await run_in_threadpool(file.open, key)
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
        await run_in_threadpool(keep)
    return Response(status_code=204)


@router.post(
    "/uploads/{upload_id}/complete",
    status_code=201,
    response_model_exclude_none=True,
    responses=errors(
        NotFound, InvalidState, InvalidFormat, InvalidSettings, NoCredits, SpendingCap, UploadLimit, StorageLimit,
        NoSpace,
    ),
)
def complete_upload(principal: Uploader, farm: FarmDep, upload_id: UploadId) -> Data[UploadResult]:
    """As if all of the file had come by POST /v1/models now. Asked again, it says the same and costs nothing.

    What isn't the file that was announced is deleted, and refused.
    """
    with farm.database.read() as session:
        view = resumable.find(session, principal.account_id, upload_id)
    if view.model_id is not None:
        return _made(view)
    settings = render_settings(view.order.get("renderSettings"), principal)
    file = _joined(farm, principal, view)
    try:
        member = chosen_member(view.order.get("renderSettings"), PurePosixPath(file.key).suffix)
        with farm.work(principal) as unit:
            view = resumable.held(unit, principal.account_id, upload_id)
            if view.model_id is not None:
                result = None
            else:
                result = intake.take(farm, unit, principal, file, settings, view.order.get("notifyUrl"), member)
                if not result.duplicate:
                    catalog.update_model(unit, principal.account_id, result.modelId, {"tags": view.tags})
                resumable.finish(unit, view, result.modelId, result.renderId)
    except BaseException:
        discard(farm.storage, file.key)
        raise
    if result is None or result.duplicate:
        discard(farm.storage, file.key)
    return _made(view) if result is None else Data(data=result)


@router.delete("/uploads/{upload_id}", responses=errors(NotFound))
def delete_upload(principal: Uploader, farm: FarmDep, upload_id: UploadId) -> Data[Deleted]:
    """What has come of it is gone; a model that was made of it stays."""
    with farm.work(principal) as unit:
        resumable.remove(unit, principal.account_id, upload_id)
    return Data(data=Deleted(id=upload_id))


def _parts(farm: Farm, view: ResumableView) -> list[int]:
    """The numbers of the parts that are there."""
    return sorted(int(entry.name) for entry in farm.storage.entries(view.folder))


def _made(view: ResumableView) -> Data[UploadResult]:
    return Data(data=UploadResult(modelId=view.model_id or "", renderId=view.render_id or ""))


def _joined(farm: Farm, principal: Principal, view: ResumableView) -> ReceivedFile:
    """The parts as a model's file, checked to be the announced one.

    Raises InvalidState where parts are missing; InvalidFormat and InvalidRequest for another file, which is deleted.
    """
    there = set(_parts(farm, view))
    missing = [number for number in range(1, view.part_count + 1) if number not in there]
    if missing:
        raise InvalidState(f"Parts are missing: {', '.join(map(str, missing[:20]))}")
    keys = [view.part_key(number) for number in range(1, view.part_count + 1)]
    with _refused_for_good(farm, principal, view):
        digest, head = hashlib.sha256(), b""
        for key in keys:
            for chunk in farm.storage.read(key):
                head += chunk[: HEAD_BYTES - len(head)]
                digest.update(chunk)
        key = intake.storage_key(head, view.size)
        if digest.hexdigest() != view.sha256:
            raise InvalidRequest("The parts are not the file that was announced: its SHA-256 differs", param="sha256")
        return ReceivedFile(view.name, key, farm.storage.join(keys, key).size, view.sha256)


@contextlib.contextmanager
def _refused_for_good(farm: Farm, principal: Principal, view: ResumableView) -> Iterator[None]:
    """Deletes an upload that can't become a model any more. Parts that are gone were deleted by somebody else."""
    try:
        yield
    except FileMissing:
        raise NotFound("No such upload") from None
    except (InvalidFormat, InvalidRequest):
        with farm.work(principal) as unit:
            resumable.remove(unit, principal.account_id, view.id)
        raise
