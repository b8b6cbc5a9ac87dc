"""The specs that the renderer executes. No defaults that a user could see live here: see `settings`."""

import dataclasses
from typing import Any, Literal

from renderer.spec.cameras import LEVEL
from renderer.spec.formats import VideoFormat
from renderer.spec.versions import stamped, unstamped

Codec = Literal["h264", "h264-fast", "prores4444"]
ImageFormat = Literal["png", "webp", "avif"]
Framing = Literal["model", "sphere"]
H264Encoder = Literal["x264", "nvenc"]
"""Who makes H.264: the processor, or an NVIDIA graphics card. A machine's choice, not a render's."""

ANCHORS = (
    "top-left", "top-center", "top-right",
    "center-left", "center", "center-right",
    "bottom-left", "bottom-center", "bottom-right",
)  # fmt: skip
"""Which part of a background or foreground image stays when it is cropped to the frame's aspect."""


@dataclasses.dataclass(frozen=True, slots=True)
class FrameSpec:
    """Everything a shot's pixels depend on before compositing, apart from the model's bytes.

    Sizes are delivered pixels (the renderer draws 2x2 samples for each); angles are degrees. `effect` is a camera path;
    each reads the parameters that are its own, and the others stay at values that change nothing. `environment` names
    a panorama that lights in place of the preset `lighting`: whoever renders knows its file, and equal names mean equal
    files. `elevation` is the camera's above the model's middle; `material_variant` names one of the model's, None means
    its default materials. `framing` says what the path keeps in the picture: the "model", or the "sphere" around it.
    `time` is how many seconds into the animation a single frame is, None: where it shows the animation best.
    """

    width: int
    height: int
    frame_count: int
    fps: int = 30
    effect: str = "turntable"
    sweep_angle: float = 360.0
    ease_out_ratio: float = 0.0
    amplitude: float = 0.0
    zoom_start: float = 1.0
    zoom_end: float = 1.0
    scale_from: float = 1.0
    easing: bool = True
    rotate_y: float = 0.0
    elevation: float = LEVEL
    tilt_x: float = 0.0
    pan_x: float = 0.0
    roll_z: float = 0.0
    zoom: float = 1.0
    framing: Framing = "sphere"
    shadows: bool = True
    reflector: bool = False
    lighting: str = "studio"
    environment: str | None = None
    tone_mapping: str = "neutral"
    material_variant: str | None = None
    animation: str | None = None
    animation_speed: float = 1.0
    time: float | None = 0.0

    @property
    def poster_frame(self) -> int:
        """The first frame, as dx.gl's posters are; but a reveal begins with nothing to see, so its last."""
        return self.frame_count - 1 if self.effect == "reveal" else 0

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FrameSpec":
        """Raises UnknownSpecVersion."""
        return cls(**unstamped(data))


@dataclasses.dataclass(frozen=True, slots=True)
class Backdrop:
    """What a frame is composited on, in display space. `color` is "#rrggbb"; `vignette` is 0 (none) to 1.

    `image` names a picture that covers the frame, cropped at the anchor `align`: whoever renders knows its file. The
    colour then shows only where the picture is transparent.
    """

    color: str = "#ffffff"
    vignette: float = 0.0
    image: str | None = None
    align: str = "top-left"

    @property
    def rgb(self) -> tuple[float, float, float]:
        """The colour as sRGB-encoded floats in 0..1."""
        return (int(self.color[1:3], 16) / 255, int(self.color[3:5], 16) / 255, int(self.color[5:7], 16) / 255)


@dataclasses.dataclass(frozen=True, slots=True)
class Foreground:
    """A picture that covers the frame from the front, in display space, cropped at the anchor `align`.

    It lies over everything, also where the frame is transparent. Whoever renders knows the file that `image` names.
    """

    image: str
    align: str = "center"


@dataclasses.dataclass(frozen=True, slots=True)
class VideoVariant:
    """One render's files, made from a shot's frames: video, thumbnail and poster always, a web version where asked.

    `web_size` is (width, height) in pixels of the lighter MP4, or None. `codec` is the video's: "h264" in MP4, which
    "h264-fast" is too, for less of the encoder's time, or "prores4444" in MOV, which is transparent instead of
    composited on the backdrop. `formats` are files besides, of which those that can are `transparent` where that is
    set.
    """

    backdrop: Backdrop
    web_size: tuple[int, int] | None = None
    codec: Codec = "h264"
    foreground: Foreground | None = None
    formats: tuple[VideoFormat, ...] = ()
    transparent: bool = False

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "VideoVariant":
        """Raises UnknownSpecVersion."""
        fields = unstamped(data)
        web = fields["web_size"]
        size = None if web is None else (int(web[0]), int(web[1]))
        formats = tuple(fields.get("formats", ()))
        return cls(**{**fields, **_pictures(fields), "web_size": size, "formats": formats})


@dataclasses.dataclass(frozen=True, slots=True)
class ImageVariant:
    """One render's files, made from a shot of a single frame: the still, its thumbnail and its poster.

    A `transparent` still has straight alpha instead of the backdrop; its poster lies on the backdrop all the same.
    """

    backdrop: Backdrop
    format: ImageFormat = "png"
    transparent: bool = False
    foreground: Foreground | None = None

    def to_json(self) -> dict[str, Any]:
        return stamped(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ImageVariant":
        """Raises UnknownSpecVersion."""
        fields = unstamped(data)
        return cls(**{**fields, **_pictures(fields)})


def _pictures(data: dict[str, Any]) -> dict[str, Any]:
    """What lies behind and before the frames of a variant that is given as JSON."""
    front = data["foreground"]
    return {
        "backdrop": Backdrop(**data["backdrop"]), "foreground": None if front is None else Foreground(**front)
    }


@dataclasses.dataclass(frozen=True, slots=True)
class VideoPlan:
    """A video, planned: the frames to draw and what is made of them."""

    frames: FrameSpec
    variant: VideoVariant


@dataclasses.dataclass(frozen=True, slots=True)
class ImagePlan:
    """A still, planned: the one frame to draw and what is made of it."""

    frames: FrameSpec
    variant: ImageVariant
