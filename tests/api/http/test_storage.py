"""A farm whose files lie in S3: uploads, downloads, and what happens while S3 is away. And signed links to a folder."""

import hashlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from api.client import FarmClient
from api.db.session import Database
from api.http.redirect import LARGE_BYTES
from api.settings import Settings
from tests.support.s3 import S3Server
from tests.support.tcp_gate import Gate
from tests.support.web import GLB, Web, serving


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def gated(database: Database, s3_server: S3Server, s3_gate: Gate, tmp_path: Path) -> Web:
    """A farm whose files are away while the gate is closed."""
    return Web.of(database, s3_server.settings(tmp_path, port=s3_gate.port))


MakeFarm = Callable[..., Web]


@pytest.fixture(params=["local", "s3"])
def make_farm(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> MakeFarm:
    """A farm with its files in a folder, or in S3, and with other settings as given."""
    if request.param == "local":
        return lambda **settings: Web.of(database, Settings(data_dir=tmp_path, **settings))
    server: S3Server = request.getfixturevalue("s3_server")
    return lambda **settings: Web.of(database, server.settings(tmp_path, **settings))


def finished(web: Web, size: int = 0) -> tuple[str, bytes]:
    """A finished render and its video, of at least `size` bytes."""
    render_id: str = web.upload().json()["data"]["renderId"]
    return render_id, web.finish(render_id, size=size)["video"]


def test_a_model_is_uploaded_and_fetched_again(make_farm: MakeFarm) -> None:
    web = make_farm()
    model_id = web.upload().json()["data"]["modelId"]
    answer = web.get(f"/v1/models/{model_id}/file")
    assert (answer.status_code, answer.content) == (200, GLB)


@pytest.mark.parametrize("redirect", [True, False])
@pytest.mark.parametrize("size", [0, LARGE_BYTES])
def test_a_result_is_fetched_whole_and_in_ranges(make_farm: MakeFarm, redirect: bool, size: int) -> None:
    web = make_farm(redirect_downloads=redirect)
    render_id, video = finished(web, size)
    path = f"/v1/renders/{render_id}/video"
    redirected = redirect and size >= LARGE_BYTES
    assert web.get(path).status_code == (307 if redirected else 200)
    with serving(web.app) as url, httpx.Client(base_url=url, follow_redirects=True) as client:
        client.headers["Authorization"] = f"Bearer {web.token}"
        whole = client.get(path)
        assert (whole.status_code, whole.content) == (200, video)
        assert whole.headers["content-type"] == "video/mp4"
        part = client.get(path, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, video[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(video)}"
        assert client.head(path).headers["content-length"] == str(len(video))
        etag = client.head(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert web.get(path, token=None).status_code == 401


def test_a_redirection_keeps_the_name_of_a_download(make_farm: MakeFarm) -> None:
    web = make_farm(redirect_downloads=True)
    model_id = web.upload().json()["data"]["modelId"]
    order = {"modelId": model_id, "renderSettings": {"output": "dataset"}}
    render_id = web.post("/v1/renders", json=order).json()["data"]["id"]
    contents = web.finish_dataset(render_id, size=LARGE_BYTES)
    with serving(web.app) as url:
        answer = httpx.get(
            f"{url}/v1/renders/{render_id}/dataset", headers={"Authorization": f"Bearer {web.token}"},
            follow_redirects=True,
        )
    assert answer.history[0].status_code == 307
    assert answer.content == contents["dataset"]
    assert answer.headers["content-disposition"] == f'attachment; filename="{render_id}.zip"'


def test_our_client_follows_a_redirection(make_farm: MakeFarm, tmp_path: Path) -> None:
    web = make_farm(redirect_downloads=True)
    render_id, video = finished(web, LARGE_BYTES)
    with serving(web.app) as url, FarmClient(url, web.token) as client:
        client.renders.download(render_id, "video", tmp_path / "video.mp4")
    assert (tmp_path / "video.mp4").read_bytes() == video


def test_while_s3_is_away_an_upload_costs_nothing_and_is_asked_to_come_back(gated: Web, s3_gate: Gate) -> None:
    s3_gate.close()
    refused = gated.upload(headers={"Idempotency-Key": "once"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert gated.balance() == 10
    assert gated.get("/v1/models").json()["meta"]["total"] == 0
    assert gated.get("/v1/renders").json()["meta"]["total"] == 0
    s3_gate.open()
    assert gated.upload(headers={"Idempotency-Key": "once"}).status_code == 201
    assert gated.balance() == 9


def test_while_s3_is_away_a_download_is_asked_to_come_back(gated: Web, s3_gate: Gate) -> None:
    render_id, video = finished(gated)
    s3_gate.close()
    refused = gated.get(f"/v1/renders/{render_id}/video")
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    s3_gate.open()
    assert gated.get(f"/v1/renders/{render_id}/video").content == video


def test_what_is_decided_already_does_not_wait_for_s3(gated: Web, s3_gate: Gate) -> None:
    render_id, _ = finished(gated)
    s3_gate.close()
    assert gated.request("DELETE", f"/v1/renders/{render_id}").status_code == 200
    assert gated.get(f"/v1/renders/{render_id}").status_code == 404


def test_a_farm_in_s3_has_no_files_of_its_own_to_hand_out(gated: Web) -> None:
    assert gated.get("/storage/models/a.glb?expires=1&signature=0", token=None).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/storage/models/a.glb", "/storage/models/a.glb?expires=99999999999&signature=", "/storage/../pirouette.sqlite3",
     "/storage/%2e%2e/pirouette.sqlite3?signature=0", "/storage/?signature=0", "/storage/a?signature=0&signature=1",
     "/storage/a?signature=%C3%A4", "/storage/a?" + "a=1&" * 100, "/storage/a%0Ab?expires=x&signature=0"],
)
def test_nothing_is_handed_out_without_a_signature(database: Database, tmp_path: Path, path: str) -> None:
    web = Web.of(database, Settings(data_dir=tmp_path))
    answers = [web.request(method, path, token=None) for method in ("GET", "HEAD", "PUT")]
    assert {answer.status_code for answer in answers} <= {403, 404, 405}


def test_a_link_does_not_replace_another_file(database: Database, tmp_path: Path) -> None:
    web = Web.of(database, Settings(data_dir=tmp_path))
    sha256 = hashlib.sha256(b"new").hexdigest()
    upload = web.storage.signed_upload("models/a.glb", seconds=60, size=3, sha256=sha256, content_type="text/plain")
    with web.storage.writer("models/a.glb") as writer:
        writer.write(b"old")
    answer = web.request(upload.method, upload.url, content=b"new", headers=dict(upload.headers), token=None)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "invalid_state")
    assert b"".join(web.storage.read("models/a.glb")) == b"old"


def test_bytes_beyond_the_signed_size_are_refused_as_they_arrive(database: Database, tmp_path: Path) -> None:
    """The sender is told before it has sent all: it waits for the answer in mid-body."""
    web = Web.of(database, Settings(data_dir=tmp_path))
    upload = web.storage.signed_upload(
        "models/a.glb", seconds=60, size=10, sha256=hashlib.sha256(b"x").hexdigest(), content_type="text/plain"
    )
    with serving(web.app) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"PUT {upload.url} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\n"
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\nb\r\n{'x' * 11}\r\n".encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
            connection.sendall(b"0\r\n\r\n")
    assert [key for key in web.stored() if not key.startswith(".signing")] == []
