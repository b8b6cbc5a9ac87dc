"""How an image URL says which picture it means, as image proxies do: "w:512,h:512,camera:three-quarter,bg:ffffff".

Equal pictures have one name in the end: settings in the order of NAMES, those that are at their defaults left out.
"""

import dataclasses
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from api.domain.renders.picture_links import LARGEST_SIDE, SMALLEST_SIDE, Link
from api.errors import InvalidSettings
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, RenderSettings, parse_settings
from renderer.spec.frames import ImageFormat

NAMES: dict[str, str] = {
    "camera": "camera",
    "azimuth": "azimuth",
    "elevation": "elevation",
    "rotate": "rotate_y",
    "zoom": "zoom",
    "framing": "framing",
    "bg": "bg_color",
    "transparent": "transparent",
    "vignette": "vignette",
    "light": "lighting",
    "tone": "tone_mapping",
    "shadows": "shadows",
    "reflector": "reflector",
    "variant": "material_variant",
    "animation": "animation",
    "time": "time",
    "tilt": "tilt_x",
    "pan": "pan_x",
    "roll": "roll_z",
}
"""The render settings that a URL can say, by the short names that it has for them."""

SIDES = ("w", "h")
SIDE = 512
"""Pixels of a side that isn't told, unless the other is: then the picture is a square."""

MOST_CHARACTERS = 1000

_ROWS = {row.name: row for row in SETTINGS}
_SHORT = {name: short for short, name in NAMES.items()}
_KNOWN = ", ".join((*SIDES, *NAMES))
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")
_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_ELSEWHERE = frozenset({"output", "image_format"})
"""What a URL says without a setting: that it is a still, and by its end of which format."""


def link_in(model_id: str, text: str, image_format: ImageFormat) -> Link:
    """The picture that a URL names. Raises InvalidSettings naming the field, as the URL calls it."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidSettings(f"An image URL may have {MOST_CHARACTERS:,} characters of settings")
    given: dict[str, str] = {}
    for part in text.split(","):
        name, colon, value = part.partition(":")
        if not colon or name not in (*SIDES, *NAMES):
            raise InvalidSettings(f"{name} is no setting of an image URL; there are {_KNOWN}", param=name)
        if name in given:
            raise InvalidSettings(f"{name} is told twice", param=name)
        given[name] = urllib.parse.unquote(value)
    named = {NAMES[name]: _meant(NAMES[name], value) for name, value in given.items() if name in NAMES}
    try:
        settings = parse_settings({**named, "output": "image", "image_format": image_format})
    except SettingsError as error:
        short = _SHORT[error.field]
        raise InvalidSettings(str(error).replace(error.field, short, 1), param=short) from None
    sides = [_side(name, given) for name in SIDES]
    return link_of(model_id, settings, sides[0] or sides[1] or SIDE, sides[1] or sides[0] or SIDE)


def link_of(model_id: str, settings: RenderSettings, width: int, height: int) -> Link:
    """The picture with the settings of a still. Raises InvalidSettings for one that no URL can say."""
    usual = RenderSettings()
    said = {row.name: getattr(settings, row.name) for row in SETTINGS if "image" in row.outputs}
    said = {name: value for name, value in said.items() if value != getattr(usual, name) and name not in _ELSEWHERE}
    for name in said:
        if name not in _SHORT:
            raise InvalidSettings(f"{name} has no place in an image URL; there are {_KNOWN}", param=name)
    told = [f"{short}:{_spelled(name, said[name])}" for name, short in _SHORT.items() if name in said]
    name = f"{','.join([f'w:{width}', f'h:{height}', *told])}.{settings.image_format}"
    return Link(model_id, name, settings, width, height)


def still_link(
    model_id: str, settings: RenderSettings, width: int, height: int, image_format: ImageFormat
) -> Link:
    """The picture with these settings, of whatever output. Raises InvalidSettings."""
    still = dataclasses.replace(settings, output="image", image_format=image_format)
    return link_of(model_id, still, width, height)


def quoted(text: str) -> str:
    """As a part of a URL."""
    return urllib.parse.quote(text, safe="/:,")


def path_of(link: Link) -> str:
    """What is signed of a link: the settings, the model, the format."""
    told, _, image_format = link.name.rpartition(".")
    return f"{told}/{link.model_id}.{image_format}"


def _side(name: str, given: Mapping[str, str]) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or not SMALLEST_SIDE <= int(text) <= LARGEST_SIDE:
        raise InvalidSettings(f"{name} must be a number of pixels from {SMALLEST_SIDE} to {LARGEST_SIDE}", param=name)
    return int(text)


def _meant(name: str, text: str) -> object:
    """A setting's value as the parser of settings takes it; what is none stays a text, which it refuses."""
    match _ROWS[name].kind:
        case "boolean":
            return {"1": True, "0": False, "true": True, "false": False}.get(text, text)
        case "number" | "integer":
            return float(text) if _NUMBER.fullmatch(text) else text
        case "color":
            if not _COLOR.fullmatch(text):
                raise InvalidSettings(f"{_SHORT[name]} must be six hex digits, such as ffffff", param=_SHORT[name])
            return f"#{text}"
    return text


def _spelled(name: str, value: Any) -> str:
    match _ROWS[name].kind:
        case "boolean":
            return str(int(value))
        case "number" | "integer":
            return f"{value:.10g}"
        case "color":
            return str(value)[1:].lower()
    return re.sub(r"[%,/\\]", lambda found: urllib.parse.quote(found[0], safe=""), str(value))
