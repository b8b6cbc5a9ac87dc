"""From settings to specs: tiers, sizes and frame counts. Pure functions."""

from typing import Any

from renderer.spec.cameras import CAMERAS
from renderer.spec.dataset import DATASET_TIERS, DatasetSpec
from renderer.spec.frames import (
    Backdrop,
    Foreground,
    FrameSpec,
    ImagePlan,
    ImageVariant,
    VideoPlan,
    VideoVariant,
)
from renderer.spec.settings import RenderSettings
from renderer.spec.tiers import QUALITY_TIERS, size_of

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


def plan_video(settings: RenderSettings) -> VideoPlan:
    """The frames and files that `settings` ask for as a video."""
    tier = QUALITY_TIERS[settings.quality]
    width, height = size_of(settings.quality, settings.aspect, settings.size)
    scale = min(1.0, tier.web_long_side / max(width, height))
    web = (_even(width * scale), _even(height * scale))
    parameters: dict[str, Any] = {name: default if getattr(settings, name) is None else getattr(settings, name)
                                  for name, default in EFFECT_PARAMETERS[settings.effect].items()}
    frames = FrameSpec(
        **_look(settings), frame_count=round(settings.length * settings.fps), fps=settings.fps, effect=settings.effect,
        easing=settings.easing, **parameters, rotate_y=settings.rotate_y, animation_speed=settings.animation_speed,
    )
    variant = VideoVariant(
        _backdrop(settings), web, tier.codec, _foreground(settings), settings.formats,
        transparent=settings.transparent or tier.codec == "prores4444",
    )  # fmt: skip
    return VideoPlan(frames, variant)


def plan_image(settings: RenderSettings) -> ImagePlan:
    """The frame and files that `settings` ask for as a still."""
    azimuth, elevation = CAMERAS[settings.camera]
    azimuth = azimuth if settings.azimuth is None else settings.azimuth
    elevation = elevation if settings.elevation is None else settings.elevation
    frames = FrameSpec(**_look(settings), frame_count=1, rotate_y=azimuth + settings.rotate_y, elevation=elevation,
                       time=0.0 if settings.animation is None else settings.time)
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
    width, height = size_of(settings.quality, settings.aspect, settings.size)
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
