"""/v1/models/generate, which dx.gl doesn't have: a model of a text or a picture, or of what was generated before, and a
render of it in the same order."""

import hashlib
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.domain.accounts.credentials import Principal
from api.domain.catalog.catalog import MAX_TITLE_LENGTH
from api.domain.generations import keeping
from api.domain.generations.flows import MAX_PROMPT, NewInput
from api.domain.generations.keeping import Generated, Wish
from api.domain.generations.templates import TEMPLATES, TEXT
from api.domain.kit.files import FileView
from api.domain.kit.texts import checked_text
from api.domain.kit.unit import Unit
from api.domain.renders import notices
from api.errors import FileTooLarge, InvalidRequest, InvalidState, InvalidUrl, NotFound, StorageLimit, UploadLimit
from api.http.body import documented
from api.http.dxgl.auth import Uploader
from api.http.dxgl.failures import ORDERING, errors
from api.http.dxgl.notices import DIALECT, notify_url
from api.http.dxgl.paths import PREFIX, new_router
from api.http.dxgl.schemas import Data, ModelIdText, NotifyUrl, OrderBody, RenderIdText
from api.http.dxgl.settings import SettingsRequest, refuse_misplaced, render_settings
from api.http.dxgl.spelling import spell, told_apart
from api.http.flow_inputs import Arrived, file_input, receiving
from api.http.idempotency import IdempotentRequest, Once
from api.http.slots import UploadSlot
from api.http.state import Farm, FarmDep
from api.ids import new_id
from api.storage.base import discard

GENERATE_PATH = f"{PREFIX}/models/generate"

router = new_router("models")


class GenerateRequest(OrderBody):
    """The body of POST /v1/models/generate: one of `prompt`, `image` and `from`."""

    model_config = ConfigDict(json_schema_extra={"example": {"prompt": "A red wooden chair", "renderSettings": {}}})

    prompt: str | None = Field(
        None, description=f"What is to be made, in up to {MAX_PROMPT:,} characters", examples=["A red wooden chair"]
    )
    image: str | None = Field(
        None, description="A picture of it: PNG, JPEG, WebP or TIFF in base64, or as a data URI"
    )
    made: str | None = Field(
        None, alias="from", description="What was made before: the id of a flow's output, or of a job of /api/generate"
    )
    seed: int = Field(-1, description="Equal seeds give equal models; -1 draws one")
    quality: Literal["low", "high"] = Field("high", description="Textures of 512 pixels a side, or of 1024")
    texture: bool = Field(True, description="Whether materials have textures, or plain colours")
    title: str | None = Field(None, description="The model's title; else what was asked for")
    renderSettings: SettingsRequest = Field(
        None, description="With these, which may be {}, a render is ordered too: it begins once the model is there"
    )
    notifyUrl: NotifyUrl = None


class GenerateResult(BaseModel):
    modelId: ModelIdText
    renderId: RenderIdText | None = Field(None, description="Where a render was ordered", examples=["Xz7pQ4w8nR2k"])
    flowId: str | None = Field(
        None, description="The order among those of /flows", examples=["68f2a1b3c4d5e6f708192a3b"]
    )
    duplicate: Literal[True] | None = Field(None, description="Present where the model was there already")


@router.post(
    "/models/generate",
    status_code=201,
    response_model_exclude_none=True,
    responses=errors(NotFound, InvalidState, InvalidUrl, FileTooLarge, UploadLimit, StorageLimit, *ORDERING),
    openapi_extra=documented(GenerateRequest),
)
async def generate_model(
    principal: Uploader, farm: FarmDep, slot: UploadSlot, once: Once, request: Request
) -> Data[GenerateResult]:
    """Orders a model of a text or a picture, and its render if that is wanted. Both have their ids at once.

    The model costs what Generio's flows cost, and the render what every render does. Where the model can't be made, it
    is `failed`, and all comes back.
    """
    async with receiving(farm, request, GenerateRequest) as (body, arrived):
        return await run_in_threadpool(_generate, farm, principal, once, body, arrived)


