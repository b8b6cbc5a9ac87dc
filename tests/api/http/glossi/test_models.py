"""Models as Glossi's API tells of them: announced, their states, and what is ours: lists, links, deletion, variants."""

import hashlib

import pytest

from api.domain.accounts import accounts, credentials
from api.domain.work import claims, scheduling
from tests.support.glossi import Team, error
from tests.support.web import GLB, GLTF, Web

ONE = {"fileName": "a.glb", "fileType": "glb"}


@pytest.fixture
def team(web: Web) -> Team:
    return Team(web)


@pytest.fixture
def still_team(still_web: Web) -> Team:
    return Team(still_web)


def test_what_a_file_is_may_be_said_when_it_is_confirmed(team: Team) -> None:
    [model] = team.announce("chair.glb")
    team.put(model["uploadUrl"], GLTF)
    assert error(team.confirm(model["modelId"], "fbx")) == (400, "UNSUPPORTED_FILE_TYPE")
    confirmed = team.confirm(model["modelId"], "GLTF")
    assert confirmed.status_code == 200
    assert confirmed.json()["filePath"].endswith(".gltf")
    assert team.ask("GET", f"/models/{model['modelId']}").json()["fileType"] == "gltf"


def test_files_that_can_not_be_read_are_refused_with_what_to_send_instead(still_team: Team) -> None:
    team = still_team
    advised = {"fbx": "GLB", "FBX": "GLB", "step": "CAD", "stp": "CAD", "exe": "glb, gltf", "": "glb, gltf"}
    for file_type, advice in advised.items():
        wanted = [{"fileName": "a.glb", "fileType": "glb"}, {"fileName": "chair.x", "fileType": file_type}]
        refused = team.ask("POST", "/models", json={"models": wanted})
        assert error(refused) == (400, "UNSUPPORTED_FILE_TYPE")
        assert "chair.x" in refused.json()["error"]
        assert advice in refused.json()["error"]
    assert team.ask("GET", "/models").json()["total"] == 0


MALFORMED: list[tuple[str, object, str]] = [
    ("", {}, "models"),
    ("", {"models": []}, "models"),
    ("", {"models": ONE}, "models"),
    ("", {"models": [ONE] * 1001}, "models"),
    ("", {"models": [{"fileName": "a.glb"}]}, "models[0].fileType"),
    ("", {"models": [{**ONE, "fileType": 7}]}, "models[0].fileType"),
    ("", {"models": [ONE, {**ONE, "fileName": ""}]}, "models[1].fileName"),
    ("", {"models": [{**ONE, "fileName": "a\0.glb"}]}, "models[0].fileName"),
    ("", {"models": [{**ONE, "name": "n" * 201}]}, "models[0].name"),
    ("/status", {}, "modelIds"),
    ("/status", {"modelIds": []}, "modelIds"),
    ("/status", {"modelIds": "a"}, "modelIds"),
    ("/status", {"modelIds": ["a"] * 1001}, "modelIds"),
]


def test_requests_of_another_form_are_refused_with_the_field(still_team: Team) -> None:
    team = still_team
    for path, body, field in MALFORMED:
        refused = team.ask("POST", f"/models{path}", json=body)
        assert error(refused) == (400, "VALIDATION_ERROR")
        assert refused.json()["error"].startswith(field)
    assert team.ask("GET", "/models").json()["total"] == 0


def test_half_a_character_is_no_text(still_team: Team) -> None:
    half = b'{"modelIds": ["\\ud83e"], "modelId": "\\ud83e", "name": "Oak"}'
    for path in ("/models/status", "/models/AbsentModel1/variants"):
        assert error(still_team.ask("POST", path, content=half)) == (400, "VALIDATION_ERROR")
    whole = still_team.ask("POST", "/models/status", content=b'{"modelIds": ["\\ud83e\\ude91"]}')
    assert whole.json()["notFound"] == ["\U0001fa91"]


def test_the_status_of_unknown_models_is_that_they_are_not_found(team: Team) -> None:
    model_id = team.confirmed()
    team.web.inspect()
    told = team.status(model_id, "abc123-uuid", model_id, "\0", "AbsentModel1")
    assert [model["modelId"] for model in told["models"]] == [model_id]
    assert told["notFound"] == ["abc123-uuid", "\0", "AbsentModel1"]
    assert told["allReady"] is False
    assert team.status(model_id)["allReady"] is True


def test_a_thousand_models_are_announced_and_asked_for_at_once(team: Team) -> None:
    ids = [model["modelId"] for model in team.announce(*["chair.glb"] * 1000)]
    told = team.status(*ids)
    assert [model["modelId"] for model in told["models"]] == ids


