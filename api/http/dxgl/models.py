"""/v1/models: upload a 3D file, look at it and at its renders."""

from pathlib import PurePosixPath

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.domain import catalog, ledger, uploads
from api.domain.tokens import Principal
from api.domain.uploads import Registered
from api.errors import InvalidFormat, NoCredits
from api.http.auth import Reader, Uploader
from api.http.body import documented, render_settings_text
from api.http.dxgl.paths import ERRORS, PREFIX, ModelId
from api.http.dxgl.schemas import Data, ModelDetail, UploadRequest, UploadResult
from api.http.limits import MEGABYTE, file_too_large
from api.http.multipart import UploadForm, receive_form
from api.http.state import Farm, FarmDep
from api.ids import new_id

UPLOAD_PATH = f"{PREFIX}/models"
SUFFIXES = (".glb", ".gltf", ".zip")
MAX_SETTINGS_BYTES = 64 * 1024

router = APIRouter(prefix=PREFIX, tags=["models"], responses=ERRORS)


@router.post(
    "/models",
    status_code=201,
    response_model_exclude_none=True,
    openapi_extra=documented(UploadRequest, "multipart/form-data"),
)
async def upload_model(principal: Uploader, farm: FarmDep, request: Request) -> Data[UploadResult]:
    """Stores a model and orders its first render, and the free preview unless the model was there already."""
    await run_in_threadpool(_refuse_without_credits, farm, principal)
    form = UploadForm(
        request.headers.get("content-type"),
        farm.storage,
        key_for=_storage_key,
        max_file_bytes=farm.settings.max_upload_mb * MEGABYTE,
        too_large=file_too_large(farm.settings.max_upload_mb),
        field_limits={"renderSettings": MAX_SETTINGS_BYTES},
    )
    registered = await receive_form(form, request.stream(), lambda: _register(farm, principal, form))
    result = UploadResult(
        modelId=registered.model_id, renderId=registered.render_id, duplicate=registered.duplicate or None
    )
    return Data(data=result)


@router.get("/models/{model_id}")
def get_model(principal: Reader, farm: FarmDep, model_id: ModelId) -> Data[ModelDetail]:
    with farm.database.read() as session:
        model = catalog.get_model(session, principal.account_id, model_id)
        renders = catalog.model_renders(session, principal.account_id, model_id)
    return Data(data=ModelDetail.of(model, renders))


def _refuse_without_credits(farm: Farm, principal: Principal) -> None:
    """Spares the caller a useless upload. Whether the credits suffice is decided when the render is ordered."""
    with farm.database.read() as session:
        if ledger.balance(session, principal.account_id) == 0:
            raise NoCredits


def _storage_key(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InvalidFormat
    return f"models/{new_id()}{suffix}"


def _register(farm: Farm, principal: Principal, form: UploadForm) -> Registered:
    settings = render_settings_text(form.fields.get("renderSettings", b""), principal)
    file = form.finish()
    try:
        with farm.database.begin() as session:
            registered = uploads.register_upload(
                session,
                principal.account_id,
                original_name=file.name,
                sha256=file.sha256,
                file_size=file.size,
                storage_key=file.key,
                settings=settings,
                upload_limit=farm.settings.upload_limit,
            )
    except BaseException:
        farm.storage.delete(file.key)
        raise
    if registered.duplicate:
        farm.storage.delete(file.key)
    farm.wake()
    return registered
