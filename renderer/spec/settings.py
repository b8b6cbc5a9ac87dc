"""The render settings: one table of names, types, ranges and defaults, and the parser that obeys it.

Source of the table: dx.gl's API reference, "Render Settings".
"""

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal, get_args

from renderer.errors import SettingsError
from renderer.spec.cameras import CAMERAS
from renderer.spec.dataset import DATASET_TIERS, Coverage, DatasetDepth, DatasetFormat
from renderer.spec.formats import FORMATS, VideoFormat, check_formats
from renderer.spec.frames import ANCHORS, Framing, ImageFormat
from renderer.spec.tiers import QUALITY_TIERS, check_size, size_of

OUTPUTS = ("video", "image", "dataset")

Kind = Literal["string", "color", "id", "size", "list", "number", "integer", "boolean"]

PATTERNS: dict[Kind, tuple[str, str]] = {
    "color": (r"^#[0-9a-fA-F]{6}$", 'a colour such as "#ff8800": # and six hex digits'),
    "id": (r"^[0-9a-zA-Z]{12}$", "an id: 12 letters and digits"),
    "size": (r"^[0-9]{1,5}x[0-9]{1,5}$", 'a size in pixels such as "1000x1000": width, x, height'),
}
"""Regular expressions, as JSON schema has them, and the same in words."""

FPS, MAX_FPS = 30, 60
"""Frames a second that a video has by itself, and the most that it may have."""

