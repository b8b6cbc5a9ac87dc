"""The bodies of Generio's API. Fields are named as the JSON spells them; those that are ours say so."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from api import clock
from api.domain.generations.states import FlowState

TIMESTAMP = {"type": "string", "format": "date-time", "examples": ["2026-02-15T20:00:00.000Z"]}
Timestamp = Annotated[dt.datetime, PlainSerializer(clock.iso, return_type=str), WithJsonSchema(TIMESTAMP)]

FlowIdText = Annotated[str, Field(examples=["68f2a1b3c4d5e6f708192a3b"])]
AssetIdText = Annotated[str, Field(examples=["68f2a1b3c4d5e6f708192a3c"])]
Additional = Annotated[Any, Field(description="Whatever you like: it is kept and given back", examples=[None])]
State = Annotated[FlowState, Field(examples=[FlowState.RUNNING])]
InputStatus = Literal["available", "processing", "ready", "error"]


class Problem(BaseModel):
    loc: list[str | int] = Field(description="Where it is", examples=[["body", "parameters", "seed"]])
    msg: str = Field(examples=["seed must be -1 or an integer from 0 to 4,294,967,295"])
    type: str = Field(examples=["invalid_request"])


class GenerioError(BaseModel):
    """What every failure is wrapped in."""

    detail: str | list[Problem] = Field(description="What is wrong", examples=["Flow not found"])


class Asked(BaseModel):
    """The body of a request. A value of another JSON type is refused, never converted. Unknown fields are ignored."""

    model_config = ConfigDict(strict=True)


class InputAsked(Asked):
    data: str = Field(
        description="A text; or a file in base64, best as a data URI such as data:image/png;base64,...",
        examples=["A modern wooden chair with armrests"],
    )
    additional: Additional = None


class FlowAsked(Asked):
    template: str = Field(description="Its name or its id", examples=["model_generate_fromprompt"])
    parameters: dict[str, Any] | None = Field(
        None, description="What isn't given has its default", examples=[{"quality": "high", "seed": -1}]
    )
    inputs: list[InputAsked] | None = Field(
        None, description="With inputs, the flow is started at once",
        examples=[[{"data": "A modern wooden chair with armrests", "additional": None}]],
    )  # fmt: skip
    additional: Additional = None


class Action(Asked):
    action: Literal["start", "abort"] = Field(examples=["start"])


class Flow(BaseModel):
    flow_id: FlowIdText
    template: str = Field(examples=["model_generate_fromprompt"])
    state: State
    progress: float = Field(description="From 0.0 to 1.0, and never less than before", examples=[0.5])
    created_at: Timestamp
    started_at: Timestamp | None
    finished_at: Timestamp | None
    parameters: dict[str, Any] = Field(
        description="All of them, with the seed that was drawn", examples=[{"quality": "high", "seed": 7}]
    )
    additional: Additional
    error: str | None = Field(description="Ours: why it has failed", examples=[None])
    credits: int = Field(description="Ours: what it costs, once it is started", examples=[1])


class Flows(BaseModel):
    flows: list[Flow]
    total: int = Field(examples=[1])


class FlowDeleted(BaseModel):
    flow_id: FlowIdText
    deleted: bool = Field(examples=[True])


class InputAdded(BaseModel):
    flow_id: FlowIdText
    id: AssetIdText
    asset_id: AssetIdText
    status: InputStatus = Field(examples=["available"])
    additional: Additional


class Asset(BaseModel):
    """An input or an output."""

    id: AssetIdText
    asset_id: AssetIdText = Field(description="The same as id")
    status: InputStatus = Field(examples=["ready"])
    processed: Timestamp | None
    additional: Additional
    mime_type: str = Field(examples=["model/gltf-binary"])
    size: int = Field(description="Bytes", examples=[183520])
    error: str | None = Field(examples=[None])
    metadata: dict[str, Any] | None = Field(
        None, description="Ours, of an output: what the generator and the optimiser say of their work",
        examples=[{"mesh": {"engine": "procedural"}}],
    )  # fmt: skip


class AssetWithData(Asset):
    data: str = Field(
        description="A text; or a file as a data URI, where data are asked for",
        examples=["A modern wooden chair with armrests"],
    )


class AssetPerhapsWithData(Asset):
    data: str | None = Field(
        None, description="Where `include_data` asks for it", examples=["A modern wooden chair with armrests"]
    )


class Inputs(BaseModel):
    flow_id: FlowIdText
    inputs: list[AssetPerhapsWithData]


class Outputs(BaseModel):
    flow_id: FlowIdText
    outputs: list[AssetPerhapsWithData]


class FlowParameter(BaseModel):
    type: Literal["string", "integer", "boolean"] = Field(examples=["integer"])
    default: str | int | bool | None = Field(examples=[-1])
    allowed: list[str] | None = Field(None, description="All values, where they are few", examples=[["low", "high"]])
    minimum: int | None = Field(None, examples=[0])
    maximum: int | None = Field(None, examples=[4294967295])
    description: str = Field(examples=["Equal seeds give equal files"])


class FlowTemplate(BaseModel):
    template_id: str = Field(examples=["68f2a1b3c4d5e6f708192a3d"])
    template_name: str = Field(examples=["model_generate_fromprompt"])
    name: str = Field(description="The same as template_name", examples=["model_generate_fromprompt"])
    description: str = Field(examples=["Generate a 3D model from a text"])
    category: str = Field(examples=["Assets → 3D Model"])
    input_types: list[str] = Field(examples=[["text/plain"]])
    output_types: list[str] = Field(examples=[["model/gltf-binary"]])
    parameters: dict[str, FlowParameter] = Field(examples=[{
        "seed": {"type": "integer", "default": -1, "allowed": None, "minimum": 0, "maximum": 4294967295,
                 "description": "Equal seeds give equal files"}
    }])  # fmt: skip
    credits: int = Field(description="Ours: what each input costs", examples=[1])


class FlowTemplates(BaseModel):
    templates: list[FlowTemplate]
