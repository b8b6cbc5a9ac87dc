"""/openapi.json says what the service does, and all of what the documents of dx.gl and Glossi say."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from api.http.app import DIALECTS
from api.http.dialect import Dialects
from api.http.dxgl.errors import STATUS
from api.http.glossi.errors import TOLD
from tests.support.spec import generio_routes, glossi_routes, grok_routes, reference_routes
from tests.support.web import Web

DXGL_ROUTES = {
    ("POST", "/v1/models"),
    ("POST", "/v1/models/ingest"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/:id"),
    ("PATCH", "/v1/models/:id"),
    ("PATCH", "/v1/models/:id/archive"),
    ("PATCH", "/v1/models/:id/unarchive"),
    ("GET", "/v1/models/:id/file"),
    ("POST", "/v1/models/check-hash"),
    ("DELETE", "/v1/models/:id"),
    ("POST", "/v1/renders"),
    ("GET", "/v1/renders"),
    ("GET", "/v1/renders/:id"),
    ("PATCH", "/v1/renders/:id/dismiss"),
    ("DELETE", "/v1/renders/:id"),
    ("POST", "/v1/renders/batch"),
    ("GET", "/v1/renders/:id/video"),
    ("GET", "/v1/renders/:id/poster"),
    ("GET", "/v1/renders/:id/thumb"),
    ("GET", "/v1/renders/:id/bundle"),
    ("POST", "/v1/overlays"),
    ("GET", "/v1/overlays"),
    ("DELETE", "/v1/overlays/:id"),
    ("GET", "/v1/account"),
    ("POST", "/v1/quote"),
    ("GET", "/v1/health"),
}
"""Every route of dx.gl's API reference."""

FORMATS = ("webp", "gif", "webm", "hevc", "png", "exr", "spin")
SHARED = ("video", "image", "poster", "thumb", "strip", "dataset", *FORMATS)
PUBLIC_ROUTES = {("GET", f"/api/v/:id/:id/{name}") for name in SHARED}
PUBLIC_ROUTES |= {("GET", "/i/{signature}/{settings}/:id.{image_format}")}
PUBLIC_ROUTES |= {("GET", path) for path in ("/s/:id", "/embed/:id/:id", "/g", "/g/:id", "/g/:id/:id")}

OUR_ROUTES = {
    ("POST", "/v1/models/generate"),
    ("POST", "/v1/models/:id/image-url"),
    ("GET", "/v1/image-key"),
    ("POST", "/v1/image-key"),
    ("GET", "/v1/renders/:id/dataset"),
    ("GET", "/v1/renders/:id/image"),
    *(("GET", f"/v1/renders/:id/{name}") for name in ("strip", *FORMATS)),
    ("GET", "/v1/renders/:id/events"),
    ("PATCH", "/v1/renders/:id/cancel"),
    ("PATCH", "/v1/renders/:id/retry"),
    ("PATCH", "/v1/renders/:id/put-first"),
    *((method, "/v1/renders/:id/share") for method in ("GET", "PUT", "POST", "DELETE")),
    ("GET", "/v1/renders/export"),
    *(("POST", f"/v1/{path}") for path in ("renders/cancel", "renders/delete", "models/delete")),
    ("GET", "/v1/deleted"),
    ("POST", "/v1/models/:id/restore"),
    ("POST", "/v1/renders/:id/restore"),
    ("GET", "/v1/tags"),
    *((method, "/v1/uploads") for method in ("GET", "POST")),
    *((method, "/v1/uploads/:id") for method in ("GET", "DELETE")),
    ("PUT", "/v1/uploads/:id/{number}"),
    ("POST", "/v1/uploads/:id/complete"),
    ("GET", "/v1/ledger"),
    ("GET", "/v1/keys"),
    ("POST", "/v1/keys"),
    ("DELETE", "/v1/keys/:id"),
    ("POST", "/v1/tickets"),
    ("GET", "/v1/webhooks/secret"),
    ("POST", "/v1/webhooks/secret"),
    ("GET", "/v1/webhooks/deliveries"),
    ("POST", "/v1/webhooks/deliveries/:id/send-again"),
    *PUBLIC_ROUTES,
}

