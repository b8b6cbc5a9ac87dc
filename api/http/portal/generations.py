"""/portal/api/generations: models made of a sentence or a picture; /portal/api/optimisations: models made lighter. Both
for the account of who is signed in."""

import contextlib
import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.accounts.credentials import Principal
from api.domain.catalog import catalog
from api.domain.generations import assets, flows, pipeline
from api.domain.generations.flows import FlowView, NewInput
from api.domain.generations.templates import MODEL, TEMPLATES, TEXT
from api.domain.kit.files import FileView
from api.errors import AssetNotFound, InvalidRequest
from api.http.body import body_of
from api.http.files import PRIVATE, send
from api.http.flow_inputs import Arrived, file_input, new_key, receiving
from api.http.params import id_else
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.slots import UploadSlot
from api.http.state import Farm, FarmDep
from api.storage.base import discard

KINDS = {
    "prompt": TEMPLATES["model_generate_fromprompt"],
    "picture": TEMPLATES["model_generate_fromimage"],
    "model": TEMPLATES["model_optimize"],
}
"""By what they are made of."""
KIND_OF = {template.name: kind for kind, template in KINDS.items()}

PAGE = 50

router = new_router()

ModelId = Annotated[str, id_else(InvalidRequest)]


class Asked(BaseModel):
    """One of both; `image` is in base64, or a data URI."""

    prompt: str = ""
    image: str = ""


class Lighter(BaseModel):
    """`triangles` and `textureSize`, in pixels a side, at most; null leaves textures as they are."""

    modelId: ModelId
    triangles: int = 100_000
    textureSize: int | None = None
    compress: Literal["none", "draco", "meshopt"] = "none"


class GenerationDetail(BaseModel):
    """`kind` is one of KINDS, `modelId` the model that one was made lighter of. `stage` is the step that began last;
    `progress` is from 0 to 1; `outputId` is what it can be taken over into the library by, once it can be fetched;
    `size` is its file's, in bytes."""

    id: str
    kind: str
    prompt: str
    modelId: str | None
    state: str
    stage: str | None
    progress: float
    errorMessage: str | None
    isReady: bool
    outputId: str | None
    size: int | None
    createdAt: dt.datetime


@router.get("/generations")
def list_generations(
    signed: Signed, farm: FarmDep, offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> dict[str, object]:
    """Newest first; the credits that one costs, by kind; and the examples of the Grok pipeline, if this farm has it."""
    with farm.database.read() as session:
        page = flows.list_flows(session, signed[1].account_id, limit=PAGE, offset=offset)
        told = [
            _told(flow, assets.assets_of(session, flow)[0]).model_dump(mode="json")
            for flow in page.items
            if flow.template in KIND_OF
        ]
        examples = pipeline.examples_done(session) if farm.settings.grok else []
    return {
        "data": told,
        "price": KINDS["prompt"].price(farm.settings),
        "prices": {kind: template.price(farm.settings) for kind, template in KINDS.items()},
        "examples": [{"id": each.job_id, "name": each.name, "description": each.description} for each in examples],
    }


@router.post("/generations")
async def generate(signed: Signed, farm: FarmDep, slot: UploadSlot, request: Request) -> GenerationDetail:
    """Raises InvalidRequest for a text or a picture that can't be, NoCredits, StorageLimit."""
    principal = signed[0]
    principal.require("render")
    async with receiving(farm, request, Asked) as (asked, arrived):
        return await run_in_threadpool(_generate, farm, principal, asked, arrived)


def _generate(farm: Farm, principal: Principal, asked: Asked, arrived: Arrived) -> GenerationDetail:
    if asked.prompt in arrived:  # as long as a file
        raise InvalidRequest(f"prompt has up to {flows.MAX_PROMPT:,} characters", param="prompt")
    if not asked.image:
        return _ordered(farm, principal, "prompt", NewInput(TEXT, asked.prompt), {})
    try:
        new = file_input(farm, KINDS["picture"], asked.image, arrived)
    except InvalidRequest as error:
        raise InvalidRequest(f"The picture {error.message}", param="image") from None
    with _kept(farm, new):
        if new.media_type == MODEL:
            raise InvalidRequest("This is a model, not a picture", param="image")
        return _ordered(farm, principal, "picture", new, {})


@router.post("/optimisations")
def optimise(signed: Signed, farm: FarmDep, body: Annotated[Lighter, Depends(body_of(Lighter))]) -> GenerationDetail:
    """Makes a lighter one of a model of the library. Raises ModelNotFound; InvalidRequest for what is no GLB, and for
    numbers that can't be; NoCredits, StorageLimit."""
    principal, person = signed
    principal.require("render")
    with farm.database.read() as session:
        model = catalog.get_model(session, person.account_id, body.modelId)
    if PurePosixPath(model.storage_key).suffix != ".glb":
        raise InvalidRequest("Only a GLB can be made lighter", param="modelId")
    key = new_key(b"glTF")
    stored = farm.storage.copy(model.storage_key, key)
    digest = hashlib.sha256()
    for chunk in farm.storage.read(key):
        digest.update(chunk)
    new = NewInput(
        MODEL, file=FileView(key, stored.size, stored.etag, MODEL), sha256=digest.hexdigest(),
        additional={"modelId": model.id, "name": model.title or PurePosixPath(model.original_name).stem},
        id=key.split("/")[1],
    )  # fmt: skip
    wanted = {"polygon_count": body.triangles, "texture_size": body.textureSize, "compress": body.compress}
    with _kept(farm, new):
        return _ordered(farm, principal, "model", new, wanted)


@router.get("/generations/{flow_id}/model")
def get_model(signed: Signed, farm: FarmDep, request: Request, flow_id: str) -> Response:
    """The GLB."""
    with farm.database.read() as session:
        flow = flows.get(session, signed[1].account_id, flow_id)
        file = assets.assets_of(session, flow)[0].output
    if file is None:
        raise AssetNotFound
    return send(farm, request, file, missing=AssetNotFound, caching=PRIVATE, filename="model.glb", redirect=False)


@contextlib.contextmanager
def _kept(farm: Farm, new: NewInput) -> Iterator[None]:
    """The input's file stays unless the block raises."""
    try:
        yield
    except BaseException:
        if new.file is not None:
            discard(farm.storage, new.file.key)
        raise


def _ordered(
    farm: Farm, principal: Principal, kind: str, new: NewInput, parameters: Mapping[str, object]
) -> GenerationDetail:
    with farm.work(principal) as unit:
        flow = flows.create(unit, principal.account_id, KINDS[kind], parameters, [new], farm.terms)
        return _told(flow, assets.assets_of(unit, flow)[0])


def _told(flow: FlowView, asset: assets.AssetView) -> GenerationDetail:
    source = asset.additional if isinstance(asset.additional, dict) else {}
    ready = asset.output is not None
    return GenerationDetail(
        id=flow.public_id, kind=KIND_OF[flow.template], prompt=asset.text or str(source.get("name") or ""),
        modelId=source.get("modelId"), state=flow.state, stage=flow.stage, progress=flow.progress,
        errorMessage=flow.error_message, isReady=ready, outputId=asset.output_id if ready else None,
        size=asset.output.size if asset.output else None, createdAt=flow.created_at,
    )  # fmt: skip
