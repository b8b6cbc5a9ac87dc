"""Files of models by signed links, without a key: announced, sent, replaced, confirmed, refused, on both storages."""

import contextlib
import hashlib
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from api.db.session import Database
from api.domain.accounts import credentials
from api.domain.catalog import catalog
from api.errors import UploadNotFound
from api.http.glossi.confirming import confirm_uploads
from api.settings import Settings
from tests.api.storage.conftest import hours_ago
from tests.support.glossi import Team, curl_put, error
from tests.support.s3 import S3Server
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, Web, serving

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


def test_of_files_that_come_while_one_is_confirmed_one_is_the_model_whole(make_team: MakeTeam) -> None:
    team = make_team()
    [model] = team.announce("chair.glb")
    versions = [GLB + bytes([number]) * 100_000 for number in range(4)]
    assert team.put(model["uploadUrl"], versions[0]).status_code == 200
    with serving(team.web.app) as base, httpx.Client(base_url=base, headers={"X-API-Key": team.web.glossi_key}) as api:
        url = model["uploadUrl"].replace("http://farm", base)
        with ThreadPoolExecutor() as pool:
            confirmed = [pool.submit(api.post, f"/api/v1/models/{model['modelId']}/confirm") for _ in range(2)]
            came = [pool.submit(httpx.put, url, content=version) for version in versions]
        assert {each.result().status_code for each in confirmed} == {200}
        assert {each.result().status_code for each in came} <= {200, 409}
    [key] = stored(team, "models")
    data = b"".join(team.web.storage.read(key))
    assert data in versions
    with team.web.database.read() as session:
        sha256 = hashlib.sha256(data).hexdigest()
        assert catalog.find_by_sha256(session, team.web.account_id, sha256) == model["modelId"]
    assert team.web.settings.s3_bucket or stored(team, "uploads") == []


def test_a_file_that_is_none_or_something_else_is_no_model_and_another_may_come(make_team: MakeTeam) -> None:
    team = make_team()
    [model] = team.announce("chair.glb")
    refused = team.confirm(model["modelId"])
    assert error(refused) == (400, "UPLOAD_NOT_FOUND")
    assert "chair.glb" in refused.json()["error"]
    assert team.status(model["modelId"])["models"][0]["status"] == "AWAITING_UPLOAD"
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


def test_of_many_models_those_that_can_be_are_confirmed(make_team: MakeTeam) -> None:
    team = make_team()
    announced = team.announce(*(f"{number}.glb" for number in range(6)))
    ids, farm = [model["modelId"] for model in announced], team.web.app.state.farm
    with team.web.database.read() as session:
        principal = credentials.authenticate(session, "glossi", team.web.glossi_key)
    for number, model in enumerate(announced[1:], 1):
        team.put(model["uploadUrl"], GLB + bytes([number // 2]))  # of each, two are equal
    with pytest.raises(UploadNotFound, match=r"0\.glb"):
        confirm_uploads(farm, principal, ids)
    told = team.status(*ids)
    assert [model["status"] for model in told["models"]] == ["AWAITING_UPLOAD", *["PENDING"] * 5]
    team.put(announced[0]["uploadUrl"], GLB + bytes([0]))
    confirmed = confirm_uploads(farm, principal, ids)
    assert [view.id for view in confirmed] == ids
    assert len({view.model_id for view in confirmed}) == len(stored(team)) == 3


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
