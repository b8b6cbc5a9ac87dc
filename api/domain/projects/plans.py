"""From a template's content and what of it is wanted to the work that makes it, and its price."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from api.domain.kit.texts import storable
from api.domain.projects.content import BOOKMARK, LOOK, SHOT, SHOWN_LENGTH, Bookmark, Content, Shot
from api.domain.renders.plans import stills_works, video_work
from api.domain.work.tasks import Work
from api.errors import InvalidSettings
from renderer.spec import RenderSettings, VideoPlan, plan_image, plan_video
from renderer.spec.frames import Codec
from renderer.spec.spelling import camel_case
from renderer.spec.tiers import QualityTier, frame_size


@dataclasses.dataclass(frozen=True, slots=True)
class Resolution:
    """`quality` is the render settings' tier whose sizes come closest."""

    name: str
    tier: QualityTier
    quality: str
    mp4_credits: int


RESOLUTIONS: tuple[Resolution, ...] = (
    Resolution("720p", QualityTier(720, 1280, 1280), "share", 2),
    Resolution("1080p", QualityTier(1080, 1920, 1920), "standard", 4),
    Resolution("4K", QualityTier(2160, 3840, 3840), "4k", 16),
)
"""By the values of `image_quality` and `video_resolution`."""


@dataclasses.dataclass(frozen=True, slots=True)
class VideoFormat:
    """`price_factor` is how many times an MP4's price it costs."""

    file_type: str
    codec: Codec
    price_factor: int = 1


VIDEO_FORMATS: tuple[VideoFormat, ...] = (
    VideoFormat("MP4", "h264-fast"),
    VideoFormat("MP4", "h264"),
    VideoFormat("PRORES", "prores4444", 4),
)
"""By the values of `video_quality`: fastest, balanced, best."""

PICTURE = "PNG"
"""The file type of pictures."""

PICTURE_CREDITS = 1
"""Of a picture of any size, as of a still that is ordered alone."""


@dataclasses.dataclass(frozen=True, slots=True)
class OutputSettings:
    """What of a project is rendered, and how. Source: Glossi's "Complete Workflow", "Render Settings Explained"."""

    render_bookmarks: bool = True
    render_shots: bool = True
    render_variants: bool = True
    image_quality: int = 1
    video_quality: int = 1
    video_resolution: int = 1

    @property
    def renders_anything(self) -> bool:
        return self.render_bookmarks or self.render_shots

    def to_json(self) -> dict[str, Any]:
        return {camel_case(name): value for name, value in dataclasses.asdict(self).items()}

    @classmethod
    def from_json(cls, data: object) -> "OutputSettings":
        """Decoded JSON, from a user or of `to_json`: what is missing or null is as by default. Raises InvalidSettings
        naming the field."""
        if not isinstance(data, Mapping):
            raise InvalidSettings("settings must be a JSON object", param="settings")
        fields = {camel_case(field.name): field.name for field in dataclasses.fields(cls)}
        for name in data:
            if name not in fields:
                named = storable(str(name), SHOWN_LENGTH)
                message = f"{named} is no such setting; there are {', '.join(fields)}"
                raise InvalidSettings(message, param=f"settings.{named}")
        return cls(**{
            fields[name]: _checked(name, value) for name, value in data.items() if value is not None
        })


CHOICES: dict[str, tuple[str, ...]] = {
    "imageQuality": tuple(resolution.name for resolution in RESOLUTIONS),
    "videoQuality": ("Fastest, MP4", "Balanced, MP4", "Best, ProRes"),
    "videoResolution": tuple(resolution.name for resolution in RESOLUTIONS),
}
"""What the numbers from 0 on mean, by the setting."""


