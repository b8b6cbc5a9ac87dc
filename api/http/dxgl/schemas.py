"""The bodies of dx.gl's API, field by field, in its own spelling. They make openapi.json real."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from typing_extensions import TypedDict

from api import clock
from api.domain.catalog.catalog import (
    MAX_SKU_LENGTH,
    MAX_TAG_LENGTH,
    MAX_TAGS,
    MAX_TITLE_LENGTH,
    ModelChanges,
    ModelView,
)
from api.domain.catalog.states import ModelState
from api.domain.renders.checks import VERDICTS
from api.domain.renders.renders import Progress, RenderView
from api.domain.renders.states import RenderStatus
from api.http.dxgl.contents import ModelContents
from api.http.dxgl.format_urls import format_urls
from api.http.dxgl.settings import EXAMPLE, EffectiveSettings, SettingsRequest, effective_schema
from renderer.spec import ANCHORS

T = TypeVar("T")

MAX_BATCH = 100
"""Renders of one batch, items of one quote."""

TIMESTAMP = {"type": "string", "format": "date-time", "examples": ["2026-02-15T20:00:00.000Z"]}

Timestamp = Annotated[dt.datetime, PlainSerializer(clock.iso, return_type=str), WithJsonSchema(TIMESTAMP)]

Alignment = Annotated[str, WithJsonSchema({"type": "string", "enum": list(ANCHORS)})]

ModelIdText = Annotated[str, Field(examples=["Ab3kF9x2qL1m"])]
RenderIdText = Annotated[str, Field(examples=["Xz7pQ4w8nR2k"])]
Sha256 = Annotated[str, Field(examples=["a1b2c3d4" * 8])]


class Data(BaseModel, Generic[T]):
    """What every success is wrapped in."""

    data: T


class ListMeta(BaseModel):
    """`limit` and `offset` as they were taken."""

    total: int = Field(description="How many there are in all", examples=[142])
    offset: int = Field(examples=[0])
    limit: int = Field(examples=[50])


class Listing(BaseModel, Generic[T]):
    """What a page of a list is wrapped in."""

    data: list[T]
    meta: ListMeta


class Deleted(BaseModel):
    id: str = Field(examples=["Ab3kF9x2qL1m"])
    deleted: Literal[True] = True


class ErrorBody(BaseModel):
    code: str = Field(examples=["model_not_found"])
    message: str = Field(examples=["Model not found"])
    status: int = Field(examples=[404])
    param: str | None = Field(None, description="The field at fault, where there is one")


class ErrorEnvelope(BaseModel):
    """What every failure is wrapped in."""

    error: ErrorBody


NotifyUrl = Annotated[
    str | None,
    Field(
        description="Beyond dx.gl's fields: an https URL that the render is POSTed to once it is done or in error",
        examples=["https://example.com/rendered"],
    ),
]


UPLOADED = ".glb, .gltf, .stl, .ply, .usdz, or .zip with one of these or an .obj and its files"
MEMBERS = "Of a ZIP with several models, `file` in it names the one that is meant, by its path or the end of it"


class UploadRequest(BaseModel):
    """The form of an upload."""

    file: Annotated[str, Field(json_schema_extra={"format": "binary"}, description=UPLOADED)]
    renderSettings: Annotated[
        str, Field(description=f"Render settings as JSON text. {MEMBERS}", examples=[json.dumps(EXAMPLE)])
    ] = ""
    notifyUrl: NotifyUrl = None


class OrderBody(BaseModel):
    """A body that orders renders. Settings that stand beside renderSettings are kept, to be told of: `misplaced`."""

    model_config = ConfigDict(extra="allow")

    @property
    def misplaced(self) -> Iterable[str]:
        """What else the body has."""
        return self.model_extra or ()


class IngestRequest(OrderBody):
    """The body of POST /v1/models/ingest."""

    model_config = ConfigDict(json_schema_extra={"required": ["url"]})

    url: str | None = Field(
        None, description="Where to download a .glb or .gltf from, by http or https",
        examples=["https://example.com/chair.glb"],
    )  # fmt: skip
    renderSettings: SettingsRequest = None
    notifyUrl: NotifyUrl = None


class UploadResult(BaseModel):
    modelId: ModelIdText
    renderId: RenderIdText
    duplicate: Literal[True] | None = Field(None, description="Present where the model was there already")
    unarchived: Literal[True] | None = Field(None, description="Present where that model was archived until now")


class RenderRequest(OrderBody):
    """The body of POST /v1/renders. The settings are checked by their own table, which names the field at fault."""

    model_config = ConfigDict(json_schema_extra={"required": ["modelId"]})

    modelId: str | None = Field(None, examples=["Ab3kF9x2qL1m"])
    renderSettings: SettingsRequest = None
    notifyUrl: NotifyUrl = None


class BatchRequest(OrderBody):
    """The body of POST /v1/renders/batch."""

    model_config = ConfigDict(json_schema_extra={"required": ["renders"]})

    renders: list[RenderRequest] | None = Field(None, description=f"1 to {MAX_BATCH} renders")
    notifyUrl: NotifyUrl = None  # of the renders that have none of their own


class RenderCreated(BaseModel):
    id: RenderIdText
    modelId: ModelIdText
    status: RenderStatus = Field(examples=["pending"])
    renderSettings: EffectiveSettings

    @classmethod
    def of(cls, view: RenderView) -> "RenderCreated":
        return cls(id=view.id, modelId=view.model_id, status=view.status, renderSettings=view.settings)


class RenderOfModel(BaseModel):
    """A render as its model lists it."""

    id: RenderIdText
    status: RenderStatus = Field(examples=["done"])
    renderSettings: EffectiveSettings
    is_system_preview: bool = Field(examples=[False])
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


class RenderProgress(TypedDict):
    """Beyond dx.gl's fields: how far the render is."""

    stage: Annotated[
        str,
        Field(
            description="queued, loading, lighting, drawing, encoding, checking, done or failed", examples=["drawing"]
        ),
    ]
    framesDone: Annotated[int, Field(examples=[120])]
    framesTotal: Annotated[int, Field(examples=[180])]
    secondsLeft: Annotated[float | None, Field(description="An estimate; null until there is one", examples=[4.2])]


