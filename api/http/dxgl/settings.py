"""renderSettings: read wherever requests carry them, and described for openapi.json.

Forms, spreadsheets and templates write numbers and booleans as texts, and some clients send the whole object as a text:
what can be meant in one way only is understood.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import WithJsonSchema

from api.domain.accounts.credentials import Principal
from api.errors import InvalidSettings
from api.http.body import decode_json
from api.http.dxgl.spelling import SETTINGS_NAMES, neutral, spell
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, RenderSettings, parse_settings
from renderer.spec.settings import MAX_LENGTH_ADMIN_S, MAX_LENGTH_S, PATTERNS, Setting

EXAMPLE = {"quality": "share", "aspect": "16:9", "bgColor": "#ffffff", "length": 6}


MEMBER = "file"
"""The setting of an upload that says which model of its ZIP is meant."""

MAX_MEMBER = 500

BESIDE = ("renderSettings", "notifyUrl")
"""Fields of orders that would have no effect among the settings, where some look for them."""

_NAMES = frozenset(SETTINGS_NAMES.values())
_KINDS = {row.name: row.kind for row in SETTINGS}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_BOOLEANS = {"true": True, "false": False}


def render_settings(value: object, principal: Principal) -> RenderSettings:
    """Decoded renderSettings, checked by the rules for this caller. Raises InvalidSettings naming the field."""
    value = _given_object(value)
    for name in BESIDE:
        if name in value:
            raise InvalidSettings(
                f"{name} has no effect inside renderSettings: it belongs one level higher", param=name
            )
    try:
        return parse_settings(
            neutral_settings(value),
            max_length_s=MAX_LENGTH_ADMIN_S if principal.is_admin else MAX_LENGTH_S,
        )
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None


def chosen_member(value: object, suffix: str, beside: str | None = None) -> str | None:
    """Which model of a ZIP an upload's renderSettings name, or else a field `beside` them: a path, or the end of one.
    `suffix` is the file's. Raises InvalidSettings."""
    member = _given_object(value).get(MEMBER, beside)
    if member is None:
        return None
    if not isinstance(member, str) or not 0 < len(member) <= MAX_MEMBER or not member.isprintable():
        raise InvalidSettings(
            f"{MEMBER} must be the path of a model in the ZIP, of {MAX_MEMBER} characters at most", param=MEMBER
        )
    if suffix != ".zip":
        raise InvalidSettings(f"{MEMBER} names a model in a ZIP, and this file is none", param=MEMBER)
    return member


def neutral_settings(value: object) -> dict[str, Any]:
    """renderSettings by the farm's names: an object, the JSON text of one, or nothing. Raises InvalidSettings."""
    return {name: _meant(_KINDS[name], given) for name, given in neutral(_given_object(value)).items()}


def _given_object(value: object) -> Mapping[str, Any]:
    if isinstance(value, str | bytes):
        try:
            value = decode_json(value) if value.strip() else None
        except ValueError as error:
            raise InvalidSettings(f"renderSettings is not valid JSON: {error}", param="renderSettings") from None
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidSettings("renderSettings must be a JSON object", param="renderSettings")
    return value


def refuse_misplaced(fields: Iterable[str], place: str = "renderSettings") -> None:
    """Raises InvalidSettings where a setting stands beside renderSettings, at which it would have no effect."""
    for name in fields:
        if name in _NAMES:
            raise InvalidSettings(f"{name} has no effect here: it belongs in {place}", param=name)


def _meant(kind: str, value: object) -> object:
    if isinstance(value, str):
        if kind == "boolean":
            return _BOOLEANS.get(value.strip().lower(), value)
        if kind in ("number", "integer") and _NUMBER.fullmatch(value.strip()):
            return float(value)
    return value


def _settings_schema() -> dict[str, Any]:
    """The table of render settings as JSON schema: what may be sent."""
    properties = {SETTINGS_NAMES[row.name]: schema_of(row) for row in SETTINGS}
    return {"type": "object", "properties": properties, "examples": [EXAMPLE]}


def schema_of(row: Setting) -> dict[str, Any]:
    """A render setting as JSON schema: what may be sent."""
    if row.kind == "list":
        items = {"type": "string", "enum": list(row.choices)}
        return {"type": "array", "items": items, "default": [], "description": row.description}
    given = {
        "default": row.default, "enum": list(row.choices), "minimum": row.minimum, "maximum": row.maximum,
        "pattern": PATTERNS[row.kind][0] if row.kind in PATTERNS else None,
    }  # fmt: skip
    return {
        **_typed(row),
        "description": row.description,
        **{keyword: value for keyword, value in given.items() if value not in (None, [])},
    }


def _typed(row: Setting) -> dict[str, Any]:
    if row.kind == "list":
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "string" if row.kind in PATTERNS else row.kind}


def effective_schema() -> dict[str, Any]:
    """The same as it is echoed: without ranges, for an admin's are wider."""
    properties = {
        SETTINGS_NAMES[row.name]: {**_typed(row), "description": row.description} for row in SETTINGS
    }
    return {"type": "object", "properties": properties, "examples": [spell(parse_settings(neutral(EXAMPLE)))]}


SettingsRequest = Annotated[Any, WithJsonSchema(_settings_schema())]
EffectiveSettings = Annotated[dict[str, Any], WithJsonSchema(effective_schema())]
