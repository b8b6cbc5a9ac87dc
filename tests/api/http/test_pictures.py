"""Pictures by links: made for whoever comes first, kept by caches, and void once the key is replaced."""

import hashlib
import hmac
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image

from api.domain.accounts import accounts
from api.domain.renders import picture_links
from api.domain.renders.picture_links import Link
from api.domain.work import claims, scheduling
from api.domain.work.claims import Claim
from api.errors import InvalidSettings
from api.http import pictures
from api.http.dxgl import picture_names
from renderer.spec import PictureSpec, RenderSettings
from tests.support.waiting import wait_for
from tests.support.web import Web

FOREVER = "public, max-age=31536000, immutable"


def image_url(web: Web, model_id: str, **asked: object) -> str:
    answer = web.post(f"/v1/models/{model_id}/image-url", json=asked)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["url"] == f"http://farm{data['path']}"
    path: str = data["path"]
    return path


def see(web: Web, path: str, method: str = "GET", **arguments: Any) -> httpx.Response:
    return web.request(method, path, token=None, **arguments)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def claim_picture(web: Web) -> Claim | None:
    web.inspect()
    with web.database.begin() as session:
        claim = claims.claim(session, worker="test", queues=["render"], lease_seconds=60)
    return claim if claim is not None and claim.kind == "picture" else None


def draw(web: Web, claim: Claim) -> bytes:
    """Makes the picture as a worker would; its bytes."""
    [picture_id] = claim.variants
    frames = PictureSpec.from_json(claim.spec).frames
    drawn = io.BytesIO()
    Image.new("RGB", (frames.width, frames.height)).save(drawn, "WebP")
    file = web.put(claim, picture_id, "image.webp", drawn.getvalue(), "image/webp")
    with web.database.begin() as session:
        assert scheduling.settle_done(session, claim, {picture_id: {"image": file}})
    return drawn.getvalue()


def claimed(web: Web) -> Claim:
    """The picture's, as soon as somebody has asked for it."""
    found: list[Claim | None] = []

    def look() -> bool:
        found.append(claim_picture(web))
        return found[-1] is not None

    wait_for(look, "a picture to draw")
    claim = found[-1]
    assert claim is not None
    return claim


def finish(web: Web) -> bytes:
    return draw(web, claimed(web))


