"""/api/v1/models: announced, uploaded by signed links, confirmed and processed; and their variants."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Annotated

from fastapi import Depends, Request

from api.domain.accounts.credentials import Principal
from api.domain.accounts.quotas import Quotas
from api.domain.catalog.states import ModelState
from api.domain.kit.unit import Unit
from api.domain.projects import models, uploads, variants
from api.domain.projects.uploads import NewUpload, UploadView
from api.errors import (
    FileTooLarge,
    InvalidFormat,
    InvalidState,
    ModelNotFound,
    StorageLimit,
    UnsupportedFileType,
    UploadLimit,
    UploadNotFound,
)
from api.http.body import body_of, documented
from api.http.glossi.auth import Reader, Writer
from api.http.glossi.confirming import confirm_upload
from api.http.glossi.failures import IDEMPOTENT, errors
from api.http.glossi.model_schemas import (
    AnnouncedModel,
    Confirmation,
    ConfirmedModel,
    DeletedModel,
    DetachedVariant,
    ExpectedModel,
    ExpectedModels,
    ModelList,
    ModelStatus,
    ModelWithFiles,
    NewModel,
    NewModels,
    NewVariant,
    StatusAnswer,
    StatusQuestion,
    Variant,
    Variants,
    path_in_workspace,
)
from api.http.glossi.paths import ModelId, WindowDep, new_router
from api.http.idempotency import Once
from api.http.links import absolute
from api.http.state import Farm, FarmDep
from api.ingest.file_types import named_type
from renderer.media_types import MEDIA_TYPES

router = new_router("models")


@router.post(
    "/models", status_code=201, responses=errors(UnsupportedFileType, UploadLimit, StorageLimit, *IDEMPOTENT),
    openapi_extra=documented(NewModels),
)  # fmt: skip
def create_models(
    principal: Writer, farm: FarmDep, once: Once, request: Request,
    body: Annotated[NewModels, Depends(body_of(NewModels))],
) -> ExpectedModels:  # fmt: skip
    """Announces models. Their files are sent to the `uploadUrl`s, by PUT and without a key, and then confirmed."""
    once.hold(principal, body.model_dump())
    new = to_announce(body.models)
    with farm.work(principal) as unit:
        announced = announce(unit, farm, principal, new)
        answer = ExpectedModels(
            models=[
                ExpectedModel(
                    modelId=view.id, name=view.name, uploadUrl=upload_url(request, farm, view),
                    uploadKey=path_in_workspace(principal.account_id, view.put_key),
                )
                for view in announced
            ]
        )  # fmt: skip
        once.keep(unit, answer)
    return answer


@router.post(
    "/models/{model_id}/confirm",
    responses=errors(
        ModelNotFound, UploadNotFound, UnsupportedFileType, InvalidFormat, FileTooLarge, UploadLimit, StorageLimit
    ),
    openapi_extra=documented(Confirmation),
)
def confirm_model(
    principal: Writer, farm: FarmDep, model_id: ModelId,
    body: Annotated[Confirmation, Depends(body_of(Confirmation))],
) -> ConfirmedModel:  # fmt: skip
    """Takes the file that came last. It is processed next; where the workspace has a model of the same bytes, that is
    used. Confirming again changes nothing. A file that isn't what was announced is deleted, and another may be sent.
    """
    view = confirm_upload(farm, principal, model_id, body.fileType)
    return ConfirmedModel(
        modelId=view.id, name=view.name, status=view.state.upper(),
        filePath=path_in_workspace(principal.account_id, view.storage_key or view.put_key),
    )  # fmt: skip


@router.post(
    "/models/status", responses=errors(), openapi_extra=documented(StatusQuestion), response_model_exclude_none=True
)
def get_models_status(
    principal: Reader, farm: FarmDep, body: Annotated[StatusQuestion, Depends(body_of(StatusQuestion))]
) -> StatusAnswer:
    """What has become of models by now, for polling."""
    wanted = list(dict.fromkeys(body.modelIds))
    with farm.database.read() as session:
        found = models.views(session, principal.account_id, wanted)
    return StatusAnswer(
        models=[ModelStatus.of(found[model_id]) for model_id in wanted if model_id in found],
        allReady=all(model_id in found and found[model_id].state == ModelState.READY for model_id in wanted),
        notFound=[model_id for model_id in wanted if model_id not in found],
    )


@router.get("/models", responses=errors())
def list_models(principal: Reader, farm: FarmDep, window: WindowDep) -> ModelList:
    """Beyond Glossi's API: the models that were announced here, newest first."""
    with farm.database.read() as session:
        page = models.list_models(session, principal.account_id, limit=window.limit, offset=window.offset)
    return ModelList(
        models=[AnnouncedModel.of(view) for view in page.items], total=page.total, limit=window.limit,
        offset=window.offset,
    )  # fmt: skip


