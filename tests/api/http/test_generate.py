"""POST /v1/models/generate: models of texts and pictures, with their renders ordered before they are there."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.db.session import Database
from api.domain.work import claims, scheduling
from tests.support.flows import claim_step, contents, fail_step, finish_step, finish_steps
from tests.support.web import GLB, Web

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20_000)).decode()


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Web:
    return Web.make(Database(sqlite_url), tmp_path)


def generate(web: Web, **body: Any) -> Any:
    answer = web.post("/v1/models/generate", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def model(web: Web, model_id: str) -> Any:
    return web.get(f"/v1/models/{model_id}").json()["data"]


def status(web: Web, render_id: str) -> Any:
    return web.get(f"/v1/renders/{render_id}").json()["data"]["status"]


def read_models(web: Web) -> None:
    """Workers read what waits for it, and store what they are to keep."""
    while True:
        with web.database.begin() as session:
            claim = claims.claim(session, worker="test", queues=["inspect"], lease_seconds=60)
        if claim is None:
            return
        kept = {
            owner: {"model": web.put(claim, owner, "model.glb", b"".join(web.storage.read(claim.inputs["model"])),
                                     "model/gltf-binary")} if claim.spec.get("keep") else {}
            for owner in claim.variants
        }  # fmt: skip
        with web.app.state.farm.work() as unit:
            assert scheduling.settle_done(unit, claim, kept, {})


def test_a_model_and_its_render_are_ordered_before_the_model_is_there(web: Web) -> None:
    made = generate(web, prompt="A red wooden chair", renderSettings={"aspect": "1:1"})
    assert made.keys() == {"modelId", "renderId", "flowId"}
    assert model(web, made["modelId"])["title"] == "A red wooden chair"
    assert model(web, made["modelId"])["originalName"] == "a-red-wooden-chair.glb"
    assert status(web, made["renderId"]) == "pending"
    assert web.balance() == 8
    assert web.get(f"/v1/models/{made['modelId']}/file").status_code == 404
    finish_steps(web)
    read_models(web)
    file = web.get(f"/v1/models/{made['modelId']}/file")
    assert file.content == contents("generate-mesh")
    assert model(web, made["modelId"])["fileSize"] == len(file.content)
    web.finish(made["renderId"])
    assert status(web, made["renderId"]) == "done"
    flow = web.get(f"/flows/{made['flowId']}", token=web.generio_key).json()
    assert flow["state"] == "completed"
    assert web.request("DELETE", f"/flows/{made['flowId']}", token=web.generio_key).status_code == 200
    assert web.get(f"/v1/models/{made['modelId']}/file").content == file.content


def test_without_settings_nothing_is_rendered_but_the_thumbnail(web: Web) -> None:
    made = generate(web, image=f"data:image/png;base64,{PNG}", quality="low", seed=3)
    assert made.keys() == {"modelId", "flowId"}
    assert web.balance() == 9
    claim = claim_step(web)
    assert (claim.spec["quality"], claim.spec["seed"], claim.spec["prompt"]) == ("low", 3, None)
    finish_step(web, claim)
    read_models(web)
    assert model(web, made["modelId"])["renders"] == []
    assert web.get("/v1/renders?include=preview").json()["meta"]["total"] == 0


def test_where_the_model_cannot_be_made_all_comes_back_and_it_may_be_tried_again(web: Web) -> None:
    made = generate(web, prompt="A chair", renderSettings={})
    fail_step(web, claim_step(web), "Nothing can be made of it")
    told = web.get(f"/v1/renders/{made['renderId']}").json()["data"]
    assert (told["status"], told["errorMessage"]) == ("error", "Nothing can be made of it")
    assert web.balance() == 10
    again = web.request("PATCH", f"/v1/renders/{made['renderId']}/retry")
    assert again.status_code == 200, again.text
    assert web.balance() == 8
    flow = web.get(f"/flows/{made['flowId']}", token=web.generio_key).json()
    assert (flow["state"], flow["error"]) == ("starting", None)
    finish_steps(web)
    read_models(web)
    web.finish(made["renderId"])
    assert status(web, made["renderId"]) == "done"
    assert web.get(f"/flows/{made['flowId']}", token=web.generio_key).json()["state"] == "completed"


def test_aborting_the_flow_ends_what_waits_for_it(web: Web) -> None:
    made = generate(web, prompt="A chair", renderSettings={})
    answer = web.request("PATCH", f"/flows/{made['flowId']}", token=web.generio_key, json={"action": "abort"})
    assert answer.json()["state"] == "aborting"
    assert status(web, made["renderId"]) == "error"
    assert web.balance() == 10


def test_a_flow_is_not_deleted_while_a_model_is_made_of_it(web: Web) -> None:
    made = generate(web, prompt="A chair")
    finish_steps(web)
    assert web.request("DELETE", f"/flows/{made['flowId']}", token=web.generio_key).status_code == 409
    read_models(web)
    assert web.request("DELETE", f"/flows/{made['flowId']}", token=web.generio_key).status_code == 200


def test_the_same_with_the_same_seed_is_the_same_model(web: Web) -> None:
    first = generate(web, image=PNG, seed=7)
    stored = web.stored()
    second = generate(web, image=PNG, seed=7, renderSettings={})
    assert (second["modelId"], second["duplicate"]) == (first["modelId"], True)
    assert "flowId" not in second
    assert web.balance() == 8
    assert web.stored() == stored
    assert generate(web, image=PNG, seed=8)["modelId"] != first["modelId"]


def test_outputs_of_flows_and_jobs_of_the_pipeline_are_kept_by_their_ids(web: Web) -> None:
    flow = web.post("/flows", token=web.generio_key, json={
        "template": "model_generate_fromprompt", "inputs": [{"data": "A chair"}]
    }).json()  # fmt: skip
    job = web.post("/api/generate", token=None, json={"prompt": "A lamp"}).json()["job_id"]
    unready = web.post("/v1/models/generate", json={"from": job})
    assert (unready.status_code, unready.json()["error"]["code"]) == (409, "invalid_state")
    finish_steps(web)
    path = f"/flows/{flow['flow_id']}/outputs"
    output_id = web.get(path, token=web.generio_key).json()["outputs"][0]["id"]
    kept = generate(web, **{"from": output_id}, renderSettings={}, title="Mine")
    assert model(web, kept["modelId"])["title"] == "Mine"
    assert web.get(f"/v1/models/{kept['modelId']}/file").content == contents("generate-mesh")
    assert "flowId" not in kept
    same = generate(web, **{"from": job})
    assert (same["modelId"], same["duplicate"]) == (kept["modelId"], True)
    read_models(web)
    web.finish(kept["renderId"])
    assert web.balance() == 8
    assert len([key for key in web.stored() if key.startswith("models/")]) == 1


@pytest.mark.parametrize(
    ("body", "param", "says"),
    [
        ({}, None, "Give one of prompt, image and from"),
        ({"prompt": "A chair", "image": PNG}, None, "Give one of"),
        ({"prompt": "   "}, "prompt", "prompt is empty"),
        ({"prompt": "x" * 2001}, "prompt", "up to 2,000 characters"),
        ({"prompt": "x" * 20_000}, "prompt", "up to 2,000 characters"),
        ({"prompt": "a\x00b"}, "prompt", "without control characters"),
        ({"prompt": "A chair", "seed": -5}, "seed", "seed must be"),
        ({"prompt": "A chair", "quality": "best"}, "quality", "quality"),
        ({"prompt": "A chair", "renderSettings": {"aspect": "2:1"}}, "aspect", "aspect"),
        ({"prompt": "A chair", "aspect": "1:1"}, "aspect", "it belongs in renderSettings"),
        ({"image": "no picture"}, "image", "image is neither base64"),
        ({"image": base64.b64encode(GLB).decode()}, "image", "image is model/gltf-binary"),
    ],
)
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    web: Web, body: dict[str, Any], param: str | None, says: str
) -> None:
    answer: httpx.Response = web.post("/v1/models/generate", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error.get("param")) == (400, param), answer.text
    assert says in error["message"]
    assert web.stored() == []
    assert web.balance() == 10
    assert web.get("/v1/models").json()["meta"]["total"] == 0


def test_what_is_not_there_cannot_be_kept(web: Web) -> None:
    for absent in ("0" * 24, "nothing", "6cb6d335"):
        answer = web.post("/v1/models/generate", json={"from": absent})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_without_credits_for_all_of_it_nothing_is_ordered(sqlite_url: str, tmp_path: Path) -> None:
    poor = Web.make(Database(sqlite_url), tmp_path, credits=1)
    answer = poor.post("/v1/models/generate", json={"image": PNG, "renderSettings": {}})
    assert answer.json()["error"]["code"] == "no_credits"
    assert poor.balance() == 1
    assert poor.stored() == []
    assert poor.get("/v1/models").json()["meta"]["total"] == 0


def test_an_order_that_is_sent_twice_with_a_key_is_made_once(web: Web) -> None:
    body = {"json": {"prompt": "A chair", "renderSettings": {}}, "headers": {"Idempotency-Key": "once"}}
    answers = [web.post("/v1/models/generate", **body) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert web.balance() == 8