def _generate(
    farm: Farm, principal: Principal, once: IdempotentRequest, body: GenerateRequest, arrived: Arrived
) -> Data[GenerateResult]:
    given = [name for name in ("prompt", "image", "from") if getattr(body, "made" if name == "from" else name)]
    if len(given) != 1:
        raise InvalidRequest("Give one of prompt, image and from")
    refuse_misplaced(body.misplaced)
    settings = None if body.renderSettings is None else render_settings(body.renderSettings, principal)
    url = notify_url(farm, body.notifyUrl) if settings is not None else None
    wish = Wish(settings, spell, checked_text("title", body.title, MAX_TITLE_LENGTH))
    asked = [body.title, None if settings is None else told_apart(settings), url]

    def answer(unit: Unit, made: Generated) -> Data[GenerateResult]:
        notices.notify(unit, principal.account_id, DIALECT, {made.render_id: url} if url and made.render_id else {})
        told = GenerateResult(
            modelId=made.model_id, renderId=made.render_id, flowId=made.flow_id, duplicate=made.duplicate or None
        )
        once.keep(unit, Data(data=told))
        return Data(data=told)

    if body.made:
        with farm.database.read() as session:
            file, prompt = keeping.made_file(session, principal.account_id, body.made)
        once.hold(principal, body.made, *asked)
        return _keep(farm, principal, file, prompt, wish, answer)
    parameters = {"seed": body.seed, "quality": body.quality, "texture": body.texture}
    template = TEMPLATES["model_generate_fromprompt" if body.prompt else "model_generate_fromimage"]
    _check(template.complete, parameters)
    new = _input(farm, body, arrived)
    try:
        once.hold(principal, new.text or new.sha256, parameters, *asked)
        with farm.work(principal) as unit:
            made = keeping.generate(unit, principal.account_id, template, parameters, new, wish, farm.terms)
            told = answer(unit, made)
    except BaseException:
        _discard(farm, new.file)
        raise
    if made.duplicate:
        _discard(farm, new.file)
    return told


def _input(farm: Farm, body: GenerateRequest, arrived: Arrived) -> NewInput:
    if body.prompt:
        if body.prompt in arrived:
            raise InvalidRequest(f"prompt has up to {MAX_PROMPT:,} characters", param="prompt")
        text = checked_text("prompt", " ".join(body.prompt.split()), MAX_PROMPT)
        if text is None:
            raise InvalidRequest("prompt is empty", param="prompt")
        return NewInput(TEXT, text)
    template = TEMPLATES["model_generate_fromimage"]
    try:
        new = file_input(farm, template, body.image or "", arrived)
    except InvalidRequest as error:
        raise InvalidRequest(f"image {error.message}", param="image") from None
    if new.media_type not in template.input_types:
        _discard(farm, new.file)
        raise InvalidRequest(f"image is {new.media_type}, not {', '.join(template.input_types)}", param="image")
    return new


def _keep(
    farm: Farm, principal: Principal, file: FileView, prompt: str | None, wish: Wish, answer: Any
) -> Data[GenerateResult]:
    key = f"models/{new_id()}.glb"
    stored = farm.storage.copy(file.key, key)
    copy = FileView(key, stored.size, stored.etag, file.content_type)
    try:
        digest = hashlib.sha256()
        for chunk in farm.storage.read(key):
            digest.update(chunk)
        with farm.work(principal) as unit:
            made = keeping.keep(unit, principal.account_id, copy, digest.hexdigest(), prompt, wish, farm.terms)
            told: Data[GenerateResult] = answer(unit, made)
    except BaseException:
        _discard(farm, copy)
        raise
    if made.duplicate:
        _discard(farm, copy)
    return told


def _check(complete: Any, parameters: dict[str, Any]) -> None:
    """Raises InvalidRequest by the parameter's own name."""
    try:
        complete(parameters)
    except InvalidRequest as error:
        raise InvalidRequest(error.message, param=(error.param or "").rpartition(".")[2] or None) from None


def _discard(farm: Farm, file: FileView | None) -> None:
    if file is not None:
        discard(farm.storage, file.key)