@router.get("/models/{model_id}", responses=errors(ModelNotFound))
def get_model(principal: Reader, farm: FarmDep, model_id: ModelId, request: Request) -> ModelWithFiles:
    """Beyond Glossi's API: one model, with links to its files."""
    with farm.database.read() as session:
        view = uploads.find(session, principal.account_id, model_id)
        thumbnail_key = models.thumbnail_key(session, view)
    return _detail(farm, principal, request, view, thumbnail_key)


@router.delete("/models/{model_id}", responses=errors(ModelNotFound, InvalidState))
def delete_model(principal: Writer, farm: FarmDep, model_id: ModelId) -> DeletedModel:
    """Beyond Glossi's API: the model is gone, with its file, unless another model has the same bytes. It is refused
    while a project has it, or a job that has not ended."""
    with farm.work() as unit:
        models.delete(unit, principal.account_id, model_id, kept=farm.kept())
    return DeletedModel(modelId=model_id)


@router.get("/models/{model_id}/variants", responses=errors(ModelNotFound))
def list_variants(principal: Reader, farm: FarmDep, model_id: ModelId) -> Variants:
    """Beyond Glossi's API: the model itself, and those attached to it."""
    with farm.database.read() as session:
        found = variants.list_variants(session, principal.account_id, model_id)
    return Variants(variants=[Variant.of(each) for each in found])


@router.post(
    "/models/{model_id}/variants", status_code=201, responses=errors(ModelNotFound, InvalidState),
    openapi_extra=documented(NewVariant),
)  # fmt: skip
def attach_variant(
    principal: Writer, farm: FarmDep, model_id: ModelId, body: Annotated[NewVariant, Depends(body_of(NewVariant))]
) -> Variant:
    """Beyond Glossi's API: attaches another model, which is drawn beside this one wherever its variants are."""
    with farm.database.begin() as session:
        return Variant.of(
            variants.attach_variant(session, principal.account_id, model_id, body.modelId, body.name)
        )


@router.delete("/models/{model_id}/variants/{variant_id}", responses=errors(ModelNotFound, InvalidState))
def detach_variant(principal: Writer, farm: FarmDep, model_id: ModelId, variant_id: ModelId) -> DetachedVariant:
    """Beyond Glossi's API: the attached model stays, and is no variant of this one any more."""
    with farm.database.begin() as session:
        variants.detach_variant(session, principal.account_id, model_id, variant_id)
    return DetachedVariant(variantId=variant_id)


def to_announce(asked: list[NewModel]) -> list[NewUpload]:
    """Raises UnsupportedFileType, naming the file."""
    new = []
    for index, each in enumerate(asked):
        try:
            named_type(each.fileType)
        except UnsupportedFileType as error:
            message = f"{each.fileName}: {error.message}"
            raise UnsupportedFileType(message, param=f"models[{index}].fileType") from None
        new.append(NewUpload(each.fileName, each.fileType.lower(), each.name))
    return new


def announce(unit: Unit, farm: Farm, principal: Principal, new: Sequence[NewUpload]) -> list[UploadView]:
    """As uploads.announce, by the farm's settings."""
    return uploads.announce(
        unit, principal.account_id, new, seconds=farm.settings.signed_link_seconds, allowed=Quotas.of(farm.settings)
    )


def upload_url(request: Request, farm: Farm, view: UploadView) -> str:
    """Where the model's file may be sent to, from now on as long as signed links are good for."""
    url = farm.storage.signed_put(view.put_key, seconds=farm.settings.signed_link_seconds)
    return absolute(request, farm.settings, url)


def _detail(
    farm: Farm, principal: Principal, request: Request, view: UploadView, thumbnail_key: str | None
) -> ModelWithFiles:
    ready_key = view.storage_key if view.state == ModelState.READY else None
    return ModelWithFiles(
        **AnnouncedModel.of(view).model_dump(),
        filePath=None if view.storage_key is None else path_in_workspace(principal.account_id, view.storage_key),
        glbFilePath=_link(farm, request, ready_key, name=view.name),
        thumbnailUrl=_link(farm, request, thumbnail_key),
    )


def _link(farm: Farm, request: Request, key: str | None, *, name: str | None = None) -> str | None:
    """A signed link to a stored file, if there is one. With a `name` it is a download."""
    if key is None:
        return None
    suffix = PurePosixPath(key).suffix
    url = farm.storage.signed_download(
        key, seconds=farm.settings.signed_link_seconds, filename=None if name is None else name + suffix,
        content_type=MEDIA_TYPES[suffix],
    )  # fmt: skip
    return absolute(request, farm.settings, url)
