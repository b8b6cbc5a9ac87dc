"""/v1/overlays: upload, list and delete, and renders that are ordered with them."""

import re
from typing import Any

import numpy as np
import PIL.Image
import pytest

from api.domain.catalog import overlays
from renderer.spec import VideoVariant
from tests.renderer.load.glb_builder import encoded
from tests.support.images import png_header
from tests.support.web import Web

PNG = encoded(PIL.Image.new("RGB", (30, 20), (200, 100, 50)))
MB = 1024 * 1024


def send(web: Web, data: bytes = PNG, *, token: str = "", **fields: Any) -> Any:
    return web.post("/v1/overlays", files={"file": ("picture.png", data)}, data=fields, token=token)


def add(web: Web, **fields: Any) -> str:
    answer = send(web, **fields)
    assert answer.status_code == 200
    identifier: str = answer.json()["data"]["id"]
    return identifier


def error_of(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return error["status"], error["code"], error.get("param")


def publish(web: Web, **labels: Any) -> str:
    """A system overlay, whose file is there too."""
    with web.storage.writer(key := overlays.new_key()) as writer:
        writer.write(PNG)
    with web.database.begin() as session:
        return overlays.add(
            session, None, storage_key=key, content_type="image/png", file_size=len(PNG), width=30, height=20, **labels
        ).id


def test_an_upload_answers_200_with_the_documented_fields(web: Web) -> None:
    answer = send(web, name=" My Gradient ", description="Soft", alignment="center", layer="foreground")
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert re.fullmatch("[A-Za-z0-9]{12}", data["id"])
    assert data == {"id": data["id"], "layer": "foreground", "alignment": "center", "name": "My Gradient"}
    [key] = web.stored()
    assert re.fullmatch("overlays/[A-Za-z0-9]{12}", key)
    assert b"".join(web.storage.read(key)) == PNG
    assert web.balance() == 10


def test_a_file_alone_gets_the_documented_defaults(web: Web) -> None:
    data = send(web).json()["data"]
    assert data == {"id": data["id"], "layer": "background", "alignment": "top-left", "name": None}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_formats_are_told_by_the_bytes_whatever_the_file_is_called(web: Web, kind: str) -> None:
    send(web, encoded(PIL.Image.new("RGB", (30, 20)), kind))
    [shown] = web.get("/v1/overlays").json()["data"]
    assert (shown["contentType"], shown["width"], shown["height"]) == (f"image/{kind.lower()}", 30, 20)


def test_a_list_has_ones_own_and_published_overlays_newest_first(web: Web) -> None:
    mine = add(web, name="Mine", description="About it")
    system = publish(web, layer="foreground", name="For all")
    answer = web.get("/v1/overlays").json()
    assert answer["meta"] == {"total": 2, "offset": 0, "limit": 50}
    assert [overlay["id"] for overlay in answer["data"]] == [system, mine]
    shown = answer["data"][1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown.pop("createdAt"))
    assert shown == {
        "id": mine, "layer": "background", "alignment": "top-left", "name": "Mine", "description": "About it",
        "contentType": "image/png", "fileSize": len(PNG), "width": 30, "height": 20, "isSystem": False,
    }  # fmt: skip
    assert answer["data"][0]["isSystem"] is True
    assert [each["id"] for each in web.get("/v1/overlays?layer=background").json()["data"]] == [mine]
    assert [each["id"] for each in web.get("/v1/overlays?layer=foreground").json()["data"]] == [system]
    second = web.get("/v1/overlays?limit=1&offset=1").json()
    assert ([each["id"] for each in second["data"]], second["meta"]["total"]) == ([mine], 2)
    assert error_of(web.get("/v1/overlays?layer=middle")) == (400, "invalid_request", "layer")


def test_another_account_sees_only_published_overlays_and_deletes_none(web: Web) -> None:
    mine, system = add(web), publish(web)
    token = web.another_token()
    assert [each["id"] for each in web.get("/v1/overlays", token=token).json()["data"]] == [system]
    for overlay_id in (mine, system, "000000000000", "short", "%00"):
        answer = web.request("DELETE", f"/v1/overlays/{overlay_id}", token=token)
        assert error_of(answer) == (404, "overlay_not_found", None)
    assert error_of(web.request("DELETE", f"/v1/overlays/{system}")) == (404, "overlay_not_found", None)
    assert len(web.stored()) == 2


def test_a_deleted_overlay_is_gone_with_its_file(web: Web) -> None:
    overlay_id = add(web)
    answer = web.request("DELETE", f"/v1/overlays/{overlay_id}")
    assert (answer.status_code, answer.json()) == (200, {"data": {"id": overlay_id, "deleted": True}})
    assert web.stored() == []
    assert web.get("/v1/overlays").json()["data"] == []
    assert error_of(web.request("DELETE", f"/v1/overlays/{overlay_id}"))[1] == "overlay_not_found"


@pytest.mark.parametrize(("method", "path", "scope"), [
    ("POST", "/v1/overlays", "write"),
    ("DELETE", "/v1/overlays/000000000000", "write"),
    ("GET", "/v1/overlays", "read"),
])
def test_each_route_asks_for_its_scope(web: Web, method: str, path: str, scope: str) -> None:
    others = [name for name in ("read", "write", "render") if name != scope]
    assert error_of(web.request(method, path, token=web.scoped_token(*others)))[:2] == (403, "insufficient_scope")
    answer = web.request(method, path, token=web.scoped_token(scope))
    assert answer.status_code != 403


@pytest.mark.parametrize(("data", "code"), [
    (b"", "no_file"),
    (b"no image at all", "invalid_format"),
    (encoded(PIL.Image.new("RGB", (8, 8)), "GIF"), "invalid_format"),
    (PNG[:20], "invalid_format"),
    (png_header(65535, 65535), "file_too_large"),
    (bytes(10 * MB + 1), "file_too_large"),
    (bytes(12 * MB), "file_too_large"),
], ids=["empty", "text", "gif", "cut short", "many pixels", "one byte too many", "far too long"])
def test_what_is_no_image_or_too_large_is_refused_and_not_kept(web: Web, data: bytes, code: str) -> None:
    status, found, _ = error_of(send(web, data))
    assert (status, found) == (400, code)
    assert web.stored() == []


def test_a_file_of_exactly_ten_megabytes_is_taken(web: Web) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    data = encoded(PIL.Image.fromarray(noise), "PNG")
    assert send(web, data + bytes(10 * MB - len(data))).status_code == 200


def test_a_form_without_a_file_is_refused(web: Web) -> None:
    assert error_of(web.post("/v1/overlays", data={"name": "x"}))[:2] == (400, "no_file")
    assert error_of(web.post("/v1/overlays", files={"picture": ("a.png", PNG)}))[:2] == (400, "no_file")


@pytest.mark.parametrize(("fields", "param"), [
    ({"layer": "middle"}, "layer"),
    ({"alignment": "centre"}, "alignment"),
    ({"name": "x" * 101}, "name"),
    ({"name": "x" * 5000}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": b"\xff\xfe"}, "name"),
    ({"description": "x" * 501}, "description"),
], ids=str)
def test_bad_fields_are_named_and_nothing_is_kept(web: Web, fields: dict[str, Any], param: str) -> None:
    assert error_of(send(web, **fields)) == (400, "invalid_request", param)
    assert web.stored() == []


def test_names_count_characters_and_not_bytes(web: Web) -> None:
    assert send(web, name="\N{SNOWMAN}" * 100).json()["data"]["name"] == "\N{SNOWMAN}" * 100


def test_a_render_is_ordered_with_an_overlay_and_says_so(web: Web) -> None:
    uploaded = web.upload(settings=f'{{"bgImageId": "{add(web)}"}}').json()["data"]
    settings = {"bgImageId": publish(web), "bgAlign": "bottom-right"}
    body = {"modelId": uploaded["modelId"], "renderSettings": settings}
    made = web.post("/v1/renders", json=body).json()["data"]
    assert made["renderSettings"].items() >= settings.items()
    backdrop = VideoVariant.from_json(web.claim(made["id"]).variants[made["id"]]).backdrop
    assert (backdrop.image, backdrop.align) == (settings["bgImageId"], "bottom-right")
    assert web.balance() == 8


def test_an_overlay_that_the_account_cant_use_is_a_bad_setting_and_costs_nothing(web: Web) -> None:
    token = web.another_token()
    theirs = send(web, token=token).json()["data"]["id"]
    model_id = web.upload().json()["data"]["modelId"]
    stored, balance = web.stored(), web.balance()
    for overlay_id in (theirs, "000000000000"):
        settings = {"bgImageId": overlay_id}
        single = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": settings})
        assert error_of(single) == (400, "invalid_settings", "bgImageId")
        batch = [{"modelId": model_id}, {"modelId": model_id, "renderSettings": settings}]
        answer = web.post("/v1/renders/batch", json={"renders": batch})
        assert error_of(answer) == (400, "invalid_settings", "renders[1].renderSettings.bgImageId")
        uploaded = web.upload(b"glTF other", settings=f'{{"bgImageId": "{overlay_id}"}}')
        assert error_of(uploaded) == (400, "invalid_settings", "bgImageId")
    assert (web.stored(), web.balance()) == (stored, balance)
