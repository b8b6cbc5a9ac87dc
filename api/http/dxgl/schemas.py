"""The bodies of dx.gl's API, field by field, in its own spelling. They make openapi.json real."""

import datetime as dt
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from api import clock
from api.domain.catalog import ModelView
from api.domain.renders import RenderView
from renderer.spec import SETTINGS

T = TypeVar("T")

Timestamp = Annotated[
    dt.datetime,
    PlainSerializer(clock.iso, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-02-15T20:00:00.000Z"]}),
]


class Data(BaseModel, Generic[T]):
    """What every success is wrapped in."""

    data: T


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
            "pattern": "^#[0-9a-fA-F]{6}$" if row.kind == "color" else None,
        }  # fmt: skip
        properties[row.name] = {
            "type": "string" if row.kind == "color" else row.kind,
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
            progress=RenderProgress(
                stage=view.progress.stage,
                framesDone=view.progress.frames_done,
                framesTotal=view.progress.frames_total,
                secondsLeft=view.progress.seconds_left,
            ),
            createdAt=view.created_at,
            updatedAt=view.updated_at,
        )


class ModelDetail(BaseModel):
    id: str
    originalName: str
    title: str | None
    sku: str | None
    tags: list[str]
    fileSize: int
    sha256: str
    createdAt: Timestamp
    renders: list[RenderOfModel]

    @classmethod
    def of(cls, model: ModelView, renders: list[RenderView]) -> "ModelDetail":
        return cls(
            id=model.id,
            originalName=model.original_name,
            title=model.title,
            sku=model.sku,
            tags=list(model.tags),
            fileSize=model.file_size,
            sha256=model.sha256,
            createdAt=model.created_at,
            renders=[RenderOfModel.of(view) for view in renders],
        )


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
