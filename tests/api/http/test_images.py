"""Stills over the API: ordered and paid, followed, fetched one by one and in the bundle."""

import io
import math
import zipfile
from typing import Any

import pytest

from api.domain.catalog import overlays
from api.domain.catalog.inspection import INPUT
from api.domain.catalog.overlays import Layer
from api.domain.work import scheduling
from tests.support.web import Web

FOREVER = "private, max-age=31536000, immutable"
KINDS = ("png", "webp", "avif")


def order(web: Web, model_id: str, **settings: object) -> dict[str, Any]:
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": {"output": "image"} | settings})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize("quality", ["share", "standard", "4k", "pro"])
def test_a_still_of_any_size_costs_one_credit(web: Web, model_id: str, quality: str) -> None:
    before = web.balance()
    data = order(web, model_id, quality=quality, imageFormat="webp", camera="top", transparent=True)
    wanted = {"output": "image", "quality": quality, "imageFormat": "webp", "camera": "top", "transparent": True}
    assert data["renderSettings"].items() >= wanted.items()
    assert data["renderSettings"].keys().isdisjoint({"effect", "length", "easing", "animationSpeed", "azimuth"})
    assert web.balance() == before - 1
    quoted = web.post("/v1/quote", json={"renders": [{"output": "image", "quality": quality}]}).json()["data"]
    assert quoted["breakdown"] == [{"output": "image", "quality": quality, "credits": 1}]


def test_batches_and_uploads_order_stills_that_share_their_frame(web: Web, model_id: str) -> None:
    kinds = [{"modelId": model_id, "renderSettings": {"output": "image", "imageFormat": kind}} for kind in KINDS]
    made = [each["id"] for each in web.post("/v1/renders/batch", json={"renders": kinds}).json()["data"]]
    assert web.claim(made[0]).variants.keys() == set(made)
    uploaded = web.upload(settings='{"output": "image", "azimuth": 30}').json()["data"]
    claim = web.claim(uploaded["renderId"])
    assert (claim.kind, claim.frame_count, claim.spec["rotate_y"]) == ("image", 1, 30)


@pytest.mark.parametrize("kind", KINDS)
def test_a_still_through_its_life(web: Web, model_id: str, kind: str) -> None:
    render_id = order(web, model_id, imageFormat=kind)["id"]
    path = f"/v1/renders/{render_id}"
    for name, code in (("image", "image_not_found"), ("bundle", "image_not_found"), ("video", "video_not_found"),
                       ("thumb", "thumb_not_found"), ("poster", "poster_not_found")):  # fmt: skip
        assert code_of(web.get(f"{path}/{name}")) == (404, code)
    held = web.finish_image(render_id)
    data = web.get(path).json()["data"]
    assert (data["status"], data["fileSize"], data["hasWebVariant"]) == ("done", len(held["image"]), False)
    assert (data["progress"]["framesDone"], data["progress"]["framesTotal"]) == (1, 1)

    for name, stored in (("image", "image"), ("thumb", "thumb"), ("poster", "poster"),
                         ("poster?quality=full", "poster_full")):  # fmt: skip
        answer = web.get(f"{path}/{name}")
        assert (answer.status_code, answer.content) == (200, held[stored])
        assert answer.headers["content-type"] == ("image/png" if "poster" in name else f"image/{kind}")
        assert answer.headers["cache-control"] == FOREVER
    part = web.get(f"{path}/image", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, held["image"][2:5])
    assert part.headers["content-range"] == f"bytes 2-4/{len(held['image'])}"
    again = web.get(f"{path}/image", headers={"If-None-Match": part.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = web.request("HEAD", f"{path}/image")
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(held["image"])))

    assert code_of(web.get(f"{path}/video")) == (404, "video_not_found")
    assert code_of(web.get(f"{path}/dataset")) == (404, "dataset_not_found")
    bundle = web.get(f"{path}/bundle")
    assert bundle.headers["content-length"] == str(len(bundle.content))
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        unpacked = {name: archive.read(name) for name in archive.namelist()}
    assert unpacked == {
        f"image.{kind}": held["image"], "poster.png": held["poster_full"], f"thumb.{kind}": held["thumb"]
    }


