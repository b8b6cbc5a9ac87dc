"""All that a worker's parent and its child say to each other: lines of JSON on the child's two pipes.

    parent                            child
    Setup                    -->
                             <--      Ready, or Failed
    Order                    -->
                             <--      Stage, Frames, Waited, Told, Made, Published, in any order and as often as wanted
                             <--      Done, Failed or Stopped: the end of the order
    Rest                     -->
    end of the pipe          -->      the child stops what it does, and ends

The child reads what strangers sent, so the parent believes its reports as little as a request: types and lengths are
checked here, and whether the files are the child's own in `api.worker.parent.outputs`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from renderer.spec import H264Encoder

LINE_BYTES = 4 << 20
"""The longest line that a parent takes."""

SELF_TEST = "self_test"
"""The kind of an order by which a worker tests itself. `draws` in its spec says whether the worker has a GL device."""

Id = Annotated[str, Field(min_length=1, max_length=64)]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Setup(Message):
    """The first line. `kinds` are those that the worker takes work of: a GL device is opened if any of them draws.

    `memory_bytes` bounds the child's data; `file_bytes` each file that it or its ffmpeg writes, unless that is 0.
    `turns` is the folder of `api.worker.right_of_way`. `weights` are the folders of engines' weights, by the engines'
    names.
    """

    type: Literal["setup"] = "setup"
    kinds: list[str]
    gl_device: str
    allow_software: bool
    encoder: H264Encoder
    cache_dir: str
    turns: str
    log_level: str
    log_format: Literal["text", "json"]
    memory_bytes: int
    file_bytes: int = 0
    weights: dict[str, str] = {}


class PartFiles(Message):
    """What was made of a run of frames: paths by name."""

    frame_count: int
    files: dict[str, str]


class Order(Message):
    """A segment to work on: frames `first_frame` and the `frame_count - 1` after it, for all the variants.

    `inputs` are paths by name, `parts` an assembly's in the order of their frames. `folder` is empty; what the child
    makes lies there. `gives_way` says that others of this machine may go first between two frames.
    """

    type: Literal["order"] = "order"
    task_id: str
    kind: str
    role: str
    spec: dict[str, Any]
    variants: dict[str, dict[str, Any]]
    first_frame: int
    frame_count: int
    inputs: dict[str, str]
    parts: list[PartFiles]
    folder: str
    encoder: H264Encoder
    gives_way: bool


class Rest(Message):
    """There is no work at present: what was kept for the next order isn't needed, unless that comes soon."""

    type: Literal["rest"] = "rest"


class Ready(Message):
    """`device` is the GL device's own name, and empty if none was opened; `software` says that it is the CPU."""

    type: Literal["ready"] = "ready"
    device: Annotated[str, Field(max_length=200)]
    software: bool


class Stage(Message):
    """A stage of the work begins. A child repeats its last Stage or Frames every second while it works on something
    that takes longer; it is silent while it waits for its device."""

    type: Literal["stage"] = "stage"
    name: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")]


class Frames(Message):
    """So many of the order's frames are done."""

    type: Literal["frames"] = "frames"
    done: Count


class Waited(Message):
    """The child has stood still for so long, to let others go first."""

    type: Literal["waited"] = "waited"
    seconds: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


class Told(Message):
    """What the kind has to say of the work beside files, in its own words, and before the end."""

    type: Literal["told"] = "told"
    facts: dict[str, Any]


class Made(Message):
    """A file is finished, at `path` in the order's folder: the one called `name` of `owner` or, without an owner, one
    that a part makes for the assembly."""

    type: Literal["made"] = "made"
    owner: Id | None
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
    path: Annotated[str, Field(min_length=1, max_length=1000)]


class Published(Message):
    """What was made so far of all owners' files may be fetched before the rest is there."""

    type: Literal["published"] = "published"


class Done(Message):
    """All files of the order are made. `told` is as `Told.facts`, for which there is time until then."""

    type: Literal["done"] = "done"
    told: dict[str, Any]


class Failed(Message):
    """The order, or the setup, came to nothing. `retry` says that another try may do better."""

    type: Literal["failed"] = "failed"
    code: Annotated[str, Field(pattern=r"^[a-z_]{1,50}$")]
    message: str
    retry: bool


class Stopped(Message):
    """The child was asked to stop before the order was done."""

    type: Literal["stopped"] = "stopped"


ToChild = Order | Rest
Report = Ready | Stage | Frames | Waited | Told | Made | Published | Done | Failed | Stopped

_TO_CHILD: TypeAdapter[ToChild] = TypeAdapter(Annotated[ToChild, Field(discriminator="type")])
_REPORT: TypeAdapter[Report] = TypeAdapter(Annotated[Report, Field(discriminator="type")])


def line_of(message: Message) -> bytes:
    return message.model_dump_json().encode() + b"\n"


def setup_in(line: bytes) -> Setup:
    return Setup.model_validate_json(line)


def order_in(line: bytes) -> ToChild:
    return _TO_CHILD.validate_json(line)


def report_in(line: bytes) -> Report:
    """Raises ValueError for what no child of ours would say."""
    return _REPORT.validate_json(line)
