"""openapi.json: what FastAPI finds in the routes, with a whole example for every JSON body, made of its fields' own."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi


def openapi_of(app: FastAPI, tags: Mapping[str, str]) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes,
            tags=[{"name": name, "description": description} for name, description in tags.items()],
        )  # fmt: skip
        schemas = document["components"]["schemas"]
        _put_errors_into_json(document)
        _drop_validation_errors(document)
        for media_type in _json_bodies(document):
            if "examples" not in media_type:
                media_type["example"] = example_of(media_type["schema"], schemas)
        app.openapi_schema = document
    return app.openapi_schema


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _put_errors_into_json(document: dict[str, Any]) -> None:
    """FastAPI puts their schema under the media type of the route's success."""
    for operation in _operations(document):
        for status, described in operation["responses"].items():
            content = described.get("content", {})
            for other in [kind for kind in content if status >= "400" and kind != "application/json"]:
                content["application/json"] |= content.pop(other)


def _drop_validation_errors(document: dict[str, Any]) -> None:
    """FastAPI lists its own answer to malformed requests, which no dialect gives: see api.http.errors."""
    for operation in _operations(document):
        content = operation["responses"].get("422", {}).get("content", {})
        if content.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("/HTTPValidationError"):
            del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)


def _json_bodies(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The media types `application/json` of all requests and responses."""
    for operation in _operations(document):
        for described in (operation.get("requestBody", {}), *operation["responses"].values()):
            if "application/json" in described.get("content", {}):
                yield described["content"]["application/json"]


def example_of(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """A value of the schema, from its examples, constants and defaults. Raises LookupError where it has none."""
    if "$ref" in schema:
        return example_of(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "examples" in schema:
        return schema["examples"][0]
    for keyword in ("const", "default"):
        if schema.get(keyword) is not None:
            return schema[keyword]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], definitions)
    if schema.get("type") == "array":
        return [example_of(schema["items"], definitions)]
    if "properties" in schema:
        return {
            name: example_of(each, definitions)
            for name, each in schema["properties"].items()
            if name in schema.get("required", ()) or has_example(each)
        }
    raise LookupError(f"no example in {schema}")


def has_example(schema: dict[str, Any]) -> bool:
    """Whether a field that may be left out is shown."""
    return any(schema.get(keyword) is not None for keyword in ("examples", "const", "default"))