def test_a_video_has_no_still(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    web.finish(render_id)
    assert code_of(web.get(f"/v1/renders/{render_id}/image")) == (404, "image_not_found")


def test_a_shared_still_is_there_for_everybody(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    held = web.finish_image(render_id)
    path = web.request("PUT", f"/v1/renders/{render_id}/share").json()["data"]["path"]
    answer = web.get(f"{path}/image", token=None)
    assert (answer.status_code, answer.content) == (200, held["image"])


def test_another_account_sees_no_still(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    web.finish_image(render_id)
    answer = web.get(f"/v1/renders/{render_id}/image", token=web.another_token())
    assert code_of(answer) == (404, "render_not_found")


def overlay(web: Web, layer: Layer) -> str:
    with web.database.begin() as session:
        return overlays.add(
            session, web.account_id, storage_key=overlays.new_key(), content_type="image/png", file_size=1, width=1,
            height=1, layer=layer,
        ).id  # fmt: skip


def test_a_foreground_is_ordered_beside_a_background(web: Web, model_id: str) -> None:
    behind, before = overlay(web, Layer.BACKGROUND), overlay(web, Layer.FOREGROUND)
    for output in ("video", "image"):
        made = order(web, model_id, output=output, bgImageId=behind, fgImageId=before, fgAlign="top-right")
        assert made["renderSettings"].items() >= {"fgImageId": before, "fgAlign": "top-right"}.items()
        claim = web.claim(made["id"])
        variant = claim.variants[made["id"]]
        assert variant["foreground"] == {"image": before, "align": "top-right"}
        assert variant["backdrop"]["image"] == behind
        assert claim.inputs.keys() == {behind, before, INPUT}


def test_an_overlay_of_the_wrong_layer_is_named_and_costs_nothing(web: Web, model_id: str) -> None:
    behind, before = overlay(web, Layer.BACKGROUND), overlay(web, Layer.FOREGROUND)
    balance = web.balance()
    for setting, overlay_id, message in (
        ("fgImageId", behind, "is of the layer background, not foreground"),
        ("bgImageId", before, "is of the layer foreground, not background"),
        ("fgImageId", "000000000000", "there is no overlay 000000000000"),
    ):
        body = {"modelId": model_id, "renderSettings": {setting: overlay_id}}
        answer = web.post("/v1/renders", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_settings", setting)
        assert message in error["message"]
    theirs = web.another_token()
    answer = web.post("/v1/renders", json={"modelId": model_id, "renderSettings": {"fgImageId": before}}, token=theirs)
    assert code_of(answer) == (404, "model_not_found")
    own = web.upload(b"glTF theirs", token=theirs).json()["data"]["modelId"]
    answer = web.post("/v1/renders", json={"modelId": own, "renderSettings": {"fgImageId": before}}, token=theirs)
    assert (code_of(answer), answer.json()["error"]["param"]) == ((400, "invalid_settings"), "fgImageId")
    assert web.balance() == balance


def test_a_training_set_has_no_use_for_overlays(web: Web, model_id: str) -> None:
    before = overlay(web, Layer.FOREGROUND)
    made = order(web, model_id, output="dataset", fgImageId=before)
    assert "fgImageId" not in made["renderSettings"]
    assert web.claim(made["id"]).inputs.keys() == {INPUT}


def test_a_material_variant_that_the_model_is_known_to_lack_is_refused(web: Web, model_id: str) -> None:
    web.inspect(animations=["Walk"], variants=["Red"])
    order(web, model_id, materialVariant="Red")
    balance = web.balance()
    for setting, says in (("materialVariant", 'no material variant "Blue"; it has "Red"'),
                          ("animation", 'no animation "Blue"; it has "Walk"')):  # fmt: skip
        item = {"modelId": model_id, "renderSettings": {"output": "image", setting: "Blue"}}
        answer = web.post("/v1/renders/batch", json={"renders": [{"modelId": model_id}, item]})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "invalid_settings")
        assert error["param"] == f"renders[1].renderSettings.{setting}"
        assert says in error["message"]
    assert web.balance() == balance


def test_warnings_are_shown_with_the_render(web: Web, model_id: str) -> None:
    render_id = order(web, model_id)["id"]
    assert web.get(f"/v1/renders/{render_id}").json()["data"]["warnings"] == []
    told = ["the glTF extension EXT_example is ignored"]
    claim = web.claim(render_id)
    with web.database.begin() as session:
        scheduling.tell(session, claim, {"warnings": told})
    assert web.get(f"/v1/renders/{render_id}").json()["data"]["warnings"] == told
    assert web.get("/v1/renders").json()["data"][0]["warnings"] == told


def test_checks_are_shown_with_their_render_alone_and_as_they_should_be(web: Web, model_id: str) -> None:
    ids = [order(web, model_id)["id"], order(web, model_id, bgColor="#000000")["id"]]
    good = {"check": "cut_off", "verdict": "fail", "value": 0.02, "limit": 0, "message": "raise zoom"}
    strange = [
        good | {"message": "x\0" * 1000, "more": 1}, good | {"verdict": "terrible"}, good | {"value": math.inf},
        good | {"limit": "1"}, "pass", None,
    ]
    claim = web.claim(ids[0])
    with web.database.begin() as session:
        scheduling.tell(session, claim, {"checks": {ids[0]: [good, *strange], "none": [good], "x": 3}})
    shown = [web.get(f"/v1/renders/{render_id}").json()["data"]["checks"] for render_id in ids]
    assert shown[1] == []
    [first, kept] = shown[0]
    assert first == good
    assert kept.keys() == good.keys()
    assert "\0" not in kept["message"]
    assert len(kept["message"]) == 300
