"""Models of hosted services, of those that answer at once and of those that take jobs, on loopback."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from api.engines import meshes as module
from api.engines.meshes import HostedMeshes
from api.engines.services import MeshProtocol
from renderer.errors import EngineError, EngineFailed, EngineRejected
from renderer.generate.protocols import MeshOptions, MeshResult
from renderer.generate.received import Model
from renderer.load import load_model
from renderer.scene.bounds import scene_bounds
from tests.api.engines.support import KEY, context, endless, glb, in_turn, jpeg, mesh_service, told
from tests.support.gltf_validator import issues
from tests.support.origin import Answer, Origin, answer

JOB = MeshProtocol(
    body={"image": "{picture}", "options": ["fast", {"seed": "{seed}"}]}, id="job.id", poll="{url}/{id}/state",
    status="state", done=["ready"], refused=["banned"], failed=["broken"], result="files.0.url", problem="why",
)  # fmt: skip


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(jpeg())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "work"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_S", 0.0)


@pytest.fixture
def undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent and received is taken as it is, which saves starting two processes."""
    monkeypatch.setattr(module, "received_picture", lambda data, *_: data)
    monkeypatch.setattr(module, "received_model", lambda data, *_: Model(data, {}))


def ask(
    origin: Origin, picture: Path, folder: Path, answers: Mapping[str, Answer],
    protocol: str | MeshProtocol = JOB, **limits: Any,
) -> MeshResult:  # fmt: skip
    origin.answers |= answers
    service = mesh_service(origin, protocol, **limits)
    return HostedMeshes(service).mesh_of_picture(picture, MeshOptions(seed=7), context(folder))


def refusal(kind: type[EngineError], *args: Any, **named: Any) -> str:
    with pytest.raises(kind) as raised:
        ask(*args, **named)
    assert KEY not in str(raised.value)
    return str(raised.value)


def test_a_service_may_answer_at_once(origin: Origin, picture: Path, folder: Path, tmp_path: Path) -> None:
    result = ask(origin, picture, folder, {"/make": answer(glb())}, "bytes")
    assert result.metadata == {"engine": "hosted", "triangles": 1, "vertices": 3}
    [head], [body] = origin.requests, origin.bodies
    assert f"Authorization: Bearer {KEY}\r\n" in head
    assert b'name="seed"\r\n\r\n7\r\n' in body
    assert b'filename="picture.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8' in body
    made = tmp_path / "made.glb"
    made.write_bytes(result.glb)
    assert issues(made)["numErrors"] == 0
    bounds = scene_bounds(load_model(made), None)
    assert [*bounds.low, *bounds.high] == pytest.approx([-0.5, 0, -0.5, 0.5, 2, 0.5])
    assert b'"extras":{"engine":"hosted"}' in result.glb


def test_a_service_may_take_a_job(origin: Origin, picture: Path, folder: Path) -> None:


    result = ask(origin, picture, folder, {
        "/make": told({"job": {"id": "a/b 1"}}),
        "/make/a%2Fb%201/state": in_turn(told({"state": "waiting"}), told({"state": "at it"}), told(
            {"state": "ready", "files": [{"url": "/files/1.glb?signed=yes"}]}
        )),
        "/files/1.glb?signed=yes": answer(glb()),
    })  # fmt: skip
    assert result.metadata["triangles"] == 1
    sent = json.loads(origin.bodies[0])
    assert sent["options"] == ["fast", {"seed": 7}]
    assert base64.b64decode(sent["image"].removeprefix("data:image/jpeg;base64,"))[:2] == b"\xff\xd8"
    assert len(origin.requests) == 5


@pytest.mark.usefixtures("undecoded")
def test_tripo3ds_protocol_uploads_the_picture_first(origin: Origin, picture: Path, folder: Path) -> None:
    done = {"status": "success", "output": {"pbr_model": f"{origin.url}/a.glb"}}
    ask(origin, picture, folder, {
        "/v2/openapi/upload": told({"code": 0, "data": {"image_token": "token 1"}}),
        "/make": told({"code": 0, "data": {"task_id": "t1"}}),
        "/make/t1": told({"code": 0, "data": done}), "/a.glb": answer(glb()),
    }, "tripo")  # fmt: skip
    assert b'name="file"; filename="picture.jpg"' in origin.bodies[0]
    assert json.loads(origin.bodies[1]) == {"type": "image_to_model", "file": {"type": "jpg", "file_token": "token 1"}}


@pytest.mark.usefixtures("undecoded")
def test_meshys_protocol_sends_the_picture_along(origin: Origin, picture: Path, folder: Path) -> None:
    ask(origin, picture, folder, {
        "/make": told({"result": "m1"}), "/a.glb": answer(glb()),
        "/make/m1": told({"status": "SUCCEEDED", "model_urls": {"glb": f"{origin.url}/a.glb"}}),
    }, "meshy")  # fmt: skip
    assert list(json.loads(origin.bodies[0])) == ["image_url"]


@pytest.mark.usefixtures("undecoded")
@pytest.mark.parametrize(("state", "kind", "said"), [
    ({"state": "broken", "why": f"{KEY} is out"}, EngineFailed, "The service ended the job as broken: ... is out"),
    ({"state": "broken", "why": ["?"]}, EngineFailed, "The service ended the job as broken"),
    ({"state": "banned", "why": "a weapon"}, EngineRejected, "The service ended the job as banned: a weapon"),
    ({"state": "ready", "files": []}, EngineFailed, "The service answers without files.0.url"),
    ({"state": None}, EngineFailed, "The service answers without state"),
    ({"state": "ready", "files": [{"url": "http://10.0.0.5/a.glb"}]}, EngineFailed,
     "The service: The URL does not lead to a public address on port 80 or 443"),
])  # fmt: skip
def test_a_job_without_a_model_is_told(
    origin: Origin, picture: Path, folder: Path, state: object, kind: type[EngineError], said: str
) -> None:
    answers = {"/make": told({"job": {"id": 1}}), "/make/1/state": told(state)}
    assert refusal(kind, origin, picture, folder, answers) == said


@pytest.mark.parametrize(("sent", "said"), [
    (b"<html>soon", "it is no GLB"),
    (glb()[:-20], "truncated"),
    (glb(meshes=[{"primitives": [{"attributes": {"POSITION": 0}, "mode": 0}]}]), "no triangles"),
], ids=["another type", "truncated", "points"])  # fmt: skip
def test_what_is_no_model_is_told(
    origin: Origin, picture: Path, folder: Path, sent: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "received_picture", lambda data, *_: data)
    message = refusal(EngineFailed, origin, picture, folder, {"/make": answer(sent)}, "bytes")
    assert message.startswith("The service sent a model that can't be used: ")
    assert said in message


@pytest.mark.usefixtures("undecoded")
def test_a_model_that_is_too_large_is_cut_off(origin: Origin, picture: Path, folder: Path) -> None:


    assert "sends more than 100 MB" in refusal(EngineFailed, origin, picture, folder, {"/make": endless}, "bytes")


def test_a_picture_that_is_none_is_the_users_matter(origin: Origin, picture: Path, folder: Path) -> None:
    picture.write_bytes(b"GIF89a")
    assert refusal(EngineRejected, origin, picture, folder, {}).startswith("the picture is no image in one of")
    assert origin.requests == []
