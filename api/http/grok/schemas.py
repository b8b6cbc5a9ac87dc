"""The bodies of the Grok 3D pipeline's API. Fields are named as the JSON spells them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.domain.generations.flows import MAX_PROMPT

JobId = Annotated[str, Field(examples=["6cb6d335"])]

Status = Literal["queued", "processing", "complete", "error"]
Stage = Literal["initializing", "generating_image", "generating_3d", "converting_usdz", "complete", "error"]


class GrokError(BaseModel):
    """What every failure is wrapped in."""

    error: str = Field(description="What is wrong, for people", examples=["Job not found"])
    detail: str = Field(description="The same once more, as the original server has it", examples=["Job not found"])


class GenerationAsked(BaseModel):
    prompt: str = Field(
        description="What is to be made", min_length=1, max_length=MAX_PROMPT,
        examples=["A futuristic robot cat with glowing blue eyes"],
    )  # fmt: skip


class GenerationOrdered(BaseModel):
    job_id: JobId
    status: Status = Field(examples=["queued"])


class GenerationState(BaseModel):
    job_id: JobId
    status: Status = Field(examples=["processing"])
    stage: Stage = Field(examples=["generating_3d"])
    progress: int = Field(description="0, 10, 50, 80 or 100, by the stage", examples=[50])
    created_at: str | None = Field(
        description="In the server's own time; null for an example", examples=["2026-01-17T14:54:00.000000"]
    )
    prompt: str = Field(examples=["A futuristic robot cat with glowing blue eyes"])
    error: str | None = Field(description="Why it failed", examples=[None])


class GenerationDeleted(BaseModel):
    job_id: JobId
    deleted: bool = Field(examples=[True])


class ExampleJob(BaseModel):
    job_id: JobId = Field(examples=["ex_xai-robot"])
    name: str = Field(examples=["xAI Robot"])
    description: str = Field(examples=["Friendly xAI robot mascot with sleek modern design"])
    image_url: str = Field(examples=["/api/asset/ex_xai-robot?asset_type=image"])


class Examples(BaseModel):
    examples: list[ExampleJob]
