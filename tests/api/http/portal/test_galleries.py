"""/portal/api/galleries, and the pages that they make: /g, /g/:id, /embed/:id/:render."""

import re
from typing import Any

import httpx
import pytest

from api.domain.renders import galleries
from api.http.portal.paths import API
from tests.api.http.portal.browser import PersonsBrowser, code

PATH = f"{API}/galleries"
PAGE = {"Accept": "text/html,*/*"}


@pytest.fixture
def renders(boss: PersonsBrowser) -> list[str]:
    """A finished video, and one that nobody has begun."""
    ids = []
    for length in (100, 200):
        files = {"file": ("chair.glb", b"glTF" + bytes(length))}
        ids.append(boss.request("POST", "/v1/models", files=files).json()["data"]["renderId"])
    boss.web.finish(ids[0], web=True)
    return ids


def make(boss: PersonsBrowser, ids: list[str], **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = boss.post(PATH, **{"title": "Autumn", "renderIds": ids, **changes}).json()
    return made


def look(boss: PersonsBrowser, path: str) -> httpx.Response:
    """As anybody's browser."""
    return boss.web.get(path, token=None, headers=PAGE)


def test_a_gallery_shows_chosen_renders_to_who_has_its_link(boss: PersonsBrowser, renders: list[str]) -> None:
    made = make(boss, renders[::-1], text="<b>New</b>")
    assert boss.get(PATH).json()["data"] == [made]
    assert made["covers"] == [f"/v1/renders/{each}/poster" for each in renders[::-1]]
    page = look(boss, f"/g/{made['id']}")
    assert page.status_code == 200
    assert re.findall(rf'href="/g/{made["id"]}/(.+?)"', page.text) == renders[::-1]
    assert "&lt;b&gt;New&lt;/b&gt;" in page.text
    assert "Not finished yet" in page.text
    folder = f"/api/v/{made['id']}/{renders[0]}"
    assert f'<meta property="og:image" content="http://farm{folder}/poster?quality=full">' in page.text
    assert boss.web.get(f"{folder}/video?quality=web", token=None).status_code == 200
    piece = look(boss, f"/g/{made['id']}/{renders[0]}")
    assert f'<video src="{folder}/video?quality=web"' in piece.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert made["id"] not in look(boss, "/g").text


def test_a_public_gallery_is_listed_for_everybody(boss: PersonsBrowser, renders: list[str]) -> None:
    made = make(boss, renders, isPublic=True)
    listed = look(boss, "/g")
    assert f'href="/g/{made["id"]}"' in listed.text
    for page in (listed, look(boss, f"/g/{made['id']}")):
        assert "x-robots-tag" not in page.headers
    assert boss.web.get("/g", token=None).status_code == 200


def test_a_gallery_is_changed_and_taken_back(boss: PersonsBrowser, renders: list[str]) -> None:
    made = make(boss, renders)
    change = {"title": "Winter", "text": "", "isPublic": True, "renderIds": renders[:1]}
    changed = boss.request("PUT", f"{PATH}/{made['id']}", json=change).json()
    assert changed == {**made, **change, "covers": made["covers"][:1]}
    assert boss.web.get(f"/api/v/{made['id']}/{renders[1]}/poster", token=None).status_code == 404
    assert look(boss, f"/g/{made['id']}/{renders[1]}").status_code == 404
    assert boss.request("DELETE", f"{PATH}/{made['id']}").status_code == 204
    for path in (f"/g/{made['id']}", f"/g/{made['id']}/{renders[0]}", f"/embed/{made['id']}/{renders[0]}"):
        gone = look(boss, path)
        assert (gone.status_code, "This link no longer works" in gone.text) == (404, True)
        assert boss.web.get(path, token=None).json()["error"]["status"] == 404, "programs are told in the envelope"
    assert boss.web.get(f"/api/v/{made['id']}/{renders[0]}/video", token=None).status_code == 404


def test_a_deleted_render_leaves_its_galleries(boss: PersonsBrowser, renders: list[str]) -> None:
    made = make(boss, renders)
    assert boss.request("DELETE", f"/v1/renders/{renders[0]}").status_code == 200
    assert boss.get(PATH).json()["data"][0]["renderIds"] == renders[1:]
    assert renders[0] not in look(boss, f"/g/{made['id']}").text


def test_only_the_embedded_player_may_stand_in_pages_of_others(boss: PersonsBrowser, renders: list[str]) -> None:
    made = make(boss, renders)
    page = boss.request("PUT", f"/v1/renders/{renders[0]}/share").json()["data"]["page"]
    for secret in (made["id"], page.rpartition("/")[2]):
        embedded = look(boss, f"/embed/{secret}/{renders[0]}")
        assert f'<video src="/api/v/{secret}/{renders[0]}/video?quality=web"' in embedded.text
        assert "frame-ancestors *" in embedded.headers["content-security-policy"]
    for path in (page, f"/g/{made['id']}", "/g", "/portal/"):
        assert "frame-ancestors 'none'" in look(boss, path).headers["content-security-policy"], path


def test_nobody_reaches_what_is_another_accounts(boss: PersonsBrowser, renders: list[str]) -> None:
    made = make(boss, renders, isPublic=True)
    opened = boss.post(f"{API}/accounts", email="b@example.com").json()["path"]
    other = PersonsBrowser(boss.web)
    other.follow(opened, "b@example.com")
    assert other.get(PATH).json()["data"] == []
    body = {"title": "Mine", "renderIds": renders}
    assert code(not_mine := other.post(PATH, **body)) == (404, "render_not_found")
    assert not_mine.json()["error"]["param"] == "renderIds"
    for method in ("PUT", "DELETE"):
        refused = other.request(method, f"{PATH}/{made['id']}", json={**body, "renderIds": []})
        assert refused.status_code in (400, 404)
    assert boss.get(PATH).json()["data"] == [made]
    account = boss.get(f"{API}/accounts").json()["data"]
    ids = {each["email"]: each["id"] for each in account}
    assert boss.post(f"{API}/accounts/{ids['b@example.com']}/suspend").status_code == 204
    assert code(other.get(PATH)) == (403, "forbidden")


def test_what_can_be_no_gallery_is_refused(
    boss: PersonsBrowser, renders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: tuple[dict[str, Any], ...] = ({"title": ""}, {"title": "x" * 101}, {"text": "x" * 501}, {"renderIds": []})
    for wrong in changes:
        refused = boss.post(PATH, **{"title": "Autumn", "renderIds": renders, **wrong})
        assert code(refused) == (400, "invalid_request"), wrong
    monkeypatch.setattr(galleries, "MOST", 1)
    make(boss, renders)
    assert code(boss.post(PATH, title="More", renderIds=renders)) == (400, "invalid_request")
    assert code(boss.request("DELETE", f"{PATH}/nonsense")) == (404, "not_found")