def test_the_first_who_ask_wait_and_get_the_picture_that_all_others_share(web: Web, model_id: str) -> None:
    path = image_url(web, model_id, width=96, height=64, renderSettings={"camera": "top", "bgColor": "#FF8800"})
    assert path.endswith(f"/w:96,h:64,camera:top,bg:ff8800/{model_id}.webp")
    before = web.balance()
    with ThreadPoolExecutor(3) as visitors:
        asked = [visitors.submit(see, web, path) for _ in range(3)]
        drawn = finish(web)
        answers = [each.result() for each in asked]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, drawn)}
    assert claim_picture(web) is None
    assert web.balance() == before - 1
    headers = answers[0].headers
    assert (headers["content-type"], headers["cache-control"]) == ("image/webp", FOREVER)
    kept = see(web, path, headers={"If-None-Match": headers["etag"]})
    assert (kept.status_code, kept.content, kept.headers["cache-control"]) == (304, b"", FOREVER)
    head = see(web, path, "HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(drawn)))
    assert image_url(web, model_id, width=96, height=64, renderSettings={"camera": "top", "bgColor": "#ff8800"}) == path
    web.storage.delete_prefix("pictures")
    assert code(see(web, path)) == (404, "image_not_found")


def test_who_has_waited_long_enough_is_told_to_come_again(
    web: Web, model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "WAIT_S", 0.0)
    path = image_url(web, model_id)
    answer = see(web, path)
    assert (*code(answer), answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert answer.headers["cache-control"] == "no-store"
    drawn = finish(web)
    assert see(web, path).content == drawn


def test_nobody_else_makes_links_and_none_leads_to_what_is_gone(web: Web, model_id: str) -> None:
    path = image_url(web, model_id)
    _, signature, settings, name = path.removeprefix("/i").split("/")
    for wrong in (f"/i/{signature}/w:513,h:512/{name}", f"/i/{'0' * 32}/{settings}/{name}",
                  f"/i/{signature}/{settings}/{'x' * 12}.webp", path.replace(".webp", ".png")):  # fmt: skip
        assert code(see(web, wrong)) == (403, "forbidden"), wrong
    assert code(see(web, path.replace(".webp", ".gif")))[0] == 400
    assert code(see(web, path.replace(model_id, "short"))) == (404, "model_not_found")

    manager = web.scoped_token("read", "admin")
    renewed = web.post("/v1/image-key", token=manager).json()["data"]["key"]
    assert web.get("/v1/image-key", token=manager).json()["data"]["key"] == renewed
    assert code(see(web, path)) == (403, "forbidden")
    path = image_url(web, model_id)
    web.request("DELETE", f"/v1/models/{model_id}")
    assert code(see(web, path)) == (404, "model_not_found")
    assert claim_picture(web) is None
    other = web.upload(b"glTF another").json()["data"]["modelId"]
    path = image_url(web, other)
    with web.database.begin() as session:
        accounts.suspend(session, web.account_id)
    assert code(see(web, path)) == (404, "model_not_found")


def test_a_page_signs_its_own_links_with_the_key(web: Web, model_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "WAIT_S", 0.0)
    key = web.get("/v1/image-key", token=web.scoped_token("read", "admin")).json()["data"]["key"]

    def answer(settings: str) -> httpx.Response:
        text = f"{settings}/{model_id}.avif"
        return see(web, f"/i/{hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]}/{text}")

    assert code(answer("h:64,camera:left")) == (503, "unavailable")
    frames = PictureSpec.from_json(claimed(web).spec).frames
    assert (frames.width, frames.height, frames.rotate_y) == (64, 64, -90)
    refused = {
        "w:0": "w", "w:2049": "w", "h:9x": "h", "w": "w", "w:64,w:64": "w", "zoom:9": "zoom", "bg:red": "bg",
        "shadows:2": "shadows", "light:disco": "light", "aspect:1": "aspect", "azimuth:nan": "azimuth",
    }  # fmt: skip
    for settings, field in refused.items():
        error = answer(settings).json()["error"]
        assert (error["code"], error["param"], error["message"][: len(field)]) == ("invalid_settings", field, field)


def test_what_no_link_can_say_is_refused_by_the_users_name_for_it(web: Web, model_id: str) -> None:
    path = f"/v1/models/{model_id}/image-url"
    for settings, field in ({"bgImageId": "x" * 12}, "bgImageId"), ({"aspect": "1:1"}, "aspect"), ({"zoom": 9}, "zoom"):
        error = web.post(path, json={"renderSettings": settings}).json()["error"]
        assert (error["code"], error["param"], error["message"][: len(field)]) == ("invalid_settings", field, field)
    for wrong in {"width": 8}, {"height": 5000}, {"format": "gif"}:
        assert code(web.post(path, json=wrong)) == (400, "invalid_request")
    assert code(web.post("/v1/models/abcdefghijkl/image-url", json={})) == (404, "model_not_found")


@pytest.mark.parametrize(
    "settings",
    [
        {}, {"azimuth": -12.5, "elevation": 3.0, "zoom": 0.75, "bg_color": "#0a0b0c", "shadows": False},
        {"material_variant": "Oak, 50 % / dark: a\\b ä", "transparent": True, "tilt_x": -5},
        {"material_variant": "#1", "reflector": True, "vignette": 0.125, "framing": "sphere"},
    ],
)  # fmt: skip
def test_a_link_says_what_it_was_made_of(settings: dict[str, Any]) -> None:
    still = RenderSettings(output="image", image_format="png", **settings)
    link = picture_names.link_of("m", still, 640, 360)
    told, _, kind = link.name.rpartition(".")
    assert kind == "png"
    assert told.count("/") == 0
    assert picture_names.link_in("m", told, "png") == link


def test_every_name_of_a_setting_is_one_of_stills() -> None:
    with pytest.raises(InvalidSettings, match="1,000"):
        picture_names.link_in("m", "w" * 1001, "png")
    stills = RenderSettings(output="image")
    for short, name in picture_names.NAMES.items():
        assert hasattr(stills, name), short
    assert Link("m", "a", stills, 1, 1).key != Link("m", "b", stills, 1, 1).key
    assert len(picture_links.signature("key", "text")) == 32
