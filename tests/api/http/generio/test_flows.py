"""Generio's API: what its document says, and what it leaves open."""

import base64
import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import clock
from api.db.session import Database
from api.domain.accounts import credentials
from tests.support.flows import claim_step, contents, fail_step, finish_step, finish_steps, lose_results
from tests.support.origin import answer, running_origin
from tests.support.web import Web

FROM_PROMPT, FROM_IMAGE, OPTIMIZE = "model_generate_fromprompt", "model_generate_fromimage", "model_optimize"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)
GLB = b"glTF" + bytes(30_000)
ABSENT = "0" * 24


class Client:
    """Somebody with a key of Generio's API."""

    def __init__(self, web: Web) -> None:
        self.web = web
        with web.database.begin() as session:
            self.key = credentials.issue(session, web.account_id, name="my key", dialect="generio").raw

    def ask(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        return self.web.request(method, path, token=self.key, **arguments)

    def get(self, path: str, **arguments: Any) -> Any:
        answer = self.ask("GET", path, **arguments)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, *data: str, template: str = FROM_PROMPT, **fields: Any) -> Any:
        inputs = [{"data": each, "additional": None} for each in data]
        body = {"template": template, "inputs": inputs or None, "additional": None} | fields
        answer = self.ask("POST", "/flows", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change(self, flow_id: str, action: str) -> httpx.Response:
        return self.ask("PATCH", f"/flows/{flow_id}", json={"action": action})


@pytest.fixture
def client(sqlite_url: str, tmp_path: Path) -> Iterator[Client]:
    database = Database(sqlite_url)
    yield Client(Web.make(database, tmp_path))
    database.dispose()


def uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def problem(answer: httpx.Response) -> tuple[int, list[str | int] | None, str]:
    """Status, place and message of a refusal."""
    detail = answer.json()["detail"]
    if isinstance(detail, str):
        return answer.status_code, None, detail
    assert [each.keys() for each in detail] == [{"loc", "msg", "type"}]
    return answer.status_code, detail[0]["loc"], detail[0]["msg"]


def test_a_flow_with_inputs_is_started_at_once_and_ends_with_outputs(client: Client) -> None:
    made = client.order("A modern office chair", parameters={"quality": "low", "seed": -1})
    assert re.fullmatch(r"[0-9a-f]{24}", made["flow_id"])
    assert (made["state"], made["progress"], made["additional"]) == ("starting", 0.0, None)
    assert made["parameters"]["quality"] == "low"
    assert 0 <= made["parameters"]["seed"] < 2**32
    flow_id = made["flow_id"]
    assert problem(client.ask("GET", f"/flows/{flow_id}/outputs"))[0] == 409
    claim = claim_step(client.web)
    running = client.get(f"/flows/{flow_id}")
    assert (running["state"], running["started_at"][-1]) == ("running", "Z")
    assert 0 < running["progress"] < 1
    finish_step(client.web, claim)
    done = client.get(f"/flows/{flow_id}")
    assert (done["state"], done["progress"]) == ("completed", 1.0)
    assert done["finished_at"]
    [output] = client.get(f"/flows/{flow_id}/outputs")["outputs"]
    assert output["id"] == output["asset_id"]
    assert (output["status"], output["mime_type"], output["error"]) == ("ready", "model/gltf-binary", None)
    assert output["processed"].endswith("Z")
    assert output["metadata"] == {"mesh": {"engine": "procedural"}}
    model = client.ask("GET", f"/flows/{flow_id}/outputs/{output['id']}")
    assert model.content == contents("generate-mesh")
    assert len(model.content) == output["size"]
    assert model.headers["Content-Type"] == "model/gltf-binary"
    assert model.headers["Content-Disposition"] == f'attachment; filename="{output["id"]}.glb"'


def test_outputs_are_bytes_unless_json_is_asked_for_by_name(client: Client) -> None:
    flow_id = client.order("A chair")["flow_id"]
    finish_steps(client.web)
    [output] = client.get(f"/flows/{flow_id}/outputs?include_data=true")["outputs"]
    assert output["data"] == uri(contents("generate-mesh"), "model/gltf-binary")
    path = f"/flows/{flow_id}/outputs/{output['id']}"
    for headers in ({}, {"Accept": "*/*"}, {"Content-Type": "application/json"}, {"Accept": "model/gltf-binary"}):
        assert client.ask("GET", path, headers=headers).content == contents("generate-mesh")
    for accept in ("application/json", "text/html, Application/JSON;q=0.9"):
        answer = client.ask("GET", path, headers={"Accept": accept})
        assert answer.json() == {"data": uri(contents("generate-mesh"), "model/gltf-binary")}
    part = client.ask("GET", path, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, contents("generate-mesh")[2:5])
    assert client.ask("HEAD", path).headers["Content-Length"] == str(output["size"])


def test_an_output_that_the_storage_lost_is_not_found(client: Client) -> None:
    flow_id = client.order("A chair")["flow_id"]
    finish_steps(client.web)
    [output] = client.get(f"/flows/{flow_id}/outputs")["outputs"]
    lose_results(client.web)
    paths = f"/flows/{flow_id}/outputs/{output['id']}", f"/flows/{flow_id}/outputs?include_data=true"
    for path, accept in ((paths[0], "*/*"), (paths[0], "application/json"), (paths[1], "*/*")):
        answer = client.ask("GET", path, headers={"Accept": accept})
        assert problem(answer) == (404, None, "The file is no longer in the storage")


def test_inputs_come_as_data_uris_bare_base64_or_text(client: Client) -> None:
    flow_id = client.order(template=FROM_IMAGE)["flow_id"]
    ids = []
    for data, additional in (
        (uri(PNG, "image/png"), {"view": 1}), (base64.b64encode(b"\xff\xd8\xff" + bytes(99)).decode(), None),
        (uri(b"II*\0" + bytes(99), "image/tiff"), None), (uri(b"RIFF....WEBP" + bytes(9), "image/webp"), None),
        (uri(b"\xff\xd8\xff", "image/jpg"), None), (uri(PNG * 50, "image/png"), "large"),
    ):
        answer = client.ask("POST", f"/flows/{flow_id}/inputs", json={"data": data, "additional": additional})
        assert answer.status_code == 200, answer.text
        added = answer.json()
        assert added == {"flow_id": flow_id, "id": added["asset_id"], "asset_id": added["asset_id"],
                         "status": "available", "additional": additional}  # fmt: skip
        ids.append(added["id"])
    listed = client.get(f"/flows/{flow_id}/inputs")["inputs"]
    assert [each["id"] for each in listed] == ids
    assert [each["mime_type"].removeprefix("image/") for each in listed] == [
        "png", "jpeg", "tiff", "webp", "jpeg", "png"
    ]  # fmt: skip
    assert "data" not in listed[0]
    with_data = client.get(f"/flows/{flow_id}/inputs?include_data=true")["inputs"]
    assert with_data[0]["data"] == uri(PNG, "image/png")
    assert client.get(f"/flows/{flow_id}/inputs/{ids[5]}")["data"] == uri(PNG * 50, "image/png")
    assert client.change(flow_id, "start").json()["state"] == "starting"
    assert problem(client.ask("POST", f"/flows/{flow_id}/inputs", json={"data": uri(PNG, "image/png")}))[0] == 409
    finish_steps(client.web)
    outputs = client.get(f"/flows/{flow_id}/outputs")["outputs"]
    assert [each["additional"] for each in outputs] == [{"view": 1}, None, None, None, None, "large"]
    assert client.web.balance() == 4


def test_prompts_are_texts_or_data_uris_of_texts(client: Client) -> None:
    flow_id = client.order(template=FROM_PROMPT)["flow_id"]
    for data in ("QUJD", "data:text/plain;base64,QSBjaGFpcg==", "data:text/plain;charset=utf-8,A%20chair", "eine 椅子"):
        client.ask("POST", f"/flows/{flow_id}/inputs", json={"data": data})
    inputs = client.get(f"/flows/{flow_id}/inputs?include_data=true")["inputs"]
    assert [each["data"] for each in inputs] == ["QUJD", "A chair", "A chair", "eine 椅子"]
    assert client.get(f"/flows/{flow_id}/inputs/{inputs[3]['id']}")["data"] == "eine 椅子"


@pytest.mark.parametrize(
    ("template", "data", "says"),
    [
        (FROM_IMAGE, uri(GLB, "model/gltf-binary"), "data is model/gltf-binary, and model_generate_fromimage takes"),
        (FROM_IMAGE, base64.b64encode(GLB).decode(), "not model/gltf-binary"),
        (FROM_IMAGE, uri(GLB, "image/png"), "not model/gltf-binary"),
        (FROM_IMAGE, uri(b"no picture", "image/png"), "data is no GLB, and no PNG"),
        (FROM_IMAGE, uri(b"no picture" * 3000, "image/png"), "data is no GLB, and no PNG"),
        (FROM_IMAGE, "A chair", "data is neither base64 nor a data URI"),
        (FROM_IMAGE, "A chair " * 3000, "data is neither base64 nor a data URI"),
        (FROM_IMAGE, "iVBORw0KGgo=AAAA", "data is neither base64"),
        (FROM_IMAGE, "iVBORw0KGgo", "data is neither base64"),
        (FROM_IMAGE, "data:image/png,iVBORw0KGgo=", "data is neither base64"),
        (FROM_IMAGE, "", "data is empty"),
        (FROM_IMAGE, "data:image/png;base64,", "data is empty"),
        (FROM_IMAGE, "https://example.com/chair.png", "data is a URL, and this farm fetches none"),
        (OPTIMIZE, uri(PNG, "image/png"), "data is image/png, and model_optimize takes model/gltf-binary"),
        (FROM_PROMPT, "x" * 2001, "up to 2,000 characters"),
        (FROM_PROMPT, "x" * 20_000, "data is too long for a text"),
        (FROM_PROMPT, " ", "data: The text is empty"),
        (FROM_PROMPT, "a\x00b", "without control characters"),
        (FROM_PROMPT, "data:text/plain;base64,////", "data is a data URI without a text"),
    ],
)
def test_what_a_template_does_not_take_is_refused_and_leaves_nothing(
    client: Client, template: str, data: str, says: str
) -> None:
    good = {FROM_PROMPT: "A lamp", FROM_IMAGE: uri(PNG * 20, "image/png"), OPTIMIZE: uri(GLB, "model/gltf-binary")}
    body = {"template": template, "inputs": [{"data": good[template]}, {"data": data}]}
    status, place, message = problem(client.ask("POST", "/flows", json=body))
    assert (status, place) == (422, ["body", "inputs", 1, "data"])
    assert says in message
    assert client.web.stored() == []
    assert client.get("/flows")["total"] == 0
    assert client.web.balance() == 10


@pytest.mark.parametrize(
    ("body", "place", "says"),
    [
        ({"template": "model_print"}, ["body", "template"], "There is no template 'model_print'"),
        ({"template": "grok_pipeline"}, ["body", "template"], "There is no template"),
        ({}, ["body", "template"], "template: Field required"),
        ({"template": FROM_PROMPT, "parameters": {"quality": "medium"}}, ["body", "parameters", "quality"],
         'quality must be "low" or "high"'),
        ({"template": OPTIMIZE, "parameters": {"polygon_count": "many"}}, ["body", "parameters", "polygon_count"],
         "polygon_count must be an integer from 4"),
        ({"template": FROM_PROMPT, "parameters": {"sed": 1}}, ["body", "parameters"], "has no 'sed'"),
        ({"template": FROM_PROMPT, "inputs": [{"text": "A chair"}]}, ["body", "inputs", 0, "data"], "Field required"),
        ({"template": FROM_PROMPT, "inputs": [{"data": "A chair"}] * 17}, ["body", "inputs"], "up to 16 inputs"),
        ({"template": FROM_PROMPT, "inputs": "A chair"}, ["body", "inputs"], "valid list"),
    ],
)  # fmt: skip
def test_malformed_orders_are_refused_by_place(
    client: Client, body: dict[str, Any], place: list[str | int], says: str
) -> None:
    status, where, message = problem(client.ask("POST", "/flows", json=body))
    assert (status, where) == (422, place)
    assert says in message


def test_bodies_that_are_no_json_are_refused(client: Client) -> None:
    for content in (b"{", b"[]", b'{"template": "' + b"x" * 20_000, b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 5000):
        assert problem(client.ask("POST", "/flows", content=content))[:2] == (422, ["body"])
    long = json.dumps({"template": FROM_PROMPT, "additional": ["x" * 1000] * 2000})
    assert problem(client.ask("POST", "/flows", content=long.encode()))[0] == 413


def test_base64_with_escaped_slashes_is_taken_and_other_escapes_are_not(client: Client) -> None:
    data = uri(PNG + b"\xff" * 30_000, "image/png")
    assert "///" in data
    body = json.dumps({"template": FROM_IMAGE, "inputs": [{"data": data}]})
    assert client.ask("POST", "/flows", content=body.replace("/", "\\/").encode()).status_code == 200
    broken = body.replace("////", "\\n", 1).encode()
    assert problem(client.ask("POST", "/flows", content=broken))[0] == 422


def test_lifecycle_actions_in_the_wrong_state_are_conflicts(client: Client) -> None:
    flow_id = client.order(template=FROM_PROMPT)["flow_id"]
    assert problem(client.change(flow_id, "start")) == (409, None, "Flow has no inputs")
    assert problem(client.change(flow_id, "abort"))[0] == 409
    assert problem(client.change(flow_id, "pause"))[:2] == (422, ["body", "action"])
    started = client.order("A chair")["flow_id"]
    assert problem(client.change(started, "start"))[0] == 409
    assert problem(client.ask("DELETE", f"/flows/{started}"))[0] == 409
    claim_step(client.web)
    assert client.change(started, "abort").json()["state"] == "aborting"
    assert client.get(f"/flows/{started}")["state"] == "aborted"
    assert client.get(f"/flows/{started}/outputs") == {"flow_id": started, "outputs": []}
    assert client.web.balance() == 10


def test_a_failed_flow_says_why_and_is_refunded(client: Client) -> None:
    flow_id = client.order("A chair", "A lamp")["flow_id"]
    assert client.web.balance() == 8
    fail_step(client.web, claim_step(client.web), "Nothing can be made of it")
    finish_steps(client.web)
    failed = client.get(f"/flows/{flow_id}")
    assert (failed["state"], failed["error"]) == ("failed", "Nothing can be made of it")
    assert len(client.get(f"/flows/{flow_id}/outputs")["outputs"]) == 1
    states = {each["status"]: each["error"] for each in client.get(f"/flows/{flow_id}/inputs")["inputs"]}
    assert states == {"error": "Nothing can be made of it", "ready": None}
    assert client.web.balance() == 10


def test_deleted_flows_are_gone_with_their_files(client: Client) -> None:
    flow_id = client.order(uri(GLB, "model/gltf-binary"), template=OPTIMIZE)["flow_id"]
    finish_steps(client.web)
    assert len(client.web.stored()) == 2
    assert client.ask("DELETE", f"/flows/{flow_id}").json() == {"flow_id": flow_id, "deleted": True}
    assert client.web.stored() == []
    for path in ("", "/inputs", "/outputs"):
        assert problem(client.ask("GET", f"/flows/{flow_id}{path}")) == (404, None, "Flow not found")


def test_lists_are_filtered_and_sorted(client: Client) -> None:
    ids = [client.order("A chair")["flow_id"], client.order("A lamp")["flow_id"]]
    finish_steps(client.web)
    waiting = client.order(template=OPTIMIZE)["flow_id"]
    listed = client.get("/flows")
    assert ([each["flow_id"] for each in listed["flows"]], listed["total"]) == ([waiting, *reversed(ids)], 3)
    assert [each["flow_id"] for each in client.get("/flows?filter_by=created")["flows"]] == [waiting]
    assert client.get("/flows?filter_by=completed&limit=1&offset=1")["flows"][0]["flow_id"] == ids[0]
    for sort in ("status", "state", "progress", "created_at", "started_at", "finished_at"):
        assert client.get(f"/flows?sort_by={sort}")["total"] == 3
    assert problem(client.ask("GET", "/flows?filter_by=done"))[:2] == (422, ["query", "filter_by"])
    assert problem(client.ask("GET", "/flows?sort_by=size"))[:2] == (422, ["query", "sort_by"])


def test_templates_tell_what_can_be_asked(client: Client) -> None:
    listed = client.get("/templates")["templates"]
    assert [each["name"] for each in listed] == [FROM_PROMPT, FROM_IMAGE, OPTIMIZE]
    first = listed[0]
    assert (first["template_name"], first["category"]) == (FROM_PROMPT, "Assets → 3D Model")
    assert (first["input_types"], first["output_types"]) == (["text/plain"], ["model/gltf-binary"])
    assert first["parameters"]["quality"] | {"description": ""} == {
        "type": "string", "default": "high", "allowed": ["low", "high"], "minimum": None, "maximum": None,
        "description": "",
    }  # fmt: skip
    for name in (FROM_PROMPT, first["template_id"]):
        assert client.get(f"/templates/{name}") == first
    assert problem(client.ask("GET", "/templates/model_print"))[0] == 404
    by_id = client.order("A chair", template=first["template_id"])
    assert by_id["template"] == FROM_PROMPT


def test_keys_are_named_expire_and_open_nothing_else(client: Client) -> None:
    with client.web.database.begin() as session:
        old = credentials.issue(
            session, client.web.account_id, name="old", dialect="generio", expires_at=clock.now() - dt.timedelta(days=1)
        ).raw
    for key in (None, old, "nonsense", client.web.token):
        answer = client.web.request("GET", "/flows", token=key)
        assert problem(answer)[0] == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert client.web.get("/v1/account", token=client.key).status_code == 401


def test_paths_that_are_not_there_are_told_in_its_words(client: Client) -> None:
    assert problem(client.ask("GET", "/flows/a/b/c/d")) == (404, None, "No such path")
    assert problem(client.ask("PUT", "/flows"))[0] == 405
    for path in (f"/flows/{ABSENT}", "/flows/nothing", "/flows/%00", f"/flows/{ABSENT}/inputs"):
        assert problem(client.ask("GET", path)) == (404, None, "Flow not found")
    flow_id = client.order("A chair")["flow_id"]
    finish_steps(client.web)
    for kind in ("inputs", "outputs"):
        for asset in (ABSENT, "nothing"):
            assert problem(client.ask("GET", f"/flows/{flow_id}/{kind}/{asset}")) == (404, None, "Asset not found")


def test_an_order_that_is_sent_twice_with_a_key_is_made_once(client: Client) -> None:
    body = {"template": FROM_PROMPT, "inputs": [{"data": "A chair"}]}
    answers = [
        client.ask("POST", "/flows", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]  # fmt: skip
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    other = client.ask("POST", "/flows", json=body | {"parameters": {"seed": 1}}, headers={"Idempotency-Key": "once"})
    assert problem(other)[0] == 409
    assert client.web.balance() == 9


def test_without_credits_nothing_is_ordered(sqlite_url: str, tmp_path: Path) -> None:
    poor = Client(Web.make(Database(sqlite_url), tmp_path, credits=0))
    body = {"template": FROM_IMAGE, "inputs": [{"data": uri(PNG, "image/png")}]}
    assert problem(poor.ask("POST", "/flows", json=body))[0] == 402
    assert poor.web.stored() == []


def test_files_over_the_limit_are_refused_as_they_arrive(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.flow_inputs.MOST_MB", 1)
    body = {"template": OPTIMIZE, "inputs": [{"data": uri(GLB * 40, "model/gltf-binary")}]}
    status, place, message = problem(client.ask("POST", "/flows", json=body))
    assert (status, place, message) == (413, None, "File exceeds the 1 MB limit")
    assert client.web.stored() == []


def test_inputs_may_be_urls_where_the_farm_allows_it_and_the_address_is_one_it_may_ask(
    sqlite_url: str, tmp_path: Path
) -> None:
    web = Web.make(Database(sqlite_url), tmp_path, flow_input_urls=True, ingest_allow="127.0.0.1")
    client = Client(web)
    with running_origin() as origin:
        origin.answers["/chair.png"] = answer(PNG)
        origin.answers["/page"] = answer(b"<html>")
        flow_id = client.order(f"{origin.url}/chair.png", template=FROM_IMAGE)["flow_id"]
        [made] = client.get(f"/flows/{flow_id}/inputs?include_data=true")["inputs"]
        assert made["data"] == uri(PNG, "image/png")
        for url, says in ((f"{origin.url}/page", "data is no GLB"), (f"{origin.url}/absent", "status 404"),
                          ("http://169.254.169.254/x.png", "")):  # fmt: skip
            refused = client.ask("POST", "/flows", json={"template": FROM_IMAGE, "inputs": [{"data": url}]})
            assert refused.status_code == 422, refused.text
            assert says in refused.text
    assert len(web.stored()) == 1