def render_progress(progress: Progress | RenderView) -> RenderProgress:
    return {
        "stage": progress.stage,
        "framesDone": progress.frames_done,
        "framesTotal": progress.frames_total,
        "secondsLeft": progress.seconds_left,
    }


class RenderDetail(TypedDict):
    """Plain data instead of a pydantic model: it is asked for more than all else, and a list has many."""

    id: RenderIdText
    modelId: ModelIdText
    status: Annotated[RenderStatus, Field(examples=["poster-done"])]
    renderSettings: Annotated[Any, WithJsonSchema(effective_schema())]
    fileSize: Annotated[
        int | None,
        Field(description="Size of the video, or of the dataset, in bytes; null until done", examples=[None]),
    ]
    errorCode: Annotated[
        str | None,
        Field(
            description="Beyond dx.gl's fields: what went wrong, in one word that never changes, such as "
            "`invalid_model` or `cancelled`",
            examples=[None],
        ),
    ]
    errorMessage: Annotated[
        str | None, Field(description="What went wrong, when `status` is `error`", examples=[None])
    ]
    warnings: Annotated[
        Any,
        WithJsonSchema({"type": "array", "items": {"type": "string"}}),
        Field(
            description="Beyond dx.gl's fields: what of the model isn't shown, once a worker has read it",
            examples=[["the glTF extension MSFT_lod is ignored"]],
        ),
    ]
    checks: Annotated[
        Any,
        WithJsonSchema({"type": "array", "items": {
            "type": "object", "required": ["check", "verdict", "value", "limit", "message"],
            "properties": {
                "check": {"type": "string"}, "verdict": {"type": "string", "enum": list(VERDICTS)},
                "value": {"type": "number"}, "limit": {"type": "number"}, "message": {"type": "string"},
            },
        }}),
        Field(
            description="Beyond dx.gl's fields: what may be wrong with the picture, each with the number that was "
            "measured, the limit that it keeps or passes, and what to change; empty until it is drawn",
            examples=[[{
                "check": "cut_off", "verdict": "fail", "value": 0.02, "limit": 0,
                "message": "The object touches the edge of the picture: raise zoom, or take another aspect",
            }]],
        ),
    ]
    hasWebVariant: Annotated[bool, Field(description="Whether there is a web-optimised video", examples=[False])]
    formatUrls: Annotated[
        dict[str, str],
        Field(
            description="Beyond dx.gl's fields: where on this server the files of the setting `formats` are, by format",
            examples=[{"webp": "/v1/renders/Xz7pQ4w8nR2k/webp"}],
        ),
    ]
    is_system_preview: Annotated[
        bool,
        Field(description="Beyond dx.gl's fields: whether this is the free preview of an upload", examples=[False]),
    ]
    progress: RenderProgress
    createdAt: Annotated[str, WithJsonSchema(TIMESTAMP)]
    updatedAt: Annotated[str, WithJsonSchema(TIMESTAMP)]