MAX_LENGTH_S = 30.0
MAX_LENGTH_ADMIN_S = 600.0


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table. `name` is also the field of `RenderSettings`.

    `outputs` are those that it has a meaning for; elsewhere it is checked too, but not echoed.
    """

    name: str
    kind: Kind
    default: Any
    description: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    outputs: tuple[str, ...] = ("video", "image")


SETTINGS: tuple[Setting, ...] = (
    Setting("quality", "string", "share", "Quality tier.",
            choices=tuple(QUALITY_TIERS), outputs=OUTPUTS),
    Setting("effect", "string", "turntable", "Camera path; dataset is the output of that name.",
            choices=("turntable", "hero-spin", "showcase", "zoom-orbit", "reveal", "dataset"),
            outputs=("video", "dataset")),
    Setting("sweep_angle", "number", None,
            "Degrees that the camera goes around: 540 in a hero-spin, 180 in a reveal, else 360.",
            minimum=10, maximum=1080, outputs=("video",)),
    Setting("ease_out_ratio", "number", None,
            "Share of a hero-spin's time spent slowing down: 0.6 if not given.", minimum=0, maximum=1,
            outputs=("video",)),
    Setting("amplitude", "number", None,
            "Degrees from one end of a showcase's swing to the other: 60 if not given.", minimum=5, maximum=180,
            outputs=("video",)),
    Setting("zoom_start", "number", None,
            "Camera distance multiplier at a zoom-orbit's start: 1 if not given.", minimum=0.1, maximum=3,
            outputs=("video",)),
    Setting("zoom_end", "number", None,
            "Camera distance multiplier at a zoom-orbit's end: 0.7 if not given.", minimum=0.1, maximum=3,
            outputs=("video",)),
    Setting("scale_from", "number", None,
            "The model's scale at a reveal's start: 0 if not given.", minimum=0, maximum=1, outputs=("video",)),
    Setting("output", "string", "video", "What to make: a dataset is a training set for radiance fields.",
            choices=OUTPUTS, outputs=OUTPUTS),
    Setting("image_format", "string", "png", "File format of a still: PNG and WebP keep every pixel.",
            choices=get_args(ImageFormat), outputs=("image",)),
    Setting("transparent", "boolean", False,
            "No background, the shadow in the alpha: of a still, which has the colour in its poster only, and of a "
            "video's formats webp, webm, hevc, png, strip and spin.",
            outputs=("video", "image")),
    Setting("camera", "string", "front",
            "Where a still is taken from: three-quarter lies between front and right, and higher.",
            choices=tuple(CAMERAS), outputs=("image",)),
    Setting("azimuth", "number", None,
            "Degrees that a still's camera stands to the right of the front, instead of the camera's own.",
            minimum=-360, maximum=360, outputs=("image",)),
    Setting("elevation", "number", None,
            "Degrees that a still's camera stands above the model's middle, instead of the camera's own.",
            minimum=-90, maximum=90, outputs=("image",)),
    Setting("aspect", "string", "16:9", "Aspect ratio of the picture.", choices=("16:9", "1:1", "9:16")),
    Setting("size", "size", None,
            "Width and height in pixels, such as 1000x1000, instead of the aspect: at most as many pixels as the "
            "quality has, and even sides for a video."),
    Setting("bg_color", "color", "#ffffff", "Background colour, six hex digits with a leading #."),
    Setting("bg_image_id", "id", None, "Overlay to show as background image instead of the colour."),
    Setting("bg_align", "string", "top-left", "The part of the background image that cropping spares.",
            choices=ANCHORS),
    Setting("fg_image_id", "id", None, "Overlay of the layer foreground to lay over the picture."),
    Setting("fg_align", "string", "center", "The part of the foreground image that cropping spares.",
            choices=ANCHORS),
    Setting("vignette", "number", 0.0, "Vignette intensity, 0 none to 1 full.", minimum=0, maximum=1),
    Setting("length", "number", 6.0, "Video duration in seconds.", minimum=3, maximum=MAX_LENGTH_S,
            outputs=("video",)),
    Setting("fps", "integer", FPS, "Frames a second; more than 30 cost in proportion.", minimum=24, maximum=MAX_FPS,
            outputs=("video",)),
    Setting("formats", "list", (),
            "What else to make of a video's frames: animated WebP, GIF, WebM and HEVC with alpha, sequences of PNGs or "
            "EXRs, a strip, a spin.",
            choices=tuple(row.name for row in FORMATS), outputs=("video",)),
    Setting("material_variant", "string", None,
            "Name of the model's material variant to show instead of its default materials.", outputs=OUTPUTS),
    Setting("animation", "string", None,
            'Name of the animation clip to play, or "*" for the model\'s first clip.'),
    Setting("animation_speed", "number", 1.0, "Playback speed multiplier of the animation.",
            minimum=0.01, maximum=100, outputs=("video",)),
    Setting("time", "number", None,
            "Seconds into the animation that a still shows: if not given, its beginning, or its middle where the model "
            "at rest is none of its poses.",
            minimum=0, maximum=MAX_LENGTH_ADMIN_S, outputs=("image",)),
    Setting("shadows", "boolean", True, "Soft shadow on the ground."),
    Setting("reflector", "boolean", False, "Reflective ground plane."),
    Setting("lighting", "string", "studio",
            "Light: softboxes in a grey room, a white tent, rims in a black room, the sun in a clear sky, or black "
            "cards that outline white things on white.",
            choices=("studio", "soft", "dark", "outdoor", "outline")),
    Setting("environment_id", "id", None,
            "Overlay of the layer environment, a panorama in HDR or EXR, to light by instead of lighting."),
    Setting("tone_mapping", "string", "neutral",
            "How bright light is fitted to the display: true to product colours, filmic, gently filmic, or cut off.",
            choices=("neutral", "aces", "agx", "none")),
    Setting("easing", "boolean", True, "Ease the effect's movement in and out.", outputs=("video",)),
    Setting("rotate_y", "integer", 0,
            "Starting angle of the camera in degrees; a hero-spin or a reveal ends there, a still's is turned by it.",
            minimum=-180, maximum=180),
    Setting("tilt_x", "integer", 0, "Forward/back tilt of the model in degrees.", minimum=-90, maximum=90),
    Setting("pan_x", "integer", 0, "Yaw of the model in degrees, applied after the tilt.",
            minimum=-180, maximum=180),
    Setting("roll_z", "integer", 0, "Roll of the model about Z in degrees.", minimum=-180, maximum=180),
    Setting("zoom", "number", 1.0, "Camera distance multiplier: below 1 is closer.",
            minimum=0.5, maximum=2.0),
    Setting("framing", "string", "model",
            "What fills the picture all along the camera path: the model as it is, or the sphere around it.",
            choices=get_args(Framing)),
    Setting("dataset_quality", "string", "100x800", "Views of a training set, and their size.",
            choices=tuple(DATASET_TIERS), outputs=("dataset",)),
    Setting("coverage", "string", "hemisphere",
            "Where a training set looks from: all around and above, or from below too.",
            choices=get_args(Coverage), outputs=("dataset",)),
    Setting("dataset_format", "string", "nerfstudio",
            "For whom a training set has files besides transforms.json: COLMAP's sparse/0, or Blender's transforms.",
            choices=get_args(DatasetFormat), outputs=("dataset",)),
    Setting("dataset_depth", "string", "coded",
            "Depth of a training set: coded between its nearest and farthest, or in thousandths of a unit too.",
            choices=get_args(DatasetDepth), outputs=("dataset",)),
)


@dataclasses.dataclass(frozen=True, slots=True)
class RenderSettings:
    """What the user asked for, complete with defaults."""

    quality: str = "share"
    effect: str = "turntable"
    sweep_angle: float | None = None
    ease_out_ratio: float | None = None
    amplitude: float | None = None
    zoom_start: float | None = None
    zoom_end: float | None = None
    scale_from: float | None = None
    output: str = "video"
    image_format: ImageFormat = "png"
    transparent: bool = False
    camera: str = "front"
    azimuth: float | None = None
    elevation: float | None = None
    aspect: str = "16:9"
    size: str | None = None
    bg_color: str = "#ffffff"
    bg_image_id: str | None = None
    bg_align: str = "top-left"
    fg_image_id: str | None = None
    fg_align: str = "center"
    vignette: float = 0.0
    length: float = 6.0
    fps: int = FPS
    formats: tuple[VideoFormat, ...] = ()
    material_variant: str | None = None
    animation: str | None = None
    animation_speed: float = 1.0
    time: float | None = None
    shadows: bool = True
    reflector: bool = False
    lighting: str = "studio"
    environment_id: str | None = None
    tone_mapping: str = "neutral"
    easing: bool = True
    rotate_y: int = 0
    tilt_x: int = 0
    pan_x: int = 0
    roll_z: int = 0
    zoom: float = 1.0
    framing: Framing = "model"
    dataset_quality: str = "100x800"
    coverage: Coverage = "hemisphere"
    dataset_format: DatasetFormat = "nerfstudio"
    dataset_depth: DatasetDepth = "coded"

    def to_json(self) -> dict[str, Any]:
        """Names and effective values of what the output has a use for; without those that have none set."""
        pairs = ((row.name, getattr(self, row.name)) for row in SETTINGS if self.output in row.outputs)
        told = {name: list(value) if isinstance(value, tuple) else value for name, value in pairs if value is not None}
        if self.size is not None:
            told.pop("aspect", None)
        return told


def parse_settings(data: object, *, max_length_s: float = MAX_LENGTH_S) -> RenderSettings:
    """Checks `data` (decoded JSON) against the table. Unknown keys are ignored; null means the default.

    Raises SettingsError naming the field.
    """
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        raise SettingsError("settings", "settings must be a JSON object")
    values = {}
    for row in SETTINGS:
        value = data.get(row.name)
        if value is not None:
            values[row.name] = _checked(row, value, max_length_s)
    if "dataset" in (values.get("output"), values.get("effect")):
        values |= _dataset_words(**values)
    elif "dataset_quality" in values and "output" not in values:  # who means a training set would pay for a video
        raise SettingsError("dataset_quality", 'dataset_quality needs "output": "dataset" beside it')
    settings = RenderSettings(**values)
    _check_together(settings)
    return settings


def _check_together(settings: RenderSettings) -> None:
    """Raises SettingsError for values that don't go with each other."""
    if settings.size is not None and settings.output != "dataset":
        check_size(settings.quality, settings.size, moving=settings.output == "video")
    if settings.output == "video":
        width, height = size_of(settings.quality, settings.aspect, settings.size)
        check_formats(
            settings.formats, quality=settings.quality, effect=settings.effect, sweep_angle=settings.sweep_angle,
            pixels=round(settings.length * settings.fps) * width * height,
        )  # fmt: skip


