"""/s/...: what people see who are sent a link."""

import re
from urllib.parse import unquote

import pytest

from api.http.portal.pages import STATIC
from tests.support.web import Web

MARK = STATIC.parent / "ui" / "src" / "mark.svg"


def shared(web: Web, **settings: str) -> tuple[str, str]:
    """The id of a render that is shared, and the path of its page."""
    text = "{" + ", ".join(f'"{name}": "{value}"' for name, value in settings.items()) + "}"
    render_id = web.upload(settings=text).json()["data"]["renderId"]
    page = web.request("PUT", f"/v1/renders/{render_id}/share").json()["data"]["page"]
    return render_id, page


def properties(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="(.+?)" content="(.+?)">', page))


def test_a_video_is_played_and_previewed(web: Web) -> None:
    render_id, path = shared(web)
    web.finish(render_id, web=True)
    answer = web.get(path, token=None)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    folder = f"/api/v/{path.removeprefix('/s/')}/{render_id}"
    [played] = re.findall(r'<video src="(.+?)"', answer.text)
    assert played == f"{folder}/video?quality=web", "what every browser plays, also of a ProRes video"
    told = properties(answer.text)
    assert told["og:title"] == "chair"
    assert told["og:image"] == f"http://farm{folder}/poster?quality=full"
    assert told["og:video"] == f"http://farm{played}"
    for url in (played, told["og:image"], told["og:video"], *re.findall(r'href="(/.+?)"', answer.text)):
        assert web.get(url, token=None).status_code == 200, url
    assert web.account_id not in answer.text


@pytest.mark.parametrize(("settings", "shown"), [({}, "video"), ({"output": "image"}, "image")])
def test_what_is_not_finished_says_so(web: Web, settings: dict[str, str], shown: str) -> None:
    render_id, path = shared(web, **settings)
    assert "not finished yet" in web.get(path, token=None).text
    web.request("PATCH", f"/v1/renders/{render_id}/cancel")
    page = web.get(path, token=None).text
    assert "could not be made" in page
    assert "og:image" not in page


def test_pages_for_everybody_have_the_portals_icon_in_them(web: Web) -> None:
    answer = web.get(shared(web)[1], token=None)
    [icon] = re.findall(r'<link rel="icon" type="image/svg\+xml" href="data:image/svg\+xml,(.+?)">', answer.text)
    assert unquote(icon) == MARK.read_text().strip()
    assert "img-src 'self' data:;" in answer.headers["content-security-policy"]


def test_stills_and_training_sets_are_shown(web: Web) -> None:
    render_id, path = shared(web, output="image")
    web.finish_image(render_id)
    page = web.get(path, token=None).text
    assert re.search(rf'<img src="/api/v/.+?/{render_id}/image" alt="chair">', page)
    assert "og:video" not in page
    render_id, path = shared(web, output="dataset")
    web.finish_dataset(render_id)
    assert f"/{render_id}/dataset\" download" in web.get(path, token=None).text


def test_names_of_strangers_are_text_and_nothing_runs(web: Web) -> None:
    render_id, path = shared(web)
    model_id = web.get(f"/v1/renders/{render_id}").json()["data"]["modelId"]
    web.request("PATCH", f"/v1/models/{model_id}", json={"title": "<script>alert(1)</script>\"x"})
    answer = web.get(path, token=None)
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;x" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert answer.headers["x-robots-tag"] == "noindex"


def test_a_link_that_is_taken_back_or_replaced_leads_nowhere(web: Web) -> None:
    render_id, path = shared(web)
    new = web.post(f"/v1/renders/{render_id}/share").json()["data"]["page"]
    assert new != path
    for old in (path, "/s/AbsentShare1", "/s/nonsense"):
        answer = web.get(old, token=None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "render_not_found")
    web.request("DELETE", f"/v1/renders/{render_id}/share")
    assert web.get(new, token=None).status_code == 404