def test_models_of_other_workspaces_are_not_found(team: Team) -> None:
    mine, other = team.confirmed(), team.confirmed(GLB + b"2", "other.glb")
    with team.web.database.begin() as session:
        account = accounts.sign_up(session, "other@example.com", credits=0)
        stranger = credentials.issue(session, account.id, name="test", dialect="glossi").raw
    for method, path, body in (
        ("POST", f"/models/{mine}/confirm", {"fileType": "glb"}), ("GET", f"/models/{mine}", None),
        ("DELETE", f"/models/{mine}", None), ("GET", f"/models/{mine}/variants", None),
        ("POST", f"/models/{mine}/variants", {"modelId": other, "name": "Oak"}),
        ("DELETE", f"/models/{mine}/variants/{other}", None),
    ):  # fmt: skip
        assert error(team.ask(method, path, key=stranger, json=body)) == (404, "NOT_FOUND"), path
    assert team.ask("POST", "/models/status", key=stranger, json={"modelIds": [mine]}).json()["notFound"] == [mine]
    assert team.ask("GET", "/models", key=stranger).json()["models"] == []
    for key in (None, "glsi_wrong", team.web.token):
        assert error(team.ask("GET", f"/models/{mine}", key=key)) == (401, "UNAUTHORIZED")


def test_a_model_is_shown_with_links_to_its_files(team: Team) -> None:
    [model] = team.announce("Chair No 1.glb")
    path = f"/models/{model['modelId']}"
    before = team.ask("GET", path).json()
    assert (before["status"], before["filePath"], before["glbFilePath"], before["thumbnailUrl"]) == (
        "AWAITING_UPLOAD", None, None, None
    )  # fmt: skip
    team.put(model["uploadUrl"])
    team.confirm(model["modelId"])
    team.web.inspect()
    after = team.ask("GET", path).json()
    assert (after["name"], after["fileName"], after["fileType"]) == ("Chair No 1", "Chair No 1.glb", "glb")
    fetched = team.web.get(after["glbFilePath"], token=None)
    assert (fetched.content, fetched.headers["content-type"]) == (GLB, "model/gltf-binary")
    assert 'filename="Chair No 1.glb"' in fetched.headers["content-disposition"]
    draw_thumbnail(team.web, model["modelId"], b"a picture")
    thumbnail = team.web.get(team.ask("GET", path).json()["thumbnailUrl"], token=None)
    assert (thumbnail.content, thumbnail.headers["content-type"]) == (b"a picture", "image/png")
    assert "content-disposition" not in thumbnail.headers  # to be looked at
    listed = team.ask("GET", "/models").json()
    assert (listed["total"], listed["limit"], listed["offset"]) == (1, 50, 0)
    assert listed["models"] == [{name: after[name] for name in listed["models"][0]}]


def draw_thumbnail(web: Web, model_id: str, data: bytes) -> None:
    with web.database.begin() as session:
        claim = claims.claim(session, worker="test", queues=["render"], lease_seconds=60)
    assert claim is not None
    file = web.put(claim, model_id, "thumb.png", data, "image/png")
    with web.database.begin() as session:
        assert scheduling.settle_done(session, claim, {model_id: {"thumb": file}})


def test_equal_bytes_are_one_model_for_both_apis(team: Team) -> None:
    first, second = team.confirmed(), team.confirmed(file_name="same.glb")
    assert first != second
    team.web.inspect()
    assert team.status(first, second)["allReady"]
    assert team.web.get("/v1/models").json()["meta"]["total"] == 1
    sha256 = hashlib.sha256(GLB).hexdigest()
    known = team.web.post("/v1/models/check-hash", json={"sha256": sha256}).json()["data"]
    assert known == {"exists": True, "modelId": first}
    assert team.web.request("DELETE", f"/v1/models/{first}").status_code == 200
    assert team.status(first, second)["notFound"] == [first, second]


def test_no_credits_are_needed_or_taken(team: Team) -> None:
    team.confirmed()
    assert team.web.balance() == 10
    assert team.web.get("/v1/renders").json()["meta"]["total"] == 0


def test_an_announcement_may_be_repeated_under_its_key(team: Team) -> None:
    first, second = (team.announce("chair.glb", headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first == second
    assert team.ask("GET", "/models").json()["total"] == 1


def test_variants_are_attached_and_detached(team: Team) -> None:
    base, oak = (model["modelId"] for model in team.announce("base.glb", "oak.glb"))
    path = f"/models/{base}/variants"
    attached = team.ask("POST", path, json={"modelId": oak, "name": "Oak"})
    assert attached.status_code == 201
    assert attached.json() == {
        "variantId": oak, "name": "Oak", "isBase": False, "status": "AWAITING_UPLOAD", "ready": False
    }  # fmt: skip
    shown = team.ask("GET", path).json()["variants"]
    assert [(each["variantId"], each["name"], each["isBase"]) for each in shown] == [
        (base, "Default", True), (oak, "Oak", False)
    ]  # fmt: skip
    assert error(team.ask("POST", path, json={"modelId": oak, "name": "Elm"})) == (409, "CONFLICT")
    assert error(team.ask("POST", path, json={"modelId": base, "name": "Elm"})) == (400, "VALIDATION_ERROR")
    assert error(team.ask("POST", path, json={"modelId": oak, "name": "default"})) == (400, "VALIDATION_ERROR")
    assert error(team.ask("DELETE", f"{path}/{base}")) == (409, "CONFLICT")
    assert team.ask("DELETE", f"{path}/{oak}").json() == {"variantId": oak, "deleted": True}
    assert error(team.ask("DELETE", f"{path}/{oak}")) == (404, "NOT_FOUND")
