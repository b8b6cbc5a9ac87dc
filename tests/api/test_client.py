"""The client: its errors, its patience, and that it never orders twice."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import client as client_module
from api.client import FarmClient, FarmUnreachable, Render, RenderFailed, RequestRefused, WaitTimeout

Answer = Callable[[httpx.Request], httpx.Response]


def farm(*answers: Answer | httpx.Response | Exception) -> tuple[FarmClient, list[httpx.Request]]:
    """A client whose requests meet `answers` in turn, the last one for ever; and the requests it made."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        request.read()
        answer = answers[min(len(requests), len(answers) - 1)]
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return FarmClient("http://farm/", "dxgl_sk_x", transport=httpx.MockTransport(handle)), requests


def data(value: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"data": value})


def error(code: str, status: int) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": f"it is {code}", "status": status}})


def render(status: str, **more: Any) -> httpx.Response:
    return data({"id": "r", "modelId": "m", "status": status, "renderSettings": {}, **more})


ACCOUNT = {"id": "a", "email": "a@example.com", "credits": 3}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "wait_exponential_jitter", lambda **_: lambda state: 0)


def test_the_token_and_the_path_are_the_apis() -> None:
    client, requests = farm(data(ACCOUNT))
    assert client.account().credits == 3
    assert str(requests[0].url) == "http://farm/v1/account"
    assert requests[0].headers["Authorization"] == "Bearer dxgl_sk_x"


@pytest.mark.parametrize("hiccup", [error("busy", 503), error("slow_down", 429), httpx.ConnectError("refused")])
def test_reading_is_tried_again_while_the_farm_is_busy_or_away(hiccup: httpx.Response | Exception) -> None:
    client, requests = farm(hiccup, hiccup, data(ACCOUNT))
    assert client.account().email == "a@example.com"
    assert len(requests) == 3


def test_patience_has_an_end() -> None:
    client, requests = farm(httpx.ConnectError("refused"))
    with pytest.raises(FarmUnreachable, match="refused"):
        client.account()
    assert len(requests) == client_module.TRIES


def test_a_refusal_carries_code_status_and_message_and_is_not_repeated() -> None:
    client, requests = farm(error("render_not_found", 404))
    with pytest.raises(RequestRefused, match="it is render_not_found") as refused:
        client.get_render("r")
    assert (refused.value.code, refused.value.status) == ("render_not_found", 404)
    assert len(requests) == 1


def test_an_answer_that_is_not_the_farms_is_still_a_clear_error() -> None:
    client, _ = farm(httpx.Response(404, text="<html>nginx</html>"))
    with pytest.raises(RequestRefused, match="HTTP 404 Not Found"):
        client.account()


def test_what_costs_credits_is_sent_once(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(b"glTF")
    client, requests = farm(error("busy", 503))
    with pytest.raises(RequestRefused):
        client.create_render("m")
    with pytest.raises(RequestRefused):
        client.upload(tmp_path / "a.glb")
    assert len(requests) == 2


def test_an_upload_is_a_form_with_file_and_settings_and_tells_how_far_it_is(tmp_path: Path) -> None:
    content = bytes(range(256)) * 2000
    (tmp_path / "chair.glb").write_bytes(content)
    client, requests = farm(data({"modelId": "m", "renderId": "r", "duplicate": True}, 201))
    heard: list[tuple[int, int]] = []
    upload = client.upload(tmp_path / "chair.glb", {"length": 3}, lambda sent, total: heard.append((sent, total)))
    assert (upload.model_id, upload.render_id, upload.duplicate) == ("m", "r", True)
    body = requests[0].content
    assert content in body
    assert b'name="file"; filename="chair.glb"' in body
    assert b'name="renderSettings"\r\n\r\n{"length": 3}' in body
    assert int(requests[0].headers["Content-Length"]) == len(body)
    assert heard == sorted(heard)
    assert len(set(heard)) > 3
    assert heard[-1] == (len(content), len(content))


def test_waiting_reports_each_change_once_and_returns_the_finished_render() -> None:
    progress = {"stage": "drawing", "framesDone": 3, "framesTotal": 90, "secondsLeft": 4.5}
    client, _ = farm(
        render("pending"), render("pending"), render("video-processing", progress=progress), render("done", fileSize=7)
    )
    heard: list[Render] = []
    assert client.wait("r", heard.append, poll_seconds=0).file_size == 7
    assert [each.status for each in heard] == ["pending", "video-processing", "done"]
    assert heard[1].progress is not None
    assert (heard[1].progress.frames_done, heard[1].progress.seconds_left) == (3, 4.5)


def test_waiting_ends_with_the_renders_error_or_with_the_time() -> None:
    client, _ = farm(render("error", errorMessage="the scene is empty"))
    with pytest.raises(RenderFailed, match="the scene is empty"):
        client.wait("r")
    client, _ = farm(render("pending"))
    with pytest.raises(WaitTimeout, match="pending"):
        client.wait("r", timeout=0, poll_seconds=0.01)


def test_a_download_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def torn() -> Any:
        yield b"half"
        raise httpx.ReadError("connection reset")

    client, requests = farm(
        httpx.Response(200, content=torn()), httpx.Response(200, content=b"the video"), error("video_not_found", 404)
    )
    client.download("r", "web", tmp_path / "a.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == b"the video"
    assert str(requests[1].url) == "http://farm/v1/renders/r/video?quality=web"
    with pytest.raises(RequestRefused):
        client.download("r", "video", tmp_path / "b.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_an_order_is_json() -> None:
    client, requests = farm(render("pending"))
    assert client.create_render("m", {"zoom": 2}).status == "pending"
    assert json.loads(requests[0].content) == {"modelId": "m", "renderSettings": {"zoom": 2}}
