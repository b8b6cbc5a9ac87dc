"""What `calls` and its child say to each other: one line of JSON each way."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.engines.services import MeshService, PictureService
from renderer.errors import EngineError, EngineFailed, EngineRejected, EngineTimeout, EngineUnavailable

LINE_BYTES = 1024 * 1024

ERRORS: dict[str, type[EngineError]] = {
    error.__name__: error for error in (EngineUnavailable, EngineRejected, EngineTimeout, EngineFailed)
}
"""Those that a call may end with."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class PictureOrder(_Message):
    """`size` in pixels a side. What is made is written to `output`; `folder` is empty, for the call alone."""

    kind: Literal["picture"] = "picture"
    service: PictureService
    prompt: str
    seed: int
    size: int
    output: str
    folder: str


class MeshOrder(_Message):
    """`picture` is a path."""

    kind: Literal["mesh"] = "mesh"
    service: MeshService
    picture: str
    seed: int
    quality: Literal["low", "high"]
    texture: bool
    output: str
    folder: str


class Made(_Message):
    """The file is at `output`."""

    kind: Literal["made"] = "made"
    metadata: dict[str, Any]


class Failed(_Message):
    """`error` is a name in ERRORS."""

    kind: Literal["failed"] = "failed"
    error: str
    message: str
