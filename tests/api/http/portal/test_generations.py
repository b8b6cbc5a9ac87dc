"""/portal/api/generations: models made of a sentence."""

from api.domain.work import claims, scheduling
from tests.api.http.portal.browser import PersonsBrowser, code

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
