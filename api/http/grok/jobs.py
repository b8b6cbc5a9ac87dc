"""/api/generate, /api/status, /api/asset, /api/examples; and, beyond the document, /api/jobs."""

import dataclasses
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.domain.generations import assets, pipeline
from api.domain.generations.flows import FlowView
from api.domain.generations.states import FlowState
from api.errors import (
    AssetNotFound,
    FarmError,
    Forbidden,
    InsufficientScope,
    InvalidRequest,
    InvalidState,
    JobNotFound,
    NoCredits,
    NoSpace,
    StorageLimit,
    TokenExpired,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from api.http.body import decode_json, documented
from api.http.declared import Responses, declared
from api.http.files import REVOCABLE, download_route, send
from api.http.grok.auth import Writer
from api.http.grok.errors import tell
from api.http.grok.schemas import (
    ExampleJob,
    Examples,
    GenerationAsked,
    GenerationDeleted,
    GenerationOrdered,
    GenerationState,
    GrokError,
    Stage,
    Status,
)
from api.http.routes import JsonRoute
from api.http.state import FarmDep

TAG = "grok pipeline"

router = APIRouter(
    prefix="/api", tags=[TAG], route_class=JsonRoute,
    generate_unique_id_function=lambda route: f"grok_{route.name}",
)  # fmt: skip

NO_PROMPT = "No prompt provided"
EXAMPLE_PROMPT = "Pre-rendered example"
DOWNLOAD = "application/octet-stream"

STAGES: dict[str | None, tuple[Stage, int]] = {
    None: ("initializing", 0),
    "image": ("generating_image", 10),
    "mesh": ("generating_3d", 50),
    "usdz": ("converting_usdz", 80),
}
"""Stage and progress by the step that began last."""

ASSETS = {"image": ("image", "image.jpg"), "glb": ("mesh", "model.glb"), "usdz": ("usdz", "model.usdz")}
"""By its type, the step that makes an asset, and the name of its file."""


def errors(*kinds: type[FarmError]) -> Responses:
    """The `responses` of a route that raises these kinds, besides those that all routes raise."""
    return declared((InvalidRequest, TooManyRequests, Unavailable, FarmError, *kinds), tell=tell, envelope=GrokError)


async def prompt_in(request: Request) -> str:
    """Raises InvalidRequest for a body that isn't an object with a text."""
    try:
        value = decode_json(await request.body())
    except ValueError:
        raise InvalidRequest(NO_PROMPT) from None
    prompt = value.get("prompt") if isinstance(value, dict) else None
    if not isinstance(prompt, str) or not prompt.strip():
        raise InvalidRequest(NO_PROMPT)
    return prompt


@router.post(
    "/generate", responses=errors(NoCredits, StorageLimit, NoSpace), openapi_extra=documented(GenerationAsked)
)
def generate(farm: FarmDep, prompt: Annotated[str, Depends(prompt_in)]) -> GenerationOrdered:
    """Orders a picture, a model and a USDZ of a text."""
    with farm.work() as unit:
        job = pipeline.create_job(unit, prompt, farm.terms)
    return GenerationOrdered(job_id=job.public_id, status="queued")


@router.get("/status/{job_id}", responses=errors(JobNotFound))
def get_status(farm: FarmDep, job_id: str) -> GenerationState:
    """How far the job is. Ask every two or three seconds."""
    with farm.database.read() as session:
        job = pipeline.get_job(session, job_id)
        prompt = EXAMPLE_PROMPT if is_example(job) else assets.assets_of(session, job)[0].text or ""
    status, stage, progress = told(job)
    created_at = job.created_at.astimezone().replace(tzinfo=None).isoformat(timespec="microseconds")
    return GenerationState(
        job_id=job.public_id, status=status, stage=stage, progress=progress,
        created_at=None if is_example(job) else created_at, prompt=prompt,
        error=(job.error_message or "Cancelled") if status == "error" else None,
    )  # fmt: skip


@download_route(router, "/asset/{job_id}", [DOWNLOAD], errors(JobNotFound, AssetNotFound))
def get_asset(
    farm: FarmDep,
    request: Request,
    job_id: str,
    asset_type: Annotated[str, Query(description=f"One of {', '.join(ASSETS)}", examples=["glb"])] = "usdz",
) -> Response:
    """A file of the job, as soon as its stage is over: the picture (JPEG), the model (GLB), or the same for AR."""
    with farm.database.read() as session:
        job = pipeline.get_job(session, job_id)
        if asset_type not in ASSETS:
            raise InvalidRequest("Invalid asset type")
        step, filename = ASSETS[asset_type]
        file = assets.assets_of(session, job)[0].made.get(step)
    if file is None or told(job)[0] == "error":
        raise AssetNotFound
    download = dataclasses.replace(file, content_type=DOWNLOAD)
    return send(farm, request, download, missing=AssetNotFound, caching=REVOCABLE, filename=filename)


@router.get("/examples", responses=errors())
def get_examples(farm: FarmDep) -> Examples:
    """Jobs that are done, to be shown at once. The farm makes them when it is started first."""
    with farm.database.read() as session:
        done = pipeline.examples_done(session)
    return Examples(examples=[
        ExampleJob(
            job_id=example.job_id, name=example.name, description=example.description,
            image_url=f"/api/asset/{example.job_id}?asset_type=image",
        )
        for example in done
    ])  # fmt: skip


@router.delete(
    "/jobs/{job_id}",
    responses=errors(Unauthorized, TokenExpired, Forbidden, InsufficientScope, JobNotFound, InvalidState),
)
def delete_job(principal: Writer, farm: FarmDep, job_id: str) -> GenerationDeleted:
    """Beyond the document: an administrator deletes a job that has ended, with its files. An example is made anew."""
    if not principal.is_admin:
        raise Forbidden("Only administrators delete jobs")
    with farm.work(principal) as unit:
        pipeline.delete_job(unit, job_id)
    return GenerationDeleted(job_id=job_id, deleted=True)


def is_example(job: FlowView) -> bool:
    return job.public_id.startswith("ex_")


def told(job: FlowView) -> tuple[Status, Stage, int]:
    """Status, stage and progress."""
    match job.state:
        case FlowState.COMPLETED:
            return "complete", "complete", 100
        case FlowState.FAILED | FlowState.ABORTED:
            return "error", "error", 0
        case _:
            return ("queued" if job.stage is None else "processing", *STAGES[job.stage])
