"""A video's formats: asked for in a list, drawn once with all else, and handed out one by one, shared, and in a ZIP."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import select

from api.db.tables import Render, Task
from api.domain.accounts import ledger
from tests.support.web import Web

FILES = {
    "webp": ("animation.webp", "image/webp"), "gif": ("animation.gif", "image/gif"),
    "webm": ("video.webm", "video/webm"), "hevc": ("hevc.mov", "video/quicktime"),
    "png": ("png.zip", "application/zip"), "exr": ("exr.zip", "application/zip"),
    "strip_full": ("strip.zip", "application/zip"), "spin": ("spin.zip", "application/zip"),
}  # fmt: skip
"""By the names in the database: what workers store, and its type."""
PATHS = {name: "strip?quality=full" if name == "strip_full" else name for name in FILES}
ALL = ["webp", "gif", "webm", "hevc", "png", "exr", "strip", "spin"]


def order(web: Web, **settings: Any) -> str:
    """The id of a new render."""
    model_id = web.upload().json()["data"]["modelId"]
    web.inspect()
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": settings})
    assert answer.status_code == 201, answer.text
    render_id: str = answer.json()["data"]["id"]
    return render_id


@pytest.fixture
def rich(web: Web) -> Web:
    with web.database.begin() as session:
        ledger.grant(session, web.account_id, 500)
    return web


def test_every_format_is_told_of_handed_out_and_in_the_bundle(rich: Web) -> None:
    render_id = order(rich, quality="pro", formats=ALL, size="640x480", length=3)
    told = rich.get(f"/v1/renders/{render_id}").json()["data"]
    assert (told["formatUrls"], told["renderSettings"]["formats"]) == ({}, ALL)
    for path in PATHS.values():
        answer = rich.get(f"/v1/renders/{render_id}/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "output_not_found")
        assert answer.json()["error"]["message"] == "File not yet available"

    contents = rich.finish(render_id, web=True, video=("video.mov", "video/quicktime"), others=FILES)
    urls = rich.get(f"/v1/renders/{render_id}").json()["data"]["formatUrls"]
    assert [*urls] == ALL
    shared = rich.request("PUT", f"/v1/renders/{render_id}/share").json()["data"]["path"]
    for name, (_, type_) in FILES.items():
        asked = "strip" if name == "strip_full" else name
        assert urls[asked] == f"/v1/renders/{render_id}/{PATHS[name]}"
        answer = rich.get(urls[asked])
        assert (answer.content, answer.headers["content-type"]) == (contents[name], type_)
        saved = f'attachment; filename="{render_id}-{asked}.zip"' if type_ == "application/zip" else None
        assert answer.headers.get("content-disposition") == saved
        assert rich.get(f"{shared}/{PATHS[name]}", token=None).content == contents[name]
    assert rich.get(f"/v1/renders/{render_id}/strip").content == contents["strip"]

    bundle = rich.get(f"/v1/renders/{render_id}/bundle").content
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {file: contents[name] for name, (file, _) in FILES.items()} | {
        "video.mov": contents["video"], "web.mp4": contents["web"], "poster.png": contents["poster_full"],
        "thumb.mp4": contents["thumb"],
    }


def test_a_format_that_was_not_asked_for_is_told_as_that(web: Web) -> None:
    render_id = order(web, formats=["webp"])
    message = web.get(f"/v1/renders/{render_id}/gif").json()["error"]["message"]
    assert message.startswith("A video has no gif, but below /v1/renders/")
    assert message.endswith(": /video, /video?quality=web, /thumb, /strip, /poster, /poster?quality=full, /webp")


def test_renders_that_differ_in_formats_are_drawn_once(web: Web) -> None:
    model_id = web.upload().json()["data"]["modelId"]
    web.inspect()
    settings: list[dict[str, Any]] = [{}, {"formats": "webp, gif"}, {"formats": ["webm"], "transparent": True}]
    answer = web.post("/v1/renders/batch", json={
        "renders": [{"modelId": model_id, "renderSettings": each} for each in settings]
    })  # fmt: skip
    ids = [each["id"] for each in answer.json()["data"]]
    with web.database.read() as session:
        rows = session.execute(select(Render.id, Render.task_id, Render.variant).where(Render.id.in_(ids))).all()
    assert len({row.task_id for row in rows}) == 1
    found = {row.id: (row.variant["formats"], row.variant["transparent"]) for row in rows}
    assert [found[each] for each in ids] == [([], False), (["webp", "gif"], False), (["webm"], True)]
    assert web.balance() == 10 - 1 - 3


@pytest.mark.parametrize(("fps", "credits"), [(60, 2), (24, 1)])
def test_more_frames_a_second_are_paid_for_and_quoted(web: Web, fps: int, credits: int) -> None:
    quoted = web.post("/v1/quote", json={"renders": [{"fps": fps}]}).json()["data"]
    assert quoted["creditsRequired"] == credits
    before = web.balance()
    render_id = order(web, fps=fps, length=3)
    assert web.balance() == before - 1 - credits  # the upload's own render is one of them
    with web.database.read() as session:
        task = session.execute(
            select(Task.frame_count).join(Render, Render.task_id == Task.id).where(Render.id == render_id)
        ).scalar_one()
    assert task == 3 * fps


@pytest.mark.parametrize(
    ("settings", "param"),
    [
        ({"formats": ["png"]}, "formats"), ({"formats": ["spin"], "effect": "reveal"}, "formats"),
        ({"size": "961x540"}, "size"), ({"size": [2000, 1000]}, "size"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_by_name(web: Web, settings: dict[str, Any], param: str) -> None:
    model_id = web.upload().json()["data"]["modelId"]
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": settings})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_settings", param)
    assert error["message"].startswith(param)


def test_old_orders_and_new_ones_without_formats_have_equal_idempotency_keys(web: Web) -> None:
    model_id = web.upload().json()["data"]["modelId"]
    key = {"Idempotency-Key": "the same"}
    first = web.post("/v1/renders", headers=key, json={"modelId": model_id, "renderSettings": {"length": 4}})
    again = {"length": 4, "fps": 30, "formats": [], "transparent": False}
    second = web.post("/v1/renders", headers=key, json={"modelId": model_id, "renderSettings": again})
    assert second.json() == first.json()
    other = web.post("/v1/renders", headers=key, json={"modelId": model_id, "renderSettings": again | {"fps": 60}})
    assert other.json()["error"]["code"] == "idempotency_conflict"