GLOSSI_ROUTES = {
    ("POST", "/api/v1/models"),
    ("POST", "/api/v1/models/:id/confirm"),
    ("POST", "/api/v1/models/status"),
    ("GET", "/api/v1/templates"),
    ("POST", "/api/v1/projects"),
    ("POST", "/api/v1/renders"),
    ("GET", "/api/v1/renders/:id"),
    ("POST", "/api/v1/renders/:id/retry"),
    ("PUT", "/api/v1/webhooks"),
    ("POST", "/api/v1/jobs"),
    ("POST", "/api/v1/jobs/:id/confirm-uploads"),
    ("GET", "/api/v1/jobs/:id"),
}
"""Every route of Glossi's documents."""

OUR_GLOSSI_ROUTES = {
    ("GET", "/api/v1/models"),
    ("GET", "/api/v1/models/:id"),
    ("DELETE", "/api/v1/models/:id"),
    ("GET", "/api/v1/models/:id/variants"),
    ("POST", "/api/v1/models/:id/variants"),
    ("DELETE", "/api/v1/models/:id/variants/:id"),
    ("POST", "/api/v1/templates"),
    ("GET", "/api/v1/templates/:id"),
    ("PUT", "/api/v1/templates/:id"),
    ("DELETE", "/api/v1/templates/:id"),
    ("GET", "/api/v1/projects"),
    ("GET", "/api/v1/projects/:id"),
    ("DELETE", "/api/v1/projects/:id"),
    ("GET", "/api/v1/webhooks"),  # these two are documented elsewhere
    ("DELETE", "/api/v1/webhooks"),
    ("GET", "/api/v1/webhooks/deliveries"),
    ("POST", "/api/v1/webhooks/deliveries/:id/send-again"),
}

GENERIO_ROUTES = {
    ("POST", "/flows"),
    ("GET", "/flows/:id"),
    ("GET", "/flows/:id/outputs"),
    ("GET", "/flows/:id/outputs/:id"),
}
"""Every route of Generio's document."""

GENERIO_ROUTES_ELSEWHERE = {
    ("GET", "/flows"),
    ("PATCH", "/flows/:id"),
    ("DELETE", "/flows/:id"),
    ("GET", "/flows/:id/inputs"),
    ("POST", "/flows/:id/inputs"),
    ("GET", "/flows/:id/inputs/:id"),
    ("GET", "/templates"),
    ("GET", "/templates/:id"),  # this one is ours
}
"""What Generio's reference of endpoints has besides."""

GROK_ROUTES = {
    ("POST", "/api/generate"),
    ("GET", "/api/status/:id"),
    ("GET", "/api/asset/:id"),
    ("GET", "/api/examples"),
}
"""Every route of the Grok pipeline's document."""

OUR_GROK_ROUTES = {("DELETE", "/api/jobs/:id")}

IDEMPOTENT_POSTS = {
    "/v1/models", "/v1/models/generate", "/v1/models/ingest", "/v1/renders", "/v1/renders/batch",
    "/api/v1/models", "/api/v1/projects", "/api/v1/renders", "/api/v1/jobs",
    "/flows",
}  # fmt: skip
FREE_POSTS = {"/api/v1/models", "/api/v1/projects", "/api/v1/jobs"}
"""Of those: what costs something comes later."""


@pytest.fixture
def document(web: Web) -> dict[str, Any]:
    described: dict[str, Any] = web.get("/openapi.json", token=None).json()
    return described


dialect_of = Dialects(DIALECTS).of


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def routes(document: dict[str, Any], dialect: str) -> set[tuple[str, str]]:
    return {
        (method, re.sub(r"\{\w+_id\}", ":id", path))
        for method, path, _ in operations(document)
        if dialect_of(path).name == dialect
    }


def test_our_routes_are_those_of_the_document(document: dict[str, Any]) -> None:
    assert routes(document, "dxgl") == DXGL_ROUTES | OUR_ROUTES
    assert routes(document, "glossi") == GLOSSI_ROUTES | OUR_GLOSSI_ROUTES
    assert routes(document, "generio") == GENERIO_ROUTES | GENERIO_ROUTES_ELSEWHERE
    assert routes(document, "grok") == GROK_ROUTES | OUR_GROK_ROUTES


def test_the_lists_of_the_documents_routes_are_whole() -> None:
    assert reference_routes() == DXGL_ROUTES
    assert glossi_routes() == GLOSSI_ROUTES
    assert generio_routes() == GENERIO_ROUTES
    assert grok_routes() == GROK_ROUTES