def _dataset_words(*, output: str = "dataset", effect: str = "dataset", **_: Any) -> dict[str, str]:
    """Either word asks for a training set, and then both say so. Raises SettingsError where the other contradicts."""
    if output != "dataset":
        raise SettingsError("output", f'effect "dataset" and output "{output}" contradict each other')
    if effect not in ("dataset", "turntable"):  # the default, which many clients send always
        raise SettingsError("effect", f'a training set has no camera path such as "{effect}"')
    return {"output": "dataset", "effect": "dataset"}


def _checked(row: Setting, value: Any, max_length_s: float) -> Any:
    def fail(rule: str) -> SettingsError:
        return SettingsError(row.name, f"{row.name} must be {rule}")

    match row.kind:
        case "boolean":
            if not isinstance(value, bool):
                raise fail("true or false")
        case "list":
            named = value.replace(",", " ").split() if isinstance(value, str) else value
            if not isinstance(named, list | tuple) or any(name not in row.choices for name in named):
                raise fail("a list of " + ", ".join(f'"{c}"' for c in row.choices))
            value = tuple(choice for choice in row.choices if choice in named)
        case "color" | "id" | "size":
            pattern, rule = PATTERNS[row.kind]
            if row.kind == "size" and isinstance(value, list | tuple):
                value = "x".join(str(side) for side in value)
            if not isinstance(value, str) or not re.fullmatch(pattern, value):
                raise fail(rule)
        case "string":
            if not isinstance(value, str) or not 1 <= len(value) <= 200:
                raise fail("a string of 1 to 200 characters")
            if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
                raise fail("a string without control characters")  # nor halves of characters: no database stores them
            if row.choices and value not in row.choices:
                raise fail("one of " + ", ".join(f'"{c}"' for c in row.choices))
        case "number" | "integer":
            if isinstance(value, bool) or not isinstance(value, int | float) or not -1e9 <= value <= 1e9:  # or NaN
                raise fail("a number")
            if row.kind == "integer":
                if value != int(value):
                    raise fail("a whole number")
                value = int(value)
            else:
                value = float(value)
            maximum = max_length_s if row.name == "length" else row.maximum
            if (row.minimum is not None and value < row.minimum) or (maximum is not None and value > maximum):
                raise fail(f"between {row.minimum:g} and {maximum:g}")
    return value
