"""How requests are sent: their errors, their patience, and that nothing is paid twice."""

import datetime as dt
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.client import FarmClient, FarmUnreachable, RequestRefused
from api.client.transport import LONGEST_PAUSE_S, TRIES
from tests.api.client.support import ACCOUNT, data, error, farm, render


def test_the_token_and_the_path_are_the_apis() -> None:
    client, requests = farm(data(ACCOUNT))
    assert client.account().credits == 3
    assert str(requests[0].url) == "http://farm/v1/account"
    assert requests[0].headers["Authorization"] == "Bearer dxgl_sk_x"


@pytest.mark.parametrize("address", ["localhost:8080", "ftp://farm", "http://", "http://farm:x", ""])
def test_what_is_no_address_is_named_at_once(address: str) -> None:
    with pytest.raises(FarmUnreachable, match="is not an address") as refused:
        FarmClient(address, "dxgl_sk_x")
    assert not refused.value.sent


@pytest.mark.parametrize(
    "hiccup", [error("busy", 503), error("slow_down", 429), httpx.ConnectError("refused"), httpx.ReadTimeout("slow")]
)
def test_reading_is_tried_again_while_the_farm_is_busy_or_away(hiccup: httpx.Response | Exception) -> None:
    client, requests = farm(hiccup, hiccup, data(ACCOUNT))
    assert client.account().email == "a@example.com"
    assert len(requests) == 3


def test_patience_has_an_end_and_pauses_grow(pauses: list[float]) -> None:
    client, requests = farm(httpx.ConnectError("refused"))
    with pytest.raises(FarmUnreachable, match="refused"):
        client.account()
    assert len(requests) == TRIES
    assert pauses == sorted(pauses)
    assert pauses[-1] > 4 * pauses[0] > 0


def test_no_pause_is_shorter_than_the_farm_asks_for_nor_longer_than_a_minute(pauses: list[float]) -> None:
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    client, _ = farm(
        error("busy", 503, **{"Retry-After": "7"}),
        error("busy", 503, **{"Retry-After": format_datetime(soon, usegmt=True)}),
        error("busy", 503, **{"Retry-After": "86400"}),
        error("busy", 503, **{"Retry-After": "whenever"}),
        data(ACCOUNT),
    )
    client.account()
    assert pauses[0] == 7
    assert 17 < pauses[1] <= 20
    assert pauses[2] == LONGEST_PAUSE_S
    assert pauses[3] < 7


def test_a_refusal_carries_code_status_message_and_field_and_is_not_repeated() -> None:
    client, requests = farm(error("render_not_found", 404))
    with pytest.raises(RequestRefused, match="it is render_not_found") as refused:
        client.renders.get("r")
    assert (refused.value.code, refused.value.status, refused.value.param) == ("render_not_found", 404, "zoom")
    assert len(requests) == 1


def test_a_free_accounts_limit_is_not_waited_for() -> None:
    client, requests = farm(error("upload_limit", 429))
    with pytest.raises(RequestRefused, match="upload_limit"):
        client.renders.create("m")
    assert len(requests) == 1


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(404, text="<html>nginx</html>"), httpx.Response(200, text="<html>log in</html>"),
     httpx.Response(200, json=[]), httpx.Response(404, json={"error": "nope"}), httpx.Response(404, json=["nope"])],
)  # fmt: skip
def test_an_answer_that_is_not_the_farms_is_still_a_clear_error(answer: httpx.Response) -> None:
    client, _ = farm(answer)
    with pytest.raises(RequestRefused, match=f"HTTP {answer.status_code} ") as refused:
        client.account()
    assert refused.value.code == "unknown"


@pytest.mark.parametrize(
    "hiccup", [error("busy", 503), httpx.ReadError("reset"), error("idempotency_in_progress", 409)]
)
def test_what_costs_credits_is_repeated_under_one_key(hiccup: httpx.Response | Exception, tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(b"glTF")
    uploaded = data({"modelId": "m", "renderId": "r"}, 201)
    created = data(render("pending"), 201)
    client, requests = farm(
        hiccup, created, hiccup, data([render("pending")], 201), hiccup, uploaded, hiccup, uploaded
    )
    client.renders.create("m")
    client.renders.batch([("m", None)])
    client.models.ingest("https://example.com/a.glb")
    client.models.upload(tmp_path / "a.glb")
    keys = [request.headers["Idempotency-Key"] for request in requests]
    assert keys[::2] == keys[1::2]
    assert len(set(keys)) == 4
    assert [request.content for request in requests[:6:2]] == [request.content for request in requests[1:6:2]]
    assert all(b"glTF" in request.content for request in requests[6:])


def test_what_must_not_happen_twice_is_repeated_only_if_it_surely_did_not_happen() -> None:
    gone = data({"id": "r", "deleted": True})
    client, requests = farm(httpx.ConnectError("refused"), error("busy", 503), gone)
    client.renders.delete("r")
    assert len(requests) == 3
    client, requests = farm(httpx.ReadTimeout("slow"), error("render_not_found", 404))
    with pytest.raises(FarmUnreachable):
        client.renders.delete("r")
    assert len(requests) == 1


def test_an_upload_is_a_form_with_file_and_settings_and_tells_how_far_it_is(tmp_path: Path) -> None:
    content = bytes(range(256)) * 2000
    (tmp_path / "chair.glb").write_bytes(content)
    client, requests = farm(data({"modelId": "m", "renderId": "r", "duplicate": True}, 201))
    heard: list[tuple[int, int]] = []
    upload = client.models.upload(
        tmp_path / "chair.glb", {"length": 3}, lambda sent, total: heard.append((sent, total))
    )
    assert (upload.model_id, upload.render_id, upload.duplicate) == ("m", "r", True)
    body = requests[0].content
    assert content in body
    assert b'name="file"; filename="chair.glb"' in body
    assert b'name="renderSettings"\r\n\r\n{"length": 3}' in body
    assert int(requests[0].headers["Content-Length"]) == len(body)
    assert heard == sorted(heard)
    assert len(set(heard)) > 3
    assert heard[-1] == (len(content), len(content))


def test_a_download_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    def torn() -> Any:
        yield b"half"
        raise httpx.ReadError("connection reset")

    client, requests = farm(
        httpx.Response(200, content=torn()), httpx.Response(200, content=b"the video"), error("video_not_found", 404)
    )
    heard: list[tuple[int, int]] = []
    client.renders.download("r", "web", tmp_path / "a.mp4", lambda done, total: heard.append((done, total)))
    assert (tmp_path / "a.mp4").read_bytes() == b"the video"
    assert heard[-1] == (9, 9)
    assert str(requests[1].url) == "http://farm/v1/renders/r/video?quality=web"
    with pytest.raises(RequestRefused):
        client.renders.download("r", "video", tmp_path / "b.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
