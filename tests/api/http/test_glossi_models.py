"""Models by Glossi's API: announced, uploaded by signed links without a key, confirmed, processed; and what is ours."""

import contextlib
import hashlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.db.session import Database
from api.domain.accounts import accounts, credentials
from api.errors import UploadNotFound
from api.http.glossi.confirming import confirm_uploads
from api.settings import Settings
from tests.api.storage.conftest import hours_ago
from tests.support.glossi import Team, curl_put
from tests.support.s3 import S3Server
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, GLTF, Web, serving

HTML = b"<!doctype html><title>Not found</title>"
STL = b"solid chair\n facet normal 0 0 1\n"


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


MakeTeam = Callable[..., Team]


@pytest.fixture(params=["local", "s3"])
def make_team(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> MakeTeam:
    """A team whose farm has its files in a folder, or in S3, and other settings as given."""
    if request.param == "local":
        return lambda **settings: Team(Web.of(database, Settings(data_dir=tmp_path, **settings)))
    server: S3Server = request.getfixturevalue("s3_server")
    return lambda **settings: Team(Web.of(database, server.settings(tmp_path, **settings)))


@pytest.fixture
def team(web: Web) -> Team:
    return Team(web)


def stored(team: Team, *folders: str) -> list[str]:
    """Keys of what the storage has there, whichever it is."""
    storage, found = team.web.storage, []
    for folder in folders or ("models", "uploads"):
        for entry in storage.entries(folder):
            path = f"{folder}/{entry.name}"
            found += [path] if "." in entry.name else [f"{path}/{below.name}" for below in storage.entries(path)]
    return found


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_model_goes_the_documented_way(make_team: MakeTeam, tmp_path: Path) -> None:
    team = make_team()
    file = tmp_path / "product.glb"
    file.write_bytes(GLB)
    wanted = [{"name": "My Product", "fileName": "product.glb", "fileType": "glb"}]
    created = team.ask("POST", "/models", json={"models": wanted})
    assert created.status_code == 201
    [model] = created.json()["models"]
    assert model.keys() == {"modelId", "name", "uploadUrl", "uploadKey"}
    model_id = model["modelId"]
    assert model["name"] == "My Product"
    assert model["uploadKey"] == f"workspaces/{team.web.account_id}/uploads/{model_id}/model.glb"
    with serving(team.web.app) as base:
        url = model["uploadUrl"].replace("http://farm", base)
        assert curl_put(url, file, "-H", "Content-Type: model/gltf-binary") == (200, "")
    assert team.status(model_id)["models"][0]["status"] == "AWAITING_UPLOAD"
    confirmed = team.confirm(model_id)
    assert confirmed.status_code == 200
    assert confirmed.json() == {
        "modelId": model_id, "name": "My Product", "status": "PENDING",
        "filePath": f"workspaces/{team.web.account_id}/{stored(team, 'models')[0]}",
    }  # fmt: skip
    assert stored(team, "uploads") == []
    assert team.status(model_id) == {
        "models": [{"modelId": model_id, "name": "My Product", "status": "PENDING", "ready": False}],
        "allReady": False, "notFound": [],
    }  # fmt: skip
    team.web.inspect()
    told = team.status(model_id)
    assert (told["models"][0]["status"], told["models"][0]["ready"], told["allReady"]) == ("READY", True, True)
    assert b"".join(team.web.storage.read(stored(team, "models")[0])) == GLB


def test_a_second_file_replaces_the_first_until_it_is_confirmed(make_team: MakeTeam) -> None:
    team = make_team()
    [model] = team.announce("chair.glb")
    for data in (HTML, GLB):
        assert team.put(model["uploadUrl"], data).status_code == 200
    assert team.confirm(model["modelId"]).status_code == 200
    late = team.put(model["uploadUrl"], GLB + b"late")
    assert late.status_code == (200 if team.web.settings.s3_bucket else 409)  # what S3 takes then, nobody reads
    again = team.confirm(model["modelId"], "stl")
    assert (again.status_code, again.json()["status"]) == (200, "PENDING")
    [key] = stored(team, "models")
    assert b"".join(team.web.storage.read(key)) == GLB


def test_without_a_file_there_is_nothing_to_confirm(make_team: MakeTeam) -> None:
    team = make_team()
    [model] = team.announce("chair.glb")
    refused = team.confirm(model["modelId"])
    assert error(refused) == (400, "UPLOAD_NOT_FOUND")
    assert "chair.glb" in refused.json()["error"]
    assert team.status(model["modelId"])["models"][0]["status"] == "AWAITING_UPLOAD"


def test_a_file_that_is_something_else_is_deleted_and_another_may_come(make_team: MakeTeam) -> None:
    team = make_team()
    [model] = team.announce("chair.glb")
    for data in (HTML, b"", STL, b"glTX" + bytes(100)):
        assert team.put(model["uploadUrl"], data).status_code == 200
        assert error(team.confirm(model["modelId"])) == (400, "INVALID_FILE")
        assert stored(team) == []
        assert error(team.confirm(model["modelId"])) == (400, "UPLOAD_NOT_FOUND")
    assert team.put(model["uploadUrl"]).status_code == 200
    assert team.confirm(model["modelId"]).status_code == 200


def test_a_file_beyond_the_limit_is_deleted(make_team: MakeTeam) -> None:
    team = make_team(max_signed_upload_mb=1)
    [model] = team.announce("chair.glb")
    data = GLB + bytes(1024 * 1024)
    arrived = team.put(model["uploadUrl"], data)
    if team.web.settings.s3_bucket:
        assert arrived.status_code == 200  # it knows no limit
        assert error(team.confirm(model["modelId"])) == (413, "PAYLOAD_TOO_LARGE")
    else:
        assert arrived.status_code == 413
    assert stored(team) == []
    assert error(team.confirm(model["modelId"])) == (400, "UPLOAD_NOT_FOUND")


def test_files_of_many_models_are_confirmed_at_once(make_team: MakeTeam) -> None:
    team = make_team()
    announced = team.announce(*(f"{number}.glb" for number in range(6)))
    for number, model in enumerate(announced):
        team.put(model["uploadUrl"], GLB + bytes([number // 2]))  # of each, two are equal
    with team.web.database.read() as session:
        principal = credentials.authenticate(session, "glossi", team.web.glossi_key)
    farm = team.web.app.state.farm
    confirmed = confirm_uploads(farm, principal, [model["modelId"] for model in announced])
    assert [view.id for view in confirmed] == [model["modelId"] for model in announced]
    assert len({view.model_id for view in confirmed}) == len(stored(team)) == 3


def test_of_many_models_those_that_can_be_are_confirmed(make_team: MakeTeam) -> None:
    team = make_team()
    announced = team.announce("a.glb", "b.glb", "c.glb")
    for model in announced[::2]:
        team.put(model["uploadUrl"])
    with team.web.database.read() as session:
        principal = credentials.authenticate(session, "glossi", team.web.glossi_key)
    with pytest.raises(UploadNotFound, match=r"b\.glb"):
        confirm_uploads(team.web.app.state.farm, principal, [model["modelId"] for model in announced])
    told = team.status(*(model["modelId"] for model in announced))
    assert [model["status"] for model in told["models"]] == ["PENDING", "AWAITING_UPLOAD", "PENDING"]


def test_a_body_is_refused_as_soon_as_it_passes_the_limit(database: Database, tmp_path: Path) -> None:
    """Its sender would go on for ever, and is told in mid-body."""
    team = Team(Web.make(database, tmp_path, max_signed_upload_mb=1))
    [model] = team.announce("chair.glb")
    with serving(team.web.app) as base, begun_put(base, model["uploadUrl"]) as connection:
        for _ in range(17):
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
        connection.sendall(b"0\r\n\r\n")
    assert stored(team) == []


def test_a_sender_who_goes_away_leaves_nothing(database: Database, tmp_path: Path) -> None:
    team = Team(Web.make(database, tmp_path))
    [model] = team.announce("chair.glb")
    with serving(team.web.app) as base:
        with begun_put(base, model["uploadUrl"]) as connection:
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
        wait_for(lambda: not any((tmp_path / "files" / ".incoming").iterdir()), "the file's end")
    assert stored(team) == []
    assert error(team.confirm(model["modelId"])) == (400, "UPLOAD_NOT_FOUND")


def test_no_more_files_come_at_once_than_the_limit(database: Database, tmp_path: Path) -> None:
    team = Team(Web.make(database, tmp_path, account_uploads=1))
    first, second = team.announce("a.glb", "b.glb")
    with serving(team.web.app) as base:
        with begun_put(base, first["uploadUrl"]) as connection:
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
            wait_for(lambda: any((tmp_path / "files" / ".incoming").iterdir()), "the file's beginning")
            refused = httpx.put(second["uploadUrl"].replace("http://farm", base), content=GLB)
            assert refused.status_code == 429
            assert "retry-after" in refused.headers
            connection.sendall(b"0\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert httpx.put(second["uploadUrl"].replace("http://farm", base), content=GLB).status_code == 200


@contextlib.contextmanager
def begun_put(base: str, url: str) -> Iterator[socket.socket]:
    """A connection on which a PUT of unknown length has begun."""
    address = httpx.URL(base)
    path = httpx.URL(url).raw_path.decode()
    with socket.create_connection((address.host, address.port or 80), HANG_S) as connection:
        head = f"PUT {path} HTTP/1.1\r\nHost: {address.host}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        yield connection


def test_a_file_that_the_workspace_has_no_room_for_is_refused(database: Database, tmp_path: Path) -> None:
    team = Team(Web.make(database, tmp_path, quota_storage_mb=1))
    [model] = team.announce("chair.glb")
    refused = team.put(model["uploadUrl"], bytes(1024 * 1024 + 1))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "storage_limit")
    assert stored(team) == []


def test_a_link_is_good_for_an_hour_and_for_one_model(team: Team) -> None:
    with hours_ago(1):
        [old] = team.announce("chair.glb")
    assert team.put(old["uploadUrl"]).status_code == 403
    [model] = team.announce("chair.glb")
    others = model["uploadUrl"].replace(model["modelId"], old["modelId"])
    assert team.put(others).status_code == 403
    assert team.ask("DELETE", f"/models/{model['modelId']}").json() == {"modelId": model["modelId"], "deleted": True}
    assert team.put(model["uploadUrl"]).status_code == 404
    assert stored(team) == []


def test_what_a_file_is_may_be_said_when_it_is_confirmed(team: Team) -> None:
    [model] = team.announce("chair.glb")
    team.put(model["uploadUrl"], GLTF)
    assert error(team.confirm(model["modelId"], "fbx")) == (400, "UNSUPPORTED_FILE_TYPE")
    confirmed = team.confirm(model["modelId"], "GLTF")
    assert confirmed.status_code == 200
    assert confirmed.json()["filePath"].endswith(".gltf")
    assert team.ask("GET", f"/models/{model['modelId']}").json()["fileType"] == "gltf"


def test_files_that_can_not_be_read_are_refused_with_what_to_send_instead(team: Team) -> None:
    advised = {"fbx": "GLB", "FBX": "GLB", "step": "CAD", "stp": "CAD", "exe": "glb, gltf", "": "glb, gltf"}
    for file_type, advice in advised.items():
        wanted = [{"fileName": "a.glb", "fileType": "glb"}, {"fileName": "chair.x", "fileType": file_type}]
        refused = team.ask("POST", "/models", json={"models": wanted})
        assert error(refused) == (400, "UNSUPPORTED_FILE_TYPE")
        assert "chair.x" in refused.json()["error"]
        assert advice in refused.json()["error"]
    assert team.ask("GET", "/models").json()["total"] == 0


ONE = {"fileName": "a.glb", "fileType": "glb"}


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


def test_requests_of_another_form_are_refused_with_the_field(team: Team) -> None:
    for path, body, field in MALFORMED:
        refused = team.ask("POST", f"/models{path}", json=body)
        assert error(refused) == (400, "VALIDATION_ERROR")
        assert refused.json()["error"].startswith(field)
    assert team.ask("GET", "/models").json()["total"] == 0


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
    listed = team.ask("GET", "/models").json()
    assert (listed["total"], listed["limit"], listed["offset"]) == (1, 50, 0)
    assert listed["models"] == [{name: after[name] for name in listed["models"][0]}]


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


def test_no_credits_are_needed_or_taken(database: Database, tmp_path: Path) -> None:
    team = Team(Web.make(database, tmp_path, credits=0))
    team.confirmed()
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
