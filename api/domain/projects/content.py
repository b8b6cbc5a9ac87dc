"""What a template says: a look, the cameras that take pictures in it, and the shots that videos show.

    {"look":      {"lighting": "studio", "bgColor": "#f2f2f2", ...},                    see LOOK
     "bookmarks": [{"name": "Front View", "azimuth": 0, "elevation": 12, "zoom": 1}],   see BOOKMARK
     "shots":     [{"name": "360 Spin", "effect": "turntable", "length": 6, ...}]}      see SHOT

Names and values are those of the render settings (`renderer.spec.SETTINGS`), in camelCase; what is missing or null is
as there by default.
"""

import dataclasses
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from api.domain.kit.texts import storable
from api.errors import InvalidSettings
from renderer.errors import SettingsError
from renderer.spec import RenderSettings, parse_settings
from renderer.spec.cameras import LEVEL
from renderer.spec.plan import EFFECT_PARAMETERS
from renderer.spec.spelling import camel_case

LOOK = (
    "lighting", "environment_id", "bg_color", "bg_image_id", "bg_align", "fg_image_id", "fg_align", "vignette",
    "shadows", "reflector", "tone_mapping", "aspect", "tilt_x", "pan_x", "roll_z", "animation",
)  # fmt: skip
"""The settings that all pictures and videos of a template have in common."""

BOOKMARK = ("azimuth", "elevation", "zoom")
"""The settings of a bookmark, beside its name."""

SHOT = (
    "effect", "length", "easing", "sweep_angle", "ease_out_ratio", "amplitude", "zoom_start", "zoom_end", "scale_from",
    "rotate_y", "zoom", "framing", "animation_speed",
)  # fmt: skip
"""The settings of a shot, beside its name."""

MOST_ITEMS = 50
"""Bookmarks and shots together, of which there is one at least: each is rendered, for each of the model's variants."""

NAME_LENGTH = 100

SHOWN_LENGTH = 50
"""Characters of an unknown field's name that an error repeats."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bookmark:
    """A camera that a picture is taken by, as `renderer.spec.Angle` is."""

    name: str
    azimuth: float
    elevation: float
    zoom: float


@dataclasses.dataclass(frozen=True, slots=True)
class Shot:
    """A video. Of `motion` the settings in SHOT count."""

    name: str
    motion: RenderSettings


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """Of `look` the settings in LOOK count. No two bookmarks, and no two shots, have the same name."""

    look: RenderSettings
    bookmarks: tuple[Bookmark, ...]
    shots: tuple[Shot, ...]

    def to_json(self) -> dict[str, Any]:
        """What `parse_content` reads, with the defaults; without settings that have no value."""
        return {
            "look": _told(self.look, LOOK),
            "bookmarks": [dataclasses.asdict(bookmark) for bookmark in self.bookmarks],
            "shots": [{"name": shot.name, **_told(shot.motion, SHOT)} for shot in self.shots],
        }


def parse_content(data: object) -> Content:
    """Content as decoded JSON. Raises InvalidSettings, whose `param` is such as "bookmarks[2].elevation"."""
    fields = _object(data, "", "content", ("look", "bookmarks", "shots"))
    look = _object(_given(fields, "look", {}), "look", "look", _spelt(LOOK))
    listed = {name: _list(_given(fields, name, []), name) for name in ("bookmarks", "shots")}
    if not 1 <= sum(map(len, listed.values())) <= MOST_ITEMS:
        raise InvalidSettings(f"bookmarks and shots must be 1 to {MOST_ITEMS} together", param="bookmarks")
    content = Content(
        _settings(look, LOOK, "look", output="image"),
        tuple(_bookmark(each, f"bookmarks[{index}]") for index, each in enumerate(listed["bookmarks"])),
        tuple(_shot(each, f"shots[{index}]") for index, each in enumerate(listed["shots"])),
    )
    _check_unique("bookmarks", [bookmark.name for bookmark in content.bookmarks])
    _check_unique("shots", [shot.name for shot in content.shots])
    return content


def _bookmark(data: object, place: str) -> Bookmark:
    fields = _object(data, place, "a bookmark", ("name", *_spelt(BOOKMARK)))
    camera = _settings(fields, BOOKMARK, place, output="image")
    elevation = LEVEL if camera.elevation is None else camera.elevation
    return Bookmark(_name(fields, place), camera.azimuth or 0.0, elevation, camera.zoom)


def _shot(data: object, place: str) -> Shot:
    fields = _object(data, place, "a shot", ("name", *_spelt(SHOT)))
    effect = fields.get("effect")
    if effect is not None and effect not in list(EFFECT_PARAMETERS):  # what isn't a name can't be hashed
        allowed = ", ".join(f'"{name}"' for name in EFFECT_PARAMETERS)
        raise InvalidSettings(f"effect must be one of {allowed}", param=f"{place}.effect")
    return Shot(_name(fields, place), _settings(fields, SHOT, place, output="video"))


def _settings(fields: Mapping[str, Any], names: Iterable[str], place: str, *, output: str) -> RenderSettings:
    """Those of the fields that are settings of these names, checked."""
    try:
        return parse_settings({"output": output, **{name: fields.get(camel_case(name)) for name in names}})
    except SettingsError as error:
        field = camel_case(error.field)
        message = str(error).removeprefix(error.field)
        raise InvalidSettings(f"{field}{message}", param=f"{place}.{field}") from None


def _name(fields: Mapping[str, Any], place: str) -> str:
    name = fields.get("name")
    text = name.strip() if isinstance(name, str) else ""
    if not 1 <= len(text) <= NAME_LENGTH or any(unicodedata.category(each) in ("Cc", "Cs") for each in text):
        rule = f"a text of 1 to {NAME_LENGTH} characters, without control characters"
        raise InvalidSettings(f"name must be {rule}", param=f"{place}.name")
    return text


def _check_unique(kind: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            raise InvalidSettings(f'name "{name}" is another one\'s already', param=f"{kind}[{index}].name")


def _object(data: object, place: str, what: str, known: Iterable[str]) -> Mapping[str, Any]:
    """`data`, an object at `place` that has `known` fields only."""
    if not isinstance(data, Mapping):
        raise InvalidSettings(f"{what} must be a JSON object", param=place or None)
    allowed = list(known)
    for field in data:
        if field not in allowed:
            _refuse_unknown(str(field), place, what, allowed)
    return data


def _refuse_unknown(field: str, place: str, what: str, allowed: list[str]) -> NoReturn:
    named = storable(field, SHOWN_LENGTH)
    message = f"{named} is no field of {what}, which has {', '.join(allowed)}"
    raise InvalidSettings(message, param=f"{place}.{named}".lstrip("."))


def _given(fields: Mapping[str, Any], name: str, default: object) -> object:
    value = fields.get(name)
    return default if value is None else value


def _list(data: object, name: str) -> list[Any]:
    if not isinstance(data, list):
        raise InvalidSettings(f"{name} must be a list", param=name)
    return data


def _spelt(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(camel_case(name) for name in names)


def _told(settings: RenderSettings, names: Iterable[str]) -> dict[str, Any]:
    values = {camel_case(name): getattr(settings, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}
