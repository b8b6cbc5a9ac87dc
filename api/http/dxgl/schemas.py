"""The bodies of dx.gl's API, field by field, in its own spelling. They make openapi.json real."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Annotated, Any, Generic, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from typing_extensions import TypedDict

from api import clock
from api.domain.renders.checks import VERDICTS
from api.domain.renders.renders import Progress, RenderView
from api.domain.renders.states import RenderStatus
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