def render_detail(view: RenderView) -> RenderDetail:
    return {
        "id": view.id,
        "modelId": view.model_id,
        "status": view.status,
        "renderSettings": orjson.Fragment(view.settings_json),
        "fileSize": view.file_size,
        "errorCode": view.error_code,
        "errorMessage": view.error_message,
        "warnings": orjson.Fragment(view.warnings_json),
        "checks": orjson.Fragment(view.checks_json),
        "hasWebVariant": view.has_web,
        "formatUrls": format_urls(view),
        "is_system_preview": view.is_system_preview,
        "progress": render_progress(view),
        "createdAt": view.created_at,
        "updatedAt": view.updated_at,
    }


class ModelPatch(BaseModel):
    """The body of PATCH /v1/models/:id. What is absent stays as it is."""

    title: str | None = Field(
        None, description=f"Display title, up to {MAX_TITLE_LENGTH} characters; null takes it away",
        examples=["Ergonomic Chair Pro"],
    )  # fmt: skip
    sku: str | None = Field(
        None, description=f"Product code, up to {MAX_SKU_LENGTH} characters; null takes it away", examples=["ECP-2001"]
    )
    tags: list[str] = Field(
        [], description=f"Up to {MAX_TAGS} tags of up to {MAX_TAG_LENGTH} characters; lowercased, trimmed, each once",
        examples=[["furniture", "office"]],
    )  # fmt: skip

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

    model_config = ConfigDict(json_schema_extra={"required": ["sha256"]})

    sha256: str | None = Field(None, description="64 hex digits", examples=["a1b2c3d4" * 8])


class HashAnswer(BaseModel):
    exists: bool = Field(examples=[True])
    modelId: str | None = Field(examples=["Ab3kF9x2qL1m"])


class ModelSummary(BaseModel):
    id: ModelIdText
    originalName: str = Field(examples=["chair.glb"])
    title: str | None = Field(examples=["Ergonomic Chair"])
    sku: str | None = Field(examples=["EC-1001"])
    tags: list[str] = Field(examples=[["furniture", "office"]])
    fileSize: int = Field(description="In bytes", examples=[4521984])
    sha256: Sha256
    thumbnailUrl: str | None = Field(
        description="Beyond dx.gl's fields: a picture of the model on this server, of its newest render that has one",
        examples=["/v1/renders/Xz7pQ4w8nR2k/poster"],
    )
    archivedAt: Timestamp | None = Field(
        description="Beyond dx.gl's fields: null unless the model is archived", examples=[None]
    )
    createdAt: Timestamp

    @classmethod
    def of(cls, model: ModelView, thumbnail_url: str | None) -> "ModelSummary":
        return cls(
            id=model.id,
            originalName=model.original_name,
            title=model.title,
            sku=model.sku,
            tags=list(model.tags),
            fileSize=model.file_size,
            sha256=model.sha256,
            thumbnailUrl=thumbnail_url,
            archivedAt=model.archived_at,
            createdAt=model.created_at,
        )


class ModelDetail(ModelSummary):
    """Beyond dx.gl's fields: where the model stands, and what is in it."""

    state: ModelState = Field(
        description="`pending` until a worker has read the file; `failed` if it can't be read", examples=["ready"]
    )
    errorCode: str | None = Field(description="Why it has failed, as of a render", examples=[None])
    errorMessage: str | None = Field(examples=[None])
    contents: ModelContents | None = Field(description="null until a worker has read the file")
    renders: list[RenderOfModel]

    @classmethod
    def with_renders(cls, model: ModelView, thumbnail_url: str | None, renders: list[RenderView]) -> "ModelDetail":
        summary = ModelSummary.of(model, thumbnail_url)
        return cls(
            **dict(summary),
            state=model.state,
            errorCode=model.error_code,
            errorMessage=model.error_message,
            contents=None if model.contents is None else ModelContents.of(model.contents),
            renders=[RenderOfModel.of(view) for view in renders],
        )
