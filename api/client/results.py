"""What the client returns: the API's JSON as plain data. What only Pirouette tells is empty with other servers."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Self

Json = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """What an upload made. `duplicate`: the farm had these bytes already; `unarchived`: in the archive, until now."""

    model_id: str
    render_id: str
    duplicate: bool
    unarchived: bool

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["modelId"], data["renderId"], data.get("duplicate", False), data.get("unarchived", False))


@dataclasses.dataclass(frozen=True, slots=True)
class Generated:
    """What an order of a model made: the model is there later. `render_id` is there where a render was ordered, and
    `flow_id` unless the model was there already."""

    model_id: str
    render_id: str | None
    flow_id: str | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["modelId"], data.get("renderId"), data.get("flowId"))


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of many things to be changed: refused with an error, or done, then the texts are None."""

    id: str
    error_code: str | None
    error_message: str | None

    @classmethod
    def of(cls, data: Json) -> Self:
        error = data.get("error") or {}
        return cls(data["id"], error.get("code"), error.get("message"))


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """Where a running render stands. `seconds_left` is None until there is something to estimate from."""

    stage: str
    frames_done: int
    frames_total: int
    seconds_left: float | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["stage"], data["framesDone"], data["framesTotal"], data["secondsLeft"])


@dataclasses.dataclass(frozen=True, slots=True)
class RenderEvent:
    """A render's progress as the stream of events tells it."""

    status: str
    progress: Progress

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["status"], Progress.of(data))


@dataclasses.dataclass(frozen=True, slots=True)
class Render:
    """A render. `file_size` is that of its video, still or dataset, in bytes, None until `done`; a new render has no
    times yet. `warnings` say what of the model isn't shown, `checks` what may be wrong with the
    picture.
    """

    id: str
    model_id: str
    status: str
    settings: dict[str, Any]
    file_size: int | None
    error_code: str | None
    error_message: str | None
    warnings: tuple[str, ...]
    checks: tuple[Json, ...]
    has_web_variant: bool
    is_system_preview: bool
    progress: Progress | None
    created_at: dt.datetime | None
    updated_at: dt.datetime | None

    @classmethod
    def of(cls, data: Json) -> Self:
        progress = data.get("progress")
        return cls(
            id=data["id"],
            model_id=data["modelId"],
            status=data["status"],
            settings=data.get("renderSettings") or {},  # dx.gl's batches don't echo them
            file_size=data.get("fileSize"),
            error_code=data.get("errorCode"),
            error_message=data.get("errorMessage"),
            warnings=tuple(data.get("warnings", ())),
            checks=tuple(data.get("checks", ())),
            has_web_variant=data.get("hasWebVariant", False),
            is_system_preview=data.get("is_system_preview", False),
            progress=Progress.of(progress) if progress else None,
            created_at=_time(data.get("createdAt")),
            updated_at=_time(data.get("updatedAt")),
        )

    @property
    def is_over(self) -> bool:
        return self.status in ("done", "error", "failed")


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    """A model. `renders` are all its renders, free previews among them; they are left out of lists."""

    id: str
    original_name: str
    title: str | None
    sku: str | None
    tags: tuple[str, ...]
    file_size: int
    sha256: str
    created_at: dt.datetime | None
    archived_at: dt.datetime | None
    renders: tuple[Render, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            id=data["id"],
            original_name=data["originalName"],
            title=data["title"],
            sku=data["sku"],
            tags=tuple(data["tags"]),
            file_size=data["fileSize"],
            sha256=data["sha256"],
            created_at=_time(data["createdAt"]),
            archived_at=_time(data.get("archivedAt")),
            renders=tuple(Render.of({"modelId": data["id"], **each}) for each in data.get("renders", ())),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Overlay:
    """An image that renders can show behind the model. `is_system`: published for everybody by the farm."""

    id: str
    layer: str
    alignment: str
    name: str | None
    description: str | None
    is_system: bool

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            data["id"], data["layer"], data["alignment"], data.get("name"), data.get("description"),
            data.get("isSystem", False),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """A notification on its way: `status` is pending, delivered or failed. The answer is the last attempt's."""

    id: str
    url: str
    event: str
    render_id: str
    status: str
    attempts: int
    answer_status: int | None
    answer_body: str | None
    problem: str | None

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            data["id"], data["url"], data["event"], data["renderId"], data["status"], data["attempts"],
            data["answerStatus"], data["answerBody"], data["problem"],
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    id: str
    email: str
    credits: int

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(data["id"], data["email"], data["credits"])


@dataclasses.dataclass(frozen=True, slots=True)
class QuoteLine:
    """The price of one render: a video or a still has a `quality`, a dataset a `dataset_quality`."""

    quality: str | None
    dataset_quality: str | None
    credits: int


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """What renders would cost, in all and each."""

    credits_required: int
    credits_available: int
    sufficient: bool
    breakdown: tuple[QuoteLine, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        return cls(
            credits_required=data["creditsRequired"],
            credits_available=data["creditsAvailable"],
            sufficient=data["sufficient"],
            breakdown=tuple(
                QuoteLine(line.get("quality"), line.get("datasetQuality"), line["credits"])
                for line in data["breakdown"]
            ),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """Whether the farm can work: `status` is "ok", "degraded" or "error", and `problems` says why. `database` is "ok"
    or "error". `workers` is None if it doesn't say."""

    status: str
    database: str
    workers: int | None
    devices: tuple[str, ...]
    note: str | None
    problems: tuple[str, ...]

    @classmethod
    def of(cls, data: Json) -> Self:
        rendering = data.get("rendering") or {}
        return cls(
            data["status"], data["database"], rendering.get("workers"), tuple(rendering.get("devices", ())),
            rendering.get("note"), tuple(data.get("problems", ())),
        )


def _time(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)
