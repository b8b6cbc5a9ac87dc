"""/portal/api/pictures: the exact picture, for the person who asked and for no other account."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from api.domain.work import claims, scheduling
from api.http import pictures
from renderer.spec import PictureSpec
from tests.api.http.portal.browser import PersonsBrowser, code
from tests.support.web import Web

PATH = "/portal/api/pictures"


def draw(web: Web) -> bytes:
    """Makes the picture that waits first, as a worker would."""
    web.inspect()
    with web.database.begin() as session:
        claim = claims.claim(session, worker="test", queues=["render"], lease_seconds=60)
    assert claim is not None
    [picture_id] = claim.variants
    spec = PictureSpec.from_json(claim.spec)
    drawn = io.BytesIO()
    Image.new("RGB", (spec.frames.width, spec.frames.height), (spec.index, 0, 0)).save(drawn, "PNG")
    file = web.put(claim, picture_id, "image.png", drawn.getvalue(), "image/png")
    with web.database.begin() as session:
        assert scheduling.settle_done(session, claim, {picture_id: {"image": file}})
    return drawn.getvalue()


@pytest.fixture
def model_id(boss: PersonsBrowser) -> str:
    answer = boss.request("POST", "/v1/models", files={"file": ("chair.glb", b"glTF a chair")})
    made: str = answer.json()["data"]["modelId"]
    return made


def test_a_person_waits_for_the_frame_under_the_playhead_which_is_no_render(
    web: Web, boss: PersonsBrowser, model_id: str
) -> None:
    credits = boss.get("/v1/account").json()["data"]["credits"]
    asked = {"modelId": model_id, "renderSettings": {"length": 3, "aspect": "1:1"}, "moment": 0.5}
    picture_id = boss.post(PATH, **asked).json()["id"]
    with ThreadPoolExecutor(1) as waiting:
        answer = waiting.submit(boss.get, f"{PATH}/{picture_id}")
        drawn = draw(web)
        assert answer.result().content == drawn
    assert Image.open(io.BytesIO(drawn)).getpixel((0, 0)) == (45, 0, 0)
    assert answer.result().headers["cache-control"] == "private, max-age=31536000, immutable"
    assert boss.post(PATH, **asked).json()["id"] == picture_id
    told = boss.get("/v1/renders?include=preview").json()["data"]
    assert picture_id not in {each["id"] for each in told}
    assert boss.get(f"/v1/models/{model_id}").json()["data"]["thumbnailUrl"] is None
    assert boss.get("/v1/account").json()["data"]["credits"] == credits

    refused = boss.post(PATH, **asked | {"moment": 0.7})
    assert code(refused) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["retry-after"]) <= 3
    assert "every 3 seconds" in refused.json()["error"]["message"]


def test_who_has_waited_long_enough_asks_again(
    boss: PersonsBrowser, model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "WAIT_S", 0.0)
    picture_id = boss.post(PATH, modelId=model_id).json()["id"]
    answer = boss.get(f"{PATH}/{picture_id}")
    assert (*code(answer), answer.headers["retry-after"]) == (503, "unavailable", "5")


def test_other_accounts_know_nothing_of_it(boss: PersonsBrowser, model_id: str) -> None:
    picture_id = boss.post(PATH, modelId=model_id).json()["id"]
    other = PersonsBrowser(boss.web)
    assert code(other.get(f"{PATH}/{picture_id}")) == (401, "unauthorized")
    other.follow(boss.post("/portal/api/accounts", email="b@example.com").json()["path"], "b@example.com")
    assert code(other.get(f"{PATH}/{picture_id}")) == (404, "image_not_found")
    assert code(other.post(PATH, modelId=model_id)) == (404, "model_not_found")


def test_what_is_wrong_with_a_request_is_named(boss: PersonsBrowser, model_id: str) -> None:
    for wrong in {"renderSettings": {"zoom": 9}}, {"renderSettings": {"bgImageId": "x" * 12}}:
        assert code(boss.post(PATH, modelId=model_id, **wrong)) == (400, "invalid_settings")
    for moment in (-0.1, 1.1, "x"):
        assert code(boss.post(PATH, modelId=model_id, moment=moment)) == (400, "invalid_request")
    assert code(boss.post(PATH)) == (404, "model_not_found")
