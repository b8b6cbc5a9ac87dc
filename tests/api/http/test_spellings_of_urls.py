"""URLs as real clients write them: HEAD, slashes at the end, parameters without a value."""

import pytest
import requests
from fastapi.routing import APIRoute

from api.http.normalise import normalised
from tests.support.web import Web, serving


@pytest.mark.parametrize("path", ["/v1/health", "/v1/models", "/v1/account", "/docs", "/openapi.json"])
def test_head_tells_what_get_would_but_the_body(web: Web, path: str) -> None:
    plain = {"Accept-Encoding": "identity"}  # what is compressed has its length only once it is made
    got, head = (web.request(method, path, headers=plain) for method in ("GET", "HEAD"))
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    differing = {"x-request-id": "", "vary": ""}
    assert {**head.headers, **differing} == {**got.headers, **differing}


def test_head_tells_of_errors_too(web: Web) -> None:
    assert web.request("HEAD", "/v1/renders/AbsentRender").status_code == 404
    assert web.request("HEAD", "/v1/models", token=None).status_code == 401
    assert web.request("HEAD", "/v1/quote").status_code == 405


def test_every_route_that_answers_get_answers_head(web: Web) -> None:
    for route in (route for route in web.app.routes if isinstance(route, APIRoute)):
        if "GET" not in (route.methods or ()):
            continue
        path = route.path
        for name in route.param_convertors:
            path = path.replace(f"{{{name}}}", "AbsentThing1").replace(f"{{{name}:path}}", "absent")
        assert web.request("HEAD", path).status_code != 405, path


def test_head_of_a_stream_ends(web: Web) -> None:
    """On a real server: the stream's own end would be the render's."""
    render_id = web.upload().json()["data"]["renderId"]
    with serving(web.app) as url:
        answer = requests.head(
            f"{url}/v1/renders/{render_id}/events", headers={"Authorization": f"Bearer {web.token}"}, timeout=30
        )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")


def test_allow_names_head_beside_get(web: Web) -> None:
    assert web.request("PUT", "/v1/models").headers["Allow"] == "GET, HEAD, POST"


def test_a_slash_at_the_end_means_nothing(web: Web, model_id: str) -> None:
    assert web.get("/v1/models/").json() == web.get("/v1/models").json()
    assert web.get(f"/v1/models/{model_id}//").json() == web.get(f"/v1/models/{model_id}").json()
    assert web.post("/v1/renders/", json={"modelId": model_id}).status_code == 201


def test_a_parameter_without_a_value_is_as_one_that_is_absent(web: Web, model_id: str) -> None:
    whole = web.get("/v1/renders").json()
    for query in ("status=", "model=", "limit=", "offset=&limit=", "status", "&&"):
        assert web.get(f"/v1/renders?{query}").json() == whole, query
    assert web.get("/v1/models?archived=&tags=").json() == web.get("/v1/models").json()


def test_nothing_else_of_a_url_changes() -> None:
    scope = {"path": "/a%2F/b", "query_string": b"tags=a%3D,b&limit=0&q=+x&tags=c"}
    assert normalised(scope) == scope
    assert normalised({"path": "/", "query_string": b""}) == {"path": "/", "query_string": b""}
    assert normalised({"path": "//", "query_string": b""})["path"] == "/"
