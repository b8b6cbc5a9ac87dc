"""/v1/models: upload a 3D file, look at it and at its renders."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.domain import catalog
from api.http.auth import Reader, Uploader
from api.http.body import documented, render_settings_text
from api.http.dxgl import intake
from api.http.dxgl.paths import ERRORS, PREFIX, ModelId
from api.http.dxgl.schemas import Data, ModelDetail, UploadRequest, UploadResult
from api.http.idempotency import Once
from api.http.limits import MEGABYTE, file_too_large
from api.http.multipart import UploadForm, receive_form
from api.http.state import FarmDep

UPLOAD_PATH = f"{PREFIX}/models"
MAX_SETTINGS_BYTES = 64 * 1024

router = APIRouter(prefix=PREFIX, tags=["models"], responses=ERRORS)


@router.post(
    "/models",
    status_code=201,
    response_model_exclude_none=True,
    openapi_extra=documented(UploadRequest, "multipart/form-data"),
)
async def upload_model(principal: Uploader, farm: FarmDep, once: Once, request: Request) -> Data[UploadResult]:
    """Stores a model and orders its first render, and the free preview unless the model was there already."""
    if not once.given:  # with a key, it may be a request that is paid for
        await run_in_threadpool(intake.refuse_without_credits, farm, principal)
    form = UploadForm(
        request.headers.get("content-type"),
        farm.storage,
        key_for=intake.storage_key,
        max_file_bytes=farm.settings.max_upload_mb * MEGABYTE,
        too_large=file_too_large(farm.settings.max_upload_mb),
        field_limits={"renderSettings": MAX_SETTINGS_BYTES},
    )

    def register() -> Data[UploadResult]:
        settings = render_settings_text(form.fields.get("renderSettings", b""), principal)
        once.hold(form.file.sha256, settings.to_json())
        return intake.register(farm, principal, form.file, settings, once)

    return await receive_form(form, request.stream(), register)


@router.get("/models/{model_id}")
def get_model(principal: Reader, farm: FarmDep, model_id: ModelId) -> Data[ModelDetail]:
    with farm.database.read() as session:
        model = catalog.get_model(session, principal.account_id, model_id)
        renders = catalog.model_renders(session, principal.account_id, model_id)
    return Data(data=ModelDetail.of(model, renders))
