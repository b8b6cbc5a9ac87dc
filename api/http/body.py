"""JSON in requests: bodies checked against a schema.

Bodies are read by a dependency instead of FastAPI's own body parameter, because FastAPI reads the body before it asks
who sends it.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.http.errors import MalformedBody

T = TypeVar("T", bound=BaseModel)


def body_of(schema: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency: the JSON object in the request's body, as `schema`. An absent body is an empty object.

    Place it after the dependency that asks who is calling. Raises MalformedBody and RequestValidationError.
    """

    async def dependency(request: Request) -> T:
        raw = await request.body()
        try:
            value = decode_json(raw) if raw else {}
            if b"\\u" in raw:
                _refuse_halves(value)
        except ValueError as error:
            raise MalformedBody(f"The request body is not valid JSON: {error}") from None
        if not isinstance(value, dict):
            raise MalformedBody("The request body must be a JSON object")
        try:
            return schema.model_validate(value)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from None

    return dependency


def documented(schema: type[BaseModel], content_type: str = "application/json") -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is read by hand."""
    described = schema.model_json_schema()
    described = inlined(described, described.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {content_type: {"schema": described}}}}


def inlined(described: Any, definitions: dict[str, Any]) -> Any:
    """A JSON schema with what it refers to written out, because its references would mean nothing in openapi.json."""
    if isinstance(described, list):
        return [inlined(part, definitions) for part in described]
    if not isinstance(described, dict):
        return described
    if "$ref" in described:
        return inlined(definitions[described["$ref"].rpartition("/")[2]], definitions)
    return {name: inlined(part, definitions) for name, part in described.items()}


def decode_json(raw: str | bytes) -> object:
    """JSON by the standard: no NaN, no endless nesting. Raises ValueError."""
    try:
        return json.loads(raw, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_halves(value: object) -> None:
    """A surrogate without its other half is no character: no database stores it, and no answer can quote it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("it has half a surrogate pair") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
