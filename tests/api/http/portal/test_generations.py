"""/portal/api/generations: models made of a sentence or a picture; /portal/api/optimisations: lighter ones."""

import base64
import io
import json
import struct

from PIL import Image

from api.domain.work import claims, scheduling
from tests.api.http.portal.browser import PersonsBrowser, code
from tests.support.flows import lose_results

PATH = "/portal/api/generations"


def make(boss: PersonsBrowser, data: bytes) -> None:
    """Does what a worker does to the generation that waits."""
    web = boss.web
    with web.database.begin() as session:
        claim = claims.claim(session, worker="test", queues=["generate"], lease_seconds=60)
    assert claim is not None
    [owner] = claim.variants
    file = web.put(claim, owner, "model.glb", data, "model/gltf-binary")
    with web.app.state.farm.work() as session:
        assert scheduling.settle_done(session, claim, {owner: {"glb": file}}, {})


def test_a_sentence_becomes_a_model_that_is_paid_for(boss: PersonsBrowser) -> None:
    before = boss.get("/portal/api/session").json()["credits"]
    price = boss.get(PATH).json()["price"]
    made = boss.post(PATH, prompt="a walnut stool")
    assert made.status_code == 200, made.text
    assert boss.get("/portal/api/session").json()["credits"] == before - price
    [listed] = boss.get(PATH).json()["data"]
    assert (listed["id"], listed["prompt"], listed["isReady"]) == (made.json()["id"], "a walnut stool", False)
    file = f"{PATH}/{listed['id']}/model"
    assert code(boss.get(file)) == (404, "asset_not_found")
    make(boss, b"glTF of a stool")
    [listed] = boss.get(PATH).json()["data"]
    assert (listed["state"], listed["isReady"], listed["progress"]) == ("completed", True, 1.0)
    assert boss.get(file).content == b"glTF of a stool"
    lose_results(boss.web)
    assert code(boss.get(file)) == (404, "asset_not_found")


def test_other_accounts_see_none_of_it(boss: PersonsBrowser) -> None:
    flow_id = boss.post(PATH, prompt="a walnut stool").json()["id"]
    other = PersonsBrowser(boss.web)
    other.follow(boss.post("/portal/api/accounts", email="b@example.com").json()["path"], "b@example.com")
    assert other.get(PATH).json()["data"] == []
    assert code(other.get(f"{PATH}/{flow_id}/model")) == (404, "flow_not_found")
    assert code(other.get(f"{PATH}/nonsense/model")) == (404, "flow_not_found")


def test_what_is_no_sentence_is_refused(boss: PersonsBrowser) -> None:
    for prompt in ("", "  ", "x" * 2001, "a\0b"):
        assert code(boss.post(PATH, prompt=prompt)) == (400, "invalid_request"), prompt[:10]


def picture() -> str:
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    return base64.b64encode(drawn.getvalue()).decode()


def test_a_picture_becomes_a_model_too(boss: PersonsBrowser) -> None:
    made = boss.post(PATH, image=f"data:image/png;base64,{picture()}")
    assert made.status_code == 200, made.text
    [listed] = boss.get(PATH).json()["data"]
    assert (listed["id"], listed["kind"], listed["isReady"]) == (made.json()["id"], "picture", False)


def test_what_is_no_picture_is_refused_and_nothing_stays(boss: PersonsBrowser) -> None:
    before = boss.web.stored()
    model = base64.b64encode(b"glTF" + bytes(99)).decode()
    for image in ("hello!", base64.b64encode(b"<svg>").decode(), model, f"data:image/gif;base64,{picture()}"):
        refused = boss.post(PATH, image=image)
        assert code(refused) == (400, "invalid_request"), image[:20]
        assert refused.json()["error"]["param"] == "image"
    assert boss.web.stored() == before


def glb() -> bytes:
    text = json.dumps({"asset": {"version": "2.0"}}).encode().ljust(28)
    return struct.pack("<4sII", b"glTF", 2, 20 + len(text)) + struct.pack("<I4s", len(text), b"JSON") + text


def test_a_lighter_model_is_made_of_one_of_the_library_and_taken_over(boss: PersonsBrowser) -> None:
    model_id = boss.request("POST", "/v1/models", files={"file": ("chair.glb", glb())}).json()["data"]["modelId"]
    made = boss.post("/portal/api/optimisations", modelId=model_id, triangles=500, textureSize=512)
    assert made.status_code == 200, made.text
    told = made.json()
    assert (told["kind"], told["modelId"], told["prompt"], told["isReady"]) == ("model", model_id, "chair", False)
    make(boss, b"glTF lighter")
    [listed] = boss.get(PATH).json()["data"]
    assert (listed["isReady"], listed["size"]) == (True, 12)
    assert boss.get(f"{PATH}/{listed['id']}/model").content == b"glTF lighter"
    kept = boss.post("/v1/models/generate", **{"from": listed["outputId"], "title": "chair, lighter"})
    assert kept.status_code == 201, kept.text
    assert kept.json()["data"]["modelId"] != model_id


def test_only_what_can_be_made_lighter_is(boss: PersonsBrowser) -> None:
    path = "/portal/api/optimisations"
    assert code(boss.post(path, modelId="nonsense")) == (400, "invalid_request")
    assert code(boss.post(path, modelId="AbsentModel1")) == (404, "model_not_found")
    gltf = boss.request("POST", "/v1/models", files={"file": ("a.gltf", b'{"asset": {"version": "2.0"}}')})
    assert code(boss.post(path, modelId=gltf.json()["data"]["modelId"])) == (400, "invalid_request")
    model_id = boss.request("POST", "/v1/models", files={"file": ("chair.glb", glb())}).json()["data"]["modelId"]
    before = boss.web.stored()
    for wrong in ({"triangles": 0}, {"textureSize": 1}, {"compress": "zip"}):
        assert code(boss.post(path, modelId=model_id, **wrong)) == (400, "invalid_request"), wrong
    assert boss.web.stored() == before


def test_examples_are_told_where_the_farm_has_them(boss: PersonsBrowser) -> None:
    assert boss.get(PATH).json()["examples"] == []
