"""renderSettings: read wherever requests carry them, and described for openapi.json."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import WithJsonSchema

from api.domain.accounts.credentials import Principal
from api.errors import InvalidSettings
from api.http.body import decode_json
from api.http.dxgl.spelling import SETTINGS_NAMES, neutral, spell
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, RenderSettings, parse_settings
from renderer.spec.settings import MAX_LENGTH_ADMIN_S, MAX_LENGTH_S, PATTERNS

EXAMPLE = {"quality": "share", "aspect": "16:9", "bgColor": "#ffffff", "length": 6}


def render_settings(value: object, principal: Principal) -> RenderSettings:
    """Decoded renderSettings, checked by the rules for this caller. Raises InvalidSettings naming the field."""
    try:
        return parse_settings(
            neutral(value) if isinstance(value, Mapping) else value,
            max_length_s=MAX_LENGTH_ADMIN_S if principal.is_admin else MAX_LENGTH_S,
        )
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None


def render_settings_text(raw: bytes, principal: Principal) -> RenderSettings:
    """renderSettings as a form carries them: JSON text, or nothing for the defaults. Raises InvalidSettings."""
    try:
        value = decode_json(raw) if raw.strip() else None
    except ValueError as error:
        raise InvalidSettings(f"renderSettings is not valid JSON: {error}", param="renderSettings") from None
    return render_settings(value, principal)


def _settings_schema() -> dict[str, Any]:
    """The table of render settings as JSON schema: what may be sent."""
    properties: dict[str, Any] = {}
    for row in SETTINGS:
        given = {
            "default": row.default, "enum": row.choices, "minimum": row.minimum, "maximum": row.maximum,
            "pattern": PATTERNS[row.kind][0] if row.kind in PATTERNS else None,
        }  # fmt: skip
        properties[SETTINGS_NAMES[row.name]] = {
            "type": "string" if row.kind in PATTERNS else row.kind,
            "description": row.description,
            **{keyword: value for keyword, value in given.items() if value not in (None, ())},
        }
    return {"type": "object", "properties": properties, "examples": [EXAMPLE]}


def effective_schema() -> dict[str, Any]:
    """The same as it is echoed: without ranges, for an admin's are wider."""
    properties = {
        SETTINGS_NAMES[row.name]: {
            "type": "string" if row.kind in PATTERNS else row.kind, "description": row.description
        }
        for row in SETTINGS
    }
    return {"type": "object", "properties": properties, "examples": [spell(parse_settings(neutral(EXAMPLE)))]}


SettingsRequest = Annotated[Any, WithJsonSchema(_settings_schema())]
EffectiveSettings = Annotated[dict[str, Any], WithJsonSchema(effective_schema())]
