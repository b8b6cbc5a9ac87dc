"""dx.gl's names for what the farm calls otherwise: of render settings, and of the fields that errors are about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from api.errors import FarmError, InvalidSettings
from api.http.spelling import respelled
from renderer.spec import RenderSettings

SETTINGS_NAMES: dict[str, str] = {
    "quality": "quality",
    "effect": "effect",
    "sweep_angle": "sweepAngle",
    "ease_out_ratio": "easeOutRatio",
    "amplitude": "amplitude",
    "zoom_start": "zoomStart",
    "zoom_end": "zoomEnd",
    "scale_from": "scaleFrom",
    "output": "output",
    "image_format": "imageFormat",
    "transparent": "transparent",
    "camera": "camera",
    "azimuth": "azimuth",
    "elevation": "elevation",
    "aspect": "aspect",
    "size": "size",
    "bg_color": "bgColor",
    "bg_image_id": "bgImageId",
    "bg_align": "bgAlign",
    "fg_image_id": "fgImageId",
    "fg_align": "fgAlign",
    "vignette": "vignette",
    "length": "length",
    "fps": "fps",
    "formats": "formats",
    "material_variant": "materialVariant",
    "animation": "animation",
    "animation_speed": "animationSpeed",
    "time": "time",
    "shadows": "shadows",
    "reflector": "reflector",
    "lighting": "lighting",
    "environment_id": "environmentId",
    "tone_mapping": "toneMapping",
    "easing": "easing",
    "rotate_y": "rotateY",
    "tilt_x": "tiltX",
    "pan_x": "panX",
    "roll_z": "rollZ",
    "zoom": "zoom",
    "framing": "framing",
    "dataset_quality": "datasetQuality",
    "coverage": "coverage",
    "dataset_format": "datasetFormat",
    "dataset_depth": "datasetDepth",
}
"""By the names of `renderer.spec.SETTINGS`. Source: dx.gl's API reference, "Render Settings"."""

_FIELDS = SETTINGS_NAMES | {"orders": "renders", "settings": "renderSettings", "model_id": "modelId"}
"""The steps of an error's path."""

MESSAGES = {InvalidSettings.code: "Invalid renderSettings value"}
"""Of errors about which there is nothing more to tell, where dx.gl has other words than the farm."""


def spell(settings: RenderSettings) -> dict[str, Any]:
    """The settings in effect, as dx.gl echoes them."""
    return {SETTINGS_NAMES[name]: value for name, value in settings.to_json().items()}


def told_apart(settings: RenderSettings) -> dict[str, Any]:
    """What requests with an Idempotency-Key are told apart by: of settings that later versions brought, those that
    differ from their defaults, so that keys outlast a new version."""
    defaults = RenderSettings(output=settings.output).to_json()
    return {
        SETTINGS_NAMES[name]: value
        for name, value in settings.to_json().items()
        if settings.output not in _LATER.get(name, ()) or value != defaults.get(name)
    }


_LATER: dict[str, tuple[str, ...]] = {
    "framing": ("video", "image"), "fps": ("video",), "formats": ("video",), "transparent": ("video",),
}
"""The settings that have a default, by name, and the outputs whose orders had them later than others."""


def neutral(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as dx.gl's users name them, by the farm's names; others are left out."""
    return {name: settings[spelled] for name, spelled in SETTINGS_NAMES.items() if spelled in settings}


def spelled(error: FarmError) -> FarmError:
    """The same error with the field's path, and its name where the message begins with it, in dx.gl's spelling."""
    if error.message == error.default_message and error.code in MESSAGES:
        error = type(error)(MESSAGES[error.code], param=error.param)
    return respelled(error, lambda step: _FIELDS.get(step, step))


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Errors about an item of a list say which: `place` is such as "renders[2]" or "renders[2].renderSettings"."""
    try:
        yield
    except FarmError as caught:
        error = spelled(caught)
        inside = error.param is not None and not place.endswith(f".{error.param}")
        raise type(error)(f"{place}: {error.message}", param=f"{place}.{error.param}" if inside else place) from None