def _checked(name: str, value: Any) -> Any:
    choices = CHOICES.get(name)
    if choices is None:
        if not isinstance(value, bool):
            raise InvalidSettings(f"{name} must be true or false", param=f"settings.{name}")
    elif isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(choices):
        allowed = ", ".join(f"{number} ({meaning})" for number, meaning in enumerate(choices))
        raise InvalidSettings(f"{name} must be one of {allowed}", param=f"settings.{name}")
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Planned:
    """A picture or a video to be ordered.

    `name` is its bookmark's or shot's, `file_type` "PNG", "MP4" or "PRORES". `settings` are for the rules of orders:
    what is drawn, `work` alone says. `told` is what lists show as the render's settings, in camelCase.
    """

    name: str
    file_type: str
    is_video: bool
    work: Work
    settings: RenderSettings
    told: dict[str, Any]
    credits: int


def price(file_type: str, settings: OutputSettings) -> int:
    """Credits of a picture or a video."""
    if file_type == PICTURE:
        return PICTURE_CREDITS
    factor = next(each.price_factor for each in VIDEO_FORMATS if each.file_type == file_type)
    return RESOLUTIONS[settings.video_resolution].mp4_credits * factor


def price_of(file_types: Iterable[str], settings: OutputSettings) -> int:
    """Credits of pictures and videos together."""
    return sum(price(file_type, settings) for file_type in file_types)


def planned(content: Content, settings: OutputSettings, *, material_variant: str | None) -> list[Planned]:
    """What `settings` want of the content, pictures before videos, for one of a model's material variants; None is its
    default. The pictures are of one work, which draws them together, but for those from below.
    """
    pictures = _pictures(content, settings, material_variant) if settings.render_bookmarks else []
    videos = [_video(content.look, shot, settings, material_variant) for shot in content.shots]
    return [*pictures, *(videos if settings.render_shots else [])]


def _pictures(content: Content, wanted: OutputSettings, material_variant: str | None) -> list[Planned]:
    resolution = RESOLUTIONS[wanted.image_quality]
    width, height = frame_size(resolution.tier, content.look.aspect)
    settings = [
        dataclasses.replace(
            content.look, output="image", quality=resolution.quality, material_variant=material_variant,
            azimuth=bookmark.azimuth, elevation=bookmark.elevation, zoom=bookmark.zoom,
        )
        for bookmark in content.bookmarks
    ]  # fmt: skip
    plans = []
    for each in settings:
        plan = plan_image(each)
        frames = dataclasses.replace(plan.frames, width=width, height=height)
        plans.append(dataclasses.replace(plan, frames=frames))
    return [
        Planned(
            bookmark.name, PICTURE, False, work, each,
            _told(bookmark, each, [*LOOK, *BOOKMARK], (width, height), PICTURE), price(PICTURE, wanted),
        )
        for bookmark, each, work in zip(content.bookmarks, settings, stills_works(plans), strict=True)
    ]  # fmt: skip


def _video(look: RenderSettings, shot: Shot, wanted: OutputSettings, material_variant: str | None) -> Planned:
    resolution, format_ = RESOLUTIONS[wanted.video_resolution], VIDEO_FORMATS[wanted.video_quality]
    motion = {name: getattr(shot.motion, name) for name in SHOT}
    settings = dataclasses.replace(
        look, output="video", quality=resolution.quality, material_variant=material_variant, **motion
    )
    plan = plan_video(settings)
    width, height = frame_size(resolution.tier, look.aspect)
    work = video_work(VideoPlan(
        dataclasses.replace(plan.frames, width=width, height=height),
        dataclasses.replace(plan.variant, codec=format_.codec, web_size=None),
    ))
    return Planned(
        shot.name, format_.file_type, True, work, settings,
        _told(shot, settings, [*LOOK, *SHOT], (width, height), format_.file_type), price(format_.file_type, wanted),
    )  # fmt: skip


def _told(
    of: Bookmark | Shot, settings: RenderSettings, names: Iterable[str], size: tuple[int, int], file_type: str
) -> dict[str, Any]:
    """The name, the size in pixels, the kind of file, and those of the settings that have a value."""
    values = {name: getattr(settings, name) for name in ["output", *names, "material_variant"]}
    given = {camel_case(name): value for name, value in values.items() if value is not None}
    return {"name": of.name, "width": size[0], "height": size[1], "fileType": file_type, **given}
