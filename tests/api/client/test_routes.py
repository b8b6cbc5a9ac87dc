"""What each method asks, and what it makes of the answer."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.client import FarmClient, Render, RenderFailed, WaitTimeout
from tests.api.client.support import data, error, farm, model, render

WHEN = dt.datetime(2026, 2, 15, 20, tzinfo=dt.UTC)
PROGRESS = {"stage": "drawing", "framesDone": 3, "framesTotal": 90, "secondsLeft": 4.5}

CALLS: dict[str, tuple[Callable[[FarmClient], Any], str, Any, Any]] = {
    "models.get": (lambda c: c.models.get("m"), "GET /v1/models/m", None, model()),
    "models.update": (
        lambda c: c.models.update("m", title=None, tags=("x",)), "PATCH /v1/models/m", {"title": None, "tags": ["x"]},
        model(),
    ),
    "models.archive": (lambda c: c.models.archive("m"), "PATCH /v1/models/m/archive", None, model()),
    "models.unarchive": (lambda c: c.models.unarchive("m"), "PATCH /v1/models/m/unarchive", None, model()),
    "models.check_hash": (
        lambda c: c.models.check_hash("ab"), "POST /v1/models/check-hash", {"sha256": "ab"},
        {"exists": False, "modelId": None},
    ),
    "models.ingest": (
        lambda c: c.models.ingest("https://example.com/a.glb", {"zoom": 2}), "POST /v1/models/ingest",
        {"url": "https://example.com/a.glb", "renderSettings": {"zoom": 2}}, {"modelId": "m", "renderId": "r"},
    ),
    "models.generate": (
        lambda c: c.models.generate("a chair", settings={"zoom": 2}, seed=7), "POST /v1/models/generate",
        {"prompt": "a chair", "renderSettings": {"zoom": 2}, "seed": 7, "quality": "high"},
        {"modelId": "m", "renderId": "r", "flowId": "f"},
    ),
    "models.delete": (lambda c: c.models.delete("m"), "DELETE /v1/models/m", None, {"id": "m", "deleted": True}),
    "models.restore": (lambda c: c.models.restore("m"), "POST /v1/models/m/restore", None, model()),
    "models.delete, for good": (
        lambda c: c.models.delete("m", permanent=True), "DELETE /v1/models/m?permanent=true", None,
        {"id": "m", "deleted": True},
    ),
    "renders.restore": (lambda c: c.renders.restore("r"), "POST /v1/renders/r/restore", None, render("done")),
    "renders.delete, for good": (
        lambda c: c.renders.delete("r", permanent=True), "DELETE /v1/renders/r?permanent=true", None,
        {"id": "r", "deleted": True},
    ),
    "renders.create": (
        lambda c: c.renders.create("m", {"zoom": 2}), "POST /v1/renders",
        {"modelId": "m", "renderSettings": {"zoom": 2}}, render("pending"),
    ),
    "renders.batch": (
        lambda c: c.renders.batch([("m", {"zoom": 2}), ("n", None)]), "POST /v1/renders/batch",
        {"renders": [{"modelId": "m", "renderSettings": {"zoom": 2}}, {"modelId": "n", "renderSettings": {}}]},
        [render("pending"), {"id": "s", "modelId": "n", "status": "pending"}],
    ),
    "renders.create, with a URL to notify": (
        lambda c: c.renders.create("m", notify_url="https://example.com/done"), "POST /v1/renders",
        {"modelId": "m", "renderSettings": {}, "notifyUrl": "https://example.com/done"}, render("pending"),
    ),
    "renders.batch, with a URL to notify": (
        lambda c: c.renders.batch([("m", None)], notify_url="https://example.com/done"), "POST /v1/renders/batch",
        {"renders": [{"modelId": "m", "renderSettings": {}}], "notifyUrl": "https://example.com/done"},
        [render("pending")],
    ),
    "models.ingest, with a URL to notify": (
        lambda c: c.models.ingest("https://example.com/a.glb", notify_url="https://example.com/done"),
        "POST /v1/models/ingest",
        {"url": "https://example.com/a.glb", "renderSettings": {}, "notifyUrl": "https://example.com/done"},
        {"modelId": "m", "renderId": "r"},
    ),
    "webhooks.secret": (lambda c: c.webhooks.secret(), "GET /v1/webhooks/secret", None, {"secret": "whsec_"}),
    "webhooks.replace_secret": (
        lambda c: c.webhooks.replace_secret(), "POST /v1/webhooks/secret", None, {"secret": "whsec_"}
    ),
    "renders.get": (lambda c: c.renders.get("r"), "GET /v1/renders/r", None, render("pending")),
    "renders.cancel": (lambda c: c.renders.cancel("r"), "PATCH /v1/renders/r/cancel", None, render("error")),
    "renders.retry": (lambda c: c.renders.retry("r"), "PATCH /v1/renders/r/retry", None, render("pending")),
    "renders.dismiss": (lambda c: c.renders.dismiss("r"), "PATCH /v1/renders/r/dismiss", None, render("failed")),
    "renders.cancel_all": (
        lambda c: list(c.renders.cancel_all(["r", "s"])), "POST /v1/renders/cancel", {"ids": ["r", "s"]},
        [{"id": "r", "ok": True, "error": None}],
    ),
    "renders.delete_all": (
        lambda c: list(c.renders.delete_all(["r"])), "POST /v1/renders/delete", {"ids": ["r"]},
        [{"id": "r", "ok": True}],
    ),
    "models.delete_all": (
        lambda c: list(c.models.delete_all(["m"])), "POST /v1/models/delete", {"ids": ["m"]}, [{"id": "m", "ok": True}]
    ),
    "renders.delete": (lambda c: c.renders.delete("r"), "DELETE /v1/renders/r", None, {"id": "r", "deleted": True}),
    "renders.share": (
        lambda c: c.renders.share("r"), "PUT /v1/renders/r/share", None,
        {"id": "r", "shared": True, "path": "/api/v/a/r"},
    ),
    "renders.renew_share": (
        lambda c: c.renders.renew_share("r"), "POST /v1/renders/r/share", None,
        {"id": "r", "shared": True, "path": "/api/v/b/r"},
    ),
    "renders.unshare": (
        lambda c: c.renders.unshare("r"), "DELETE /v1/renders/r/share", None,
        {"id": "r", "shared": False, "path": None},
    ),
    "overlays.list": (
        lambda c: list(c.overlays.list("background")), "GET /v1/overlays?layer=background&limit=100&offset=0", None,
        [{"id": "o", "layer": "background", "alignment": "center"}],
    ),
    "overlays.delete": (lambda c: c.overlays.delete("o"), "DELETE /v1/overlays/o", None, {"id": "o", "deleted": True}),
    "quote": (
        lambda c: c.quote([{"quality": "4k"}]), "POST /v1/quote",
        {"renders": [{"renderSettings": {"quality": "4k"}}]},
        {"creditsRequired": 16, "creditsAvailable": 3, "sufficient": False, "breakdown": []},
    ),
    "health": (lambda c: c.health(), "GET /v1/health", None, {"status": "ok", "database": "ok"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_method_sends_the_documented_request(name: str) -> None:
    call, request_line, body, answer = CALLS[name]
    client, requests = farm(data(answer))
    call(client)
    [request] = requests
    assert f"{request.method} {request.url.raw_path.decode()}" == request_line
    assert (json.loads(request.content) if request.content else None) == body


def test_a_model_has_its_renders_and_times() -> None:
    listed = {"id": "r", "status": "done", "renderSettings": {"zoom": 2}, "is_system_preview": True}
    client, _ = farm(data(model(archivedAt="2026-02-15T20:00:00.000Z", renders=[listed])))
    got = client.models.get("m")
    assert (got.tags, got.created_at, got.archived_at) == (("a", "b"), WHEN, WHEN)
    [only] = got.renders
    assert (only.model_id, only.settings, only.is_system_preview, only.file_size) == ("m", {"zoom": 2}, True, None)


def test_a_list_is_asked_for_page_by_page_as_it_is_read() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        offset, limit = (int(request.url.params[name]) for name in ("offset", "limit"))
        found = [model(str(number)) for number in range(offset, min(offset + limit, 250))]
        return httpx.Response(200, json={"data": found, "meta": {"total": 250, "offset": offset, "limit": limit}})

    client, requests = farm(page)
    models = client.models.list(tags=["a", "b"], archived=True)
    assert requests == []
    assert next(models).id == "0"
    assert len(requests) == 1
    assert [each.id for each in models] == [str(number) for number in range(1, 250)]
    assert len(requests) == 3
    assert dict(requests[-1].url.params) == {"tags": "a,b", "archived": "true", "limit": "100", "offset": "200"}


def test_renders_are_listed_by_model_and_status() -> None:
    client, requests = farm(
        httpx.Response(200, json={"data": [render("done", progress=PROGRESS)], "meta": {"total": 1}})
    )
    [only] = client.renders.list(model_id="m", status="done", previews=True)
    assert only.progress is not None
    wanted = {"model": "m", "status": "done", "include": "preview", "limit": "100", "offset": "0"}
    assert dict(requests[0].url.params) == wanted


def test_a_file_the_farm_has_is_found_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(b"abc")
    client, requests = farm(data({"exists": True, "modelId": "m"}))
    assert client.models.find(tmp_path / "a.glb") == "m"
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert json.loads(requests[0].content) == {"sha256": sha256}


def test_an_overlay_is_a_form_of_what_is_given(tmp_path: Path) -> None:
    (tmp_path / "sky.png").write_bytes(b"PNG")
    client, requests = farm(data({"id": "o", "layer": "background", "alignment": "center", "name": "Sky"}))
    assert client.overlays.upload(tmp_path / "sky.png", name="Sky", alignment="center").id == "o"
    body = requests[0].content
    assert b'name="file"; filename="sky.png"' in body
    assert b'name="alignment"\r\n\r\ncenter' in body
    assert b"description" not in body


def test_a_farm_that_is_unwell_says_so() -> None:
    client, requests = farm(data({"status": "error", "database": "error", "rendering": None}, 503))
    health = client.health()
    assert (health.status, health.database, health.workers) == ("error", "error", None)
    assert len(requests) == 1


def test_events_are_told_as_they_come() -> None:
    told = json.dumps({"status": "video-processing", **PROGRESS})
    stream = f"event: progress\ndata: {told}\n\n: still here\n\nevent: end\ndata: {told}\n\n"
    client, requests = farm(httpx.Response(200, text=stream), error("render_not_found", 404))
    first, last = client.renders.events("r")
    assert first == last
    assert (first.status, first.progress.frames_done, first.progress.seconds_left) == ("video-processing", 3, 4.5)
    assert requests[0].url.path == "/v1/renders/r/events"


def test_waiting_reports_each_change_once_and_returns_the_finished_render(pauses: list[float]) -> None:
    states = [
        render("pending"), render("pending"), render("video-processing", progress=PROGRESS), render("done", fileSize=7)
    ]  # fmt: skip
    client, _ = farm(*map(data, states))
    heard: list[Render] = []
    assert client.renders.wait("r", heard.append, poll_seconds=0.25).file_size == 7
    assert [each.status for each in heard] == ["pending", "video-processing", "done"]
    assert heard[1].progress is not None
    assert (heard[1].progress.frames_done, heard[1].progress.seconds_left) == (3, 4.5)
    assert pauses == [0.25] * 3


def test_many_are_waited_for_at_once_and_come_as_they_end() -> None:
    left = {"a": ["pending", "pending", "done"], "b": ["error"], "c": ["pending", "done"]}

    def answer(request: httpx.Request) -> httpx.Response:
        render_id = request.url.path[-1]
        return data(render(left[render_id].pop(0), render_id))

    client, _ = farm(answer)
    assert [(each.id, each.status) for each in client.renders.wait_all("abc")] == [
        ("b", "error"), ("c", "done"), ("a", "done"),
    ]  # fmt: skip


def test_many_are_asked_for_more_seldom_than_few(pauses: list[float]) -> None:
    """130 in one batch were 60 requests a second."""
    asked = dict.fromkeys(map(str, range(130)), 0)

    def answer(request: httpx.Request) -> httpx.Response:
        render_id = request.url.path.rpartition("/")[2]
        asked[render_id] += 1
        return data(render("done" if asked[render_id] == 2 else "pending", render_id))

    client, _ = farm(answer)
    assert len([*client.renders.wait_all(list(asked))]) == 130
    assert pauses == [6.5]


def test_waiting_ends_with_the_renders_error_or_with_the_time() -> None:
    client, _ = farm(data(render("error", errorMessage="the scene is empty")))
    with pytest.raises(RenderFailed, match="the scene is empty"):
        client.renders.wait("r")
    client, _ = farm(data(render("pending")))
    with pytest.raises(WaitTimeout, match="r is pending"):
        client.renders.wait("r", timeout=0)