def test_operations_have_names_tags_and_words_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)
    known = {tag["name"] for tag in document["tags"]}
    assert {tag for _, _, operation in operations(document) for tag in operation["tags"]} == known


def is_public(path: str) -> bool:
    pipeline = dialect_of(path).name == "grok" and not path.startswith("/api/jobs")
    return pipeline or path == "/v1/health" or path.startswith(("/api/v/", "/s/", "/i/", "/embed/", "/g"))


def test_every_route_but_health_and_the_shared_files_asks_for_a_token_with_scopes(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        if is_public(path):
            assert "security" not in operation
        else:
            [[(scheme, scopes)]] = [requirement.items() for requirement in operation["security"]]
            described = document["components"]["securitySchemes"][scheme]
            if dialect_of(path).name == "glossi":
                assert (described["type"], described["in"], described["name"]) == ("apiKey", "header", "X-API-Key")
            else:
                assert (described["type"], described["scheme"]) == ("http", "bearer")
            assert scopes
            assert set(scopes) <= {"read", "write", "render", "admin"}


def test_routes_name_their_errors_with_examples(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        errors = {status: body for status, body in operation["responses"].items() if status >= "400"}
        malformed = "422" if dialect_of(path).name == "generio" else "400"
        assert {malformed, "500"} <= errors.keys()
        assert ("422" in errors) == (malformed == "422")
        assert is_public(path) or {"401", "403"} <= errors.keys()
        for status, body in errors.items():
            for code, example in body["content"]["application/json"].get("examples", {}).items():
                error = example["value"]
                if dialect_of(path).name in ("generio", "grok"):
                    assert {"detail"} <= error.keys() <= {"detail", "error"}
                    continue
                if dialect_of(path).name == "glossi":
                    assert error.keys() == {"error", "code"}
                    assert (int(status), error["code"]) == TOLD.get(code, TOLD["not_found"])
                else:
                    error = error["error"]
                    assert (error["code"], error["status"]) == (code, int(status)) == (code, STATUS[code])
                assert f"`{error['code']}`" in body["description"]


def test_bodies_of_glossi_are_named_as_no_others(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if "__glossi__" in name] == []


def test_posts_that_cost_credits_take_an_idempotency_key(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method == "POST" and path in IDEMPOTENT_POSTS)
        # a picture is paid for once; elsewhere a second one is refused, since the render isn't in error any more, or
        # the flow is started
        once = path.endswith("/retry") or path.startswith("/i/") or (method, path) == ("PATCH", "/flows/{flow_id}")
        once = once or (method == "POST" and path.startswith("/v1/uploads"))  # one of the same bytes at a time
        costs = "Idempotency-Key" in names and path not in FREE_POSTS
        if path != "/api/generate":  # nobody knows who asks there
            assert ("402" in operation["responses"]) == (costs or once)
        assert ("Idempotency-Key" not in names) or "409" in operation["responses"]


def test_every_json_body_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    bodies = 0
    for _, _, operation in operations(document):
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            media_type = part.get("content", {}).get("application/json")
            if media_type is not None:
                examples = [each["value"] for each in media_type.get("examples", {}).values()]
                schema = media_type["schema"] | {"components": document["components"]}
                for example in examples or [media_type["example"]]:
                    jsonschema_rs.validate(schema, example)
                    bodies += 1
    assert bodies > 400


def test_the_upload_form_and_the_render_settings_are_described(document: dict[str, Any]) -> None:
    upload = document["paths"]["/v1/models"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert set(upload["properties"]) == {"file", "renderSettings", "notifyUrl"}
    order = document["paths"]["/v1/renders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert order["required"] == ["modelId"]
    settings = order["properties"]["renderSettings"]["properties"]
    assert settings["aspect"]["enum"] == ["16:9", "1:1", "9:16"]
    assert (settings["zoom"]["type"], settings["zoom"]["minimum"], settings["zoom"]["maximum"]) == ("number", 0.5, 2.0)
    assert settings["bgColor"]["pattern"] == "^#[0-9a-fA-F]{6}$"
    assert (settings["easing"]["type"], settings["easing"]["default"]) == ("boolean", True)
