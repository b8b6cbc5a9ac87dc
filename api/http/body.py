"""JSON in requests: bodies checked against a schema, and render settings wherever they come from.

Bodies are read by a dependency instead of FastAPI's own body parameter, because FastAPI reads the body before it asks
who sends it.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.domain.accounts.tokens import Principal
from api.errors import FarmError, InvalidRequest, InvalidSettings
from renderer.errors import SettingsError
from renderer.spec import RenderSettings, parse_settings
from renderer.spec.settings import MAX_LENGTH_ADMIN_S, MAX_LENGTH_S

T = TypeVar("T", bound=BaseModel)


def body_of(schema: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency: the JSON object in the request's body, as `schema`. An absent body is an empty object.

    Place it after the dependency that asks who is calling. Raises InvalidRequest and RequestValidationError.
    """

    async def dependency(request: Request) -> T:
        raw = await request.body()
        try:
            value = decode_json(raw) if raw else {}
        except ValueError as error:
            raise InvalidRequest(f"The request body is not valid JSON: {error}") from None
        if not isinstance(value, dict):
            raise InvalidRequest("The request body must be a JSON object")
        try:
            return schema.model_validate(value)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from None

    return dependency


def documented(schema: type[BaseModel], content_type: str = "application/json") -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is read by hand."""
    described = schema.model_json_schema()
    described = _inlined(described, described.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {content_type: {"schema": described}}}}


def _inlined(described: Any, definitions: dict[str, Any]) -> Any:
    """A JSON schema with what it refers to written out, because its references would mean nothing in openapi.json."""
    if isinstance(described, list):
        return [_inlined(part, definitions) for part in described]
    if not isinstance(described, dict):
        return described
    if "$ref" in described:
        return _inlined(definitions[described["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(part, definitions) for name, part in described.items()}


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Errors about an item of a list say which: `place` is such as "renders[2]" or "renders[2].renderSettings"."""
    try:
        yield
    except FarmError as error:
        inside = error.param is not None and not place.endswith(f".{error.param}")
        raise type(error)(f"{place}: {error.message}", param=f"{place}.{error.param}" if inside else place) from None


def decode_json(raw: bytes) -> object:
    """JSON by the standard: no NaN, no endless nesting. Raises ValueError."""
    try:
        return json.loads(raw, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def render_settings(value: object, principal: Principal) -> RenderSettings:
    """Decoded renderSettings, checked by the rules for this caller. Raises InvalidSettings naming the field."""
    try:
        return parse_settings(value, max_length_s=MAX_LENGTH_ADMIN_S if principal.is_admin else MAX_LENGTH_S)
    except SettingsError as error:
        raise InvalidSettings(str(error), param=error.field) from None


def render_settings_text(raw: bytes, principal: Principal) -> RenderSettings:
    """renderSettings as a form carries them: JSON text, or nothing for the defaults. Raises InvalidSettings."""
    try:
        value = decode_json(raw) if raw.strip() else None
    except ValueError as error:
        raise InvalidSettings(f"renderSettings is not valid JSON: {error}", param="renderSettings") from None
    return render_settings(value, principal)
