"""Whom the hosted engines speak to: what the settings say of it, with the words of the services that are known.

Plain data, so that it fits through a pipe; keys are in no `repr`.
"""

import json
from typing import Any, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.net.guard import AllowList
from api.settings import Settings

ALLOW = "PIROUETTE_ENGINE_ALLOW"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Service(_Data):
    """`url` is where requests go; it has a host. `title` is how errors call it, at the beginning of a sentence. `allow`
    names hosts and networks, with commas between, that results may be fetched from although they aren't public;
    `seconds` limits a call, with all its requests and downloads."""

    url: str
    title: str
    key: str = Field(repr=False)
    allow: str
    seconds: float


class PictureService(Service):
    """Answers to POST `url` with a picture, like OpenAI's /v1/images/generations. `fields` are those of the request
    beside the prompt, the model and the number of pictures."""

    name: str
    model: str
    fields: dict[str, str]


class Upload(_Data):
    """A request of its own for the picture. `url` may have {origin}: scheme, host and port of the service's URL.
    `gives` is the path, in its answer, of what stands for the picture as {token} afterwards."""

    url: str
    form: dict[str, str]
    gives: str


class MeshProtocol(_Data):
    """How a service for meshes is spoken with: as rows of PROTOCOLS, or by the setting as JSON.

    The picture is sent as `body`, which is JSON, or as `form`, which is multipart/form-data: one of the two. In their
    values {picture}, {seed} and {token} stand for the picture (a data URI in JSON, a file in a form), the seed and what
    an upload gave. Without `id` the answer is the GLB. With it, the answer is JSON, and `id` the path of the job's
    name there; `poll` is the URL to ask about it, with {url}, {origin} and {id}, until the text at `status` is one of
    `done`, `refused` (the picture, for good) or `failed`. Then a URL of the GLB is at the path `result`, and what went
    wrong at `problem`. A path is names with dots between.
    """

    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    upload: Upload | None = None
    authorization: str = "Bearer {key}"
    id: str = ""
    poll: str = "{url}/{id}"
    status: str = "status"
    done: list[str] = []
    refused: list[str] = []
    failed: list[str] = []
    result: str = ""
    problem: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.body is None) == (self.form is None):
            raise ValueError("it needs either a body or a form")
        if self.id and not (self.done and self.failed and self.result):
            raise ValueError("with an id it needs done, failed and result, too")
        try:
            self.poll.format(url="", origin="", id="")
            if self.upload is not None:
                self.upload.url.format(url="", origin="")
        except (LookupError, ValueError) as error:
            raise ValueError("its URLs may have {url}, {origin} and {id} in braces, and nothing else") from error
        return self


class MeshService(Service):
    protocol: MeshProtocol


PICTURES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "xai": (
        "xAI", "https://api.x.ai", "grok-imagine-image-quality",
        {"aspect_ratio": "1:1", "response_format": "b64_json"},
    ),
    "openai": ("The service for pictures", "https://api.openai.com", "gpt-image-1", {"size": "1024x1024"}),
}  # fmt: skip
"""The title of each, its usual URL and model, and its words for a square picture."""

MESHES = "The service for models"

PROTOCOLS: dict[str, MeshProtocol] = {
    "bytes": MeshProtocol(form={"image": "{picture}", "seed": "{seed}"}),
    "meshy": MeshProtocol(
        body={"image_url": "{picture}"}, id="result", done=["SUCCEEDED"], failed=["FAILED", "CANCELED", "EXPIRED"],
        result="model_urls.glb", problem="task_error.message",
    ),
    "tripo": MeshProtocol(
        upload=Upload(url="{origin}/v2/openapi/upload", form={"file": "{picture}"}, gives="data.image_token"),
        body={"type": "image_to_model", "file": {"type": "jpg", "file_token": "{token}"}},
        id="data.task_id", status="data.status", done=["success"], refused=["banned"],
        failed=["failed", "cancelled", "expired", "unknown"], result="data.output.pbr_model", problem="message",
    ),
}  # fmt: skip
"""`bytes` is for those that answer at once; the others are Meshy's and Tripo3D's, by their documents."""


class NotConfigured(Exception):
    """The settings don't say enough, or what can't be understood. The message says what to set."""


def picture_service(settings: Settings, name: str) -> PictureService:
    """That of the engine "xai" or "openai". Raises NotConfigured."""
    title, usual, model, fields = PICTURES[name]
    key = settings.image_key.get_secret_value()
    if not key and not settings.image_url:
        raise NotConfigured("set PIROUETTE_IMAGE_KEY to a key of the service")
    url = _checked(settings.image_url or usual, "PIROUETTE_IMAGE_URL")
    return PictureService(
        name=name, title=title, url=url.rstrip("/").removesuffix("/v1") + "/v1/images/generations", key=key,
        fields=fields, model=settings.image_model or model, allow=_allow(settings), seconds=settings.image_seconds,
    )  # fmt: skip


def mesh_service(settings: Settings) -> MeshService:
    """That of the engine "hosted". Raises NotConfigured."""
    if not settings.mesh_url:
        raise NotConfigured("set PIROUETTE_MESH_URL to where pictures are to be sent")
    return MeshService(
        title=MESHES, url=_checked(settings.mesh_url, "PIROUETTE_MESH_URL"), key=settings.mesh_key.get_secret_value(),
        protocol=_protocol(settings.mesh_protocol), allow=_allow(settings), seconds=settings.mesh_seconds,
    )  # fmt: skip


def _checked(url: str, setting: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    if not parsed.host or parsed.userinfo:
        raise NotConfigured(f"{setting} must be a URL with a host, and no user or password")
    return url


def _allow(settings: Settings) -> str:
    try:
        AllowList.parse(settings.engine_allow, ALLOW)
    except ValueError as error:
        raise NotConfigured(str(error)) from None
    return settings.engine_allow


def _protocol(text: str) -> MeshProtocol:
    if text in PROTOCOLS:
        return PROTOCOLS[text]
    try:
        return MeshProtocol.model_validate(json.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"{where}: {first['msg']}" if where else first["msg"]
    except ValueError:
        reason = f"it is none of {', '.join(PROTOCOLS)}, and no JSON"
    raise NotConfigured(f"PIROUETTE_MESH_PROTOCOL can't be understood: {reason}")
