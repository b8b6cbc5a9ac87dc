"""The bodies of dx.gl's API, field by field, in its own spelling. They make openapi.json real."""

import datetime as dt
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from api import clock
from api.domain.catalog import MAX_SKU_LENGTH, MAX_TAG_LENGTH, MAX_TAGS, MAX_TITLE_LENGTH, ModelChanges, ModelView
from api.domain.renders import Progress, RenderView
from renderer.spec import SETTINGS
from renderer.spec.settings import PATTERNS

T = TypeVar("T")

MAX_BATCH = 100
"""Renders of one batch, items of one quote."""

Timestamp = Annotated[
    dt.datetime,
    PlainSerializer(clock.iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-02-15T20:00:00.000Z"]}),
]


class Data(BaseModel, Generic[T]):
    """What every success is wrapped in."""

    data: T


class ListMeta(BaseModel):
    """`limit` and `offset` as they were taken."""

    total: int = Field(description="How many there are in all")
    offset: int
    limit: int


class Listing(BaseModel, Generic[T]):
    """What a page of a list is wrapped in."""

    data: list[T]
    meta: ListMeta


class Deleted(BaseModel):
    id: str
    deleted: Literal[True] = True


class ErrorBody(BaseModel):
    code: str = Field(examples=["model_not_found"])
    message: str = Field(examples=["Model not found"])
    status: int = Field(examples=[404])
    param: str | None = Field(None, description="The field at fault, where there is one")


class ErrorEnvelope(BaseModel):
    """What every failure is wrapped in."""

    error: ErrorBody


def _settings_schema() -> dict[str, Any]:
    """The table of render settings as JSON schema."""
    properties: dict[str, Any] = {}
    for row in SETTINGS:
        given = {
            "default": row.default, "enum": row.choices, "minimum": row.minimum, "maximum": row.maximum,
            "pattern": PATTERNS[row.kind][0] if row.kind in PATTERNS else None,
        }  # fmt: skip
        properties[row.name] = {
            "type": "string" if row.kind in PATTERNS else row.kind,
            "description": row.description,
            **{keyword: value for keyword, value in given.items() if value not in (None, ())},
        }
    return {"type": "object", "properties": properties}


class UploadRequest(BaseModel):
    """The form of an upload."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"}, description=".glb, .gltf or .zip")]
    renderSettings: Annotated[str, Field(description="Render settings as JSON text")] = ""


class IngestRequest(BaseModel):
    """The body of POST /v1/models/ingest."""

    url: str | None = Field(None, description="Required: where to download a .glb or .gltf from, by http or https")
    renderSettings: Annotated[Any, WithJsonSchema(_settings_schema())] = None


class UploadResult(BaseModel):
    modelId: str
    renderId: str
    duplicate: Literal[True] | None = Field(None, description="Present where the model was there already")


class RenderRequest(BaseModel):
    """The body of POST /v1/renders. The settings are checked by their own table, which names the field at fault."""

    modelId: str | None = Field(None, description="Required")
    renderSettings: Annotated[Any, WithJsonSchema(_settings_schema())] = None


class BatchRequest(BaseModel):
    """The body of POST /v1/renders/batch."""

    renders: list[RenderRequest] | None = Field(None, description=f"Required: 1 to {MAX_BATCH} renders")


class RenderCreated(BaseModel):
    id: str
    modelId: str
    status: str
    renderSettings: dict[str, Any]

    @classmethod
    def of(cls, view: RenderView) -> "RenderCreated":
        return cls(id=view.id, modelId=view.model_id, status=view.status, renderSettings=view.settings)


class RenderOfModel(BaseModel):
    """A render as its model lists it."""

    id: str
    status: str
    renderSettings: dict[str, Any]
    is_system_preview: bool
    createdAt: Timestamp
    updatedAt: Timestamp

    @classmethod
    def of(cls, view: RenderView) -> "RenderOfModel":
        return cls(
            id=view.id,
            status=view.status,
            renderSettings=view.settings,
            is_system_preview=view.is_system_preview,
            createdAt=view.created_at,
            updatedAt=view.updated_at,
        )


class RenderProgress(BaseModel):
    """Beyond dx.gl's fields: how far the render is."""

    stage: str = Field(description="queued, loading, lighting, drawing, encoding, checking, done or failed")
    framesDone: int
    framesTotal: int
    secondsLeft: float | None = Field(description="An estimate; null until there is one")

    @classmethod
    def of(cls, progress: Progress) -> "RenderProgress":
        return cls(
            stage=progress.stage,
            framesDone=progress.frames_done,
            framesTotal=progress.frames_total,
            secondsLeft=progress.seconds_left,
        )


class RenderDetail(BaseModel):
    id: str
    modelId: str
    status: str
    renderSettings: dict[str, Any]
    fileSize: int | None = Field(description="Video file size in bytes, null until done")
    errorMessage: str | None
    hasWebVariant: bool
    is_system_preview: bool = Field(description="Beyond dx.gl's fields: whether this is the free preview of an upload")
    progress: RenderProgress
    createdAt: Timestamp
    updatedAt: Timestamp

    @classmethod
    def of(cls, view: RenderView) -> "RenderDetail":
        video = view.files.get("video")
        return cls(
            id=view.id,
            modelId=view.model_id,
            status=view.status,
            renderSettings=view.settings,
            fileSize=video.size if video else None,
            errorMessage=view.error_message,
            hasWebVariant="web" in view.files,
            is_system_preview=view.is_system_preview,
            progress=RenderProgress.of(view.progress),
            createdAt=view.created_at,
            updatedAt=view.updated_at,
        )


class ModelPatch(BaseModel):
    """The body of PATCH /v1/models/:id. What is absent stays as it is."""

    title: str | None = Field(
        None, description=f"Display title, up to {MAX_TITLE_LENGTH} characters; null takes it away"
    )
    sku: str | None = Field(None, description=f"Product code, up to {MAX_SKU_LENGTH} characters; null takes it away")
    tags: list[str] = Field(
        [], description=f"Up to {MAX_TAGS} tags of up to {MAX_TAG_LENGTH} characters; lowercased, trimmed, each once"
    )

    def changes(self) -> ModelChanges:
        given: ModelChanges = {}
        if "title" in self.model_fields_set:
            given["title"] = self.title
        if "sku" in self.model_fields_set:
            given["sku"] = self.sku
        if "tags" in self.model_fields_set:
            given["tags"] = self.tags
        return given


class HashQuestion(BaseModel):
    """The body of POST /v1/models/check-hash."""

    sha256: str | None = Field(None, description="Required: 64 hex digits", examples=["0123456789abcdef" * 4])


class HashAnswer(BaseModel):
    exists: bool
    modelId: str | None


class ModelSummary(BaseModel):
    id: str
    originalName: str
    title: str | None
    sku: str | None
    tags: list[str]
    fileSize: int
    sha256: str
    archivedAt: Timestamp | None = Field(description="Beyond dx.gl's fields: null unless the model is archived")
    createdAt: Timestamp

    @classmethod
    def of(cls, model: ModelView) -> "ModelSummary":
        return cls(
            id=model.id,
            originalName=model.original_name,
            title=model.title,
            sku=model.sku,
            tags=list(model.tags),
            fileSize=model.file_size,
            sha256=model.sha256,
            archivedAt=model.archived_at,
            createdAt=model.created_at,
        )


class ModelDetail(ModelSummary):
    renders: list[RenderOfModel]

    @classmethod
    def with_renders(cls, model: ModelView, renders: list[RenderView]) -> "ModelDetail":
        summary = ModelSummary.of(model)
        return cls(**dict(summary), renders=[RenderOfModel.of(view) for view in renders])


class AccountDetail(BaseModel):
    id: str
    email: str
    credits: int


class Rendering(BaseModel):
    """Beyond dx.gl's fields: who draws."""

    workers: int
    devices: list[str]
    software: bool = Field(description="Whether some worker draws on the CPU, for want of a GPU")
    note: str


class HealthReport(BaseModel):
    status: Literal["ok", "error"]
    database: Literal["ok", "error"]
    rendering: Rendering | None = Field(description="null while the database does not answer")
