"""From settings to specs: tiers, sizes and frame counts. Pure functions."""

import dataclasses
from typing import Any

from renderer.spec.cameras import CAMERAS
from renderer.spec.dataset import DATASET_TIERS, DatasetSpec
from renderer.spec.frames import (
    Backdrop,
    Codec,
    Foreground,
    FrameSpec,
    ImagePlan,
    ImageVariant,
    VideoPlan,
    VideoVariant,
)
from renderer.spec.settings import RenderSettings

FPS = 30


@dataclasses.dataclass(frozen=True, slots=True)
class QualityTier:
    """Sides in pixels; `web_long_side` is the most that one of the web version may have."""

    short_side: int
    long_side: int
    web_long_side: int
    codec: Codec = "h264"


QUALITY_TIERS: dict[str, QualityTier] = {
    "share": QualityTier(540, 960, 960),
    "standard": QualityTier(1080, 1920, 1280),
    "4k": QualityTier(2160, 3840, 1920),
    "pro": QualityTier(2160, 3840, 1920, "prores4444"),
}

EFFECT_PARAMETERS: dict[str, dict[str, float]] = {
    "turntable": {"sweep_angle": 360.0},
    "hero-spin": {"sweep_angle": 540.0, "ease_out_ratio": 0.6},
    "showcase": {"amplitude": 60.0},
    "zoom-orbit": {"sweep_angle": 360.0, "zoom_start": 1.0, "zoom_end": 0.7},
    "reveal": {"sweep_angle": 180.0, "scale_from": 0.0},
}
"""The parameters that each effect reads, with their defaults. Source: dx.gl's API reference, "Render Settings"."""


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def frame_size(tier: QualityTier, aspect: str) -> tuple[int, int]:
    """(width, height) of a picture: the short side of the tier is kept in every aspect."""
    return {
        "16:9": (tier.long_side, tier.short_side),
        "1:1": (tier.short_side, tier.short_side),
        "9:16": (tier.short_side, tier.long_side),
    }[aspect]


def plan_video(settings: RenderSettings) -> VideoPlan:
    """The frames and files that `settings` ask for as a video."""
    tier = QUALITY_TIERS[settings.quality]
    width, height = frame_size(tier, settings.aspect)
    scale = min(1.0, tier.web_long_side / max(width, height))
    web = (_even(width * scale), _even(height * scale))
    parameters: dict[str, Any] = {name: default if getattr(settings, name) is None else getattr(settings, name)
                                  for name, default in EFFECT_PARAMETERS[settings.effect].items()}
    frames = FrameSpec(
        **_look(settings), frame_count=round(settings.length * FPS), fps=FPS, effect=settings.effect,
        easing=settings.easing, **parameters, rotate_y=settings.rotate_y, animation_speed=settings.animation_speed,
    )
    return VideoPlan(frames, VideoVariant(_backdrop(settings), web, tier.codec, _foreground(settings)))


def plan_image(settings: RenderSettings) -> ImagePlan:
    """The frame and files that `settings` ask for as a still. An animation is shown as it begins."""
    azimuth, elevation = CAMERAS[settings.camera]
    azimuth = azimuth if settings.azimuth is None else settings.azimuth
    elevation = elevation if settings.elevation is None else settings.elevation
    frames = FrameSpec(**_look(settings), frame_count=1, rotate_y=azimuth + settings.rotate_y, elevation=elevation)
    variant = ImageVariant(
        _backdrop(settings), settings.image_format, settings.transparent, _foreground(settings)
    )
    return ImagePlan(frames, variant)


def plan_preview() -> VideoPlan:
    """The free system preview: one quick turn at the default tier's size, twenty-four frames, ten a second.

    Few frames make it cheap enough to be there seconds after the upload; constant speed, so that it loops.
    """
    frames = FrameSpec(width=960, height=540, frame_count=24, fps=10, easing=False, framing="model")
    return VideoPlan(frames, VideoVariant(Backdrop()))


def plan_dataset(settings: RenderSettings) -> DatasetSpec:
    """The training set that `settings` ask for."""
    views, size = DATASET_TIERS[settings.dataset_quality]
    return DatasetSpec(
        views, size, settings.coverage, settings.dataset_format, settings.dataset_depth, settings.material_variant
    )


def _look(settings: RenderSettings) -> dict[str, Any]:
    """The parts of a FrameSpec that videos and stills take from the same settings."""
    width, height = frame_size(QUALITY_TIERS[settings.quality], settings.aspect)
    return {
        "width": width, "height": height, "tilt_x": settings.tilt_x, "pan_x": settings.pan_x,
        "roll_z": settings.roll_z, "zoom": settings.zoom, "framing": settings.framing, "shadows": settings.shadows,
        "reflector": settings.reflector, "lighting": settings.lighting, "environment": settings.environment_id,
        "tone_mapping": settings.tone_mapping,
        "material_variant": settings.material_variant, "animation": settings.animation,
    }


def _backdrop(settings: RenderSettings) -> Backdrop:
    return Backdrop(settings.bg_color, settings.vignette, settings.bg_image_id, settings.bg_align)


def _foreground(settings: RenderSettings) -> Foreground | None:
    return None if settings.fg_image_id is None else Foreground(settings.fg_image_id, settings.fg_align)
