"""Files that everybody may fetch: nothing until the owner says so, and nothing once it is taken back."""

import pytest

from api.domain.accounts import accounts
from tests.support.web import Web

KINDS = {"video": "video", "poster": "poster", "thumb": "thumb", "strip": "strip"}
"""The files of a video by their paths, and what they are called in the database."""


@pytest.fixture
def render_id(web: Web) -> str:
    made: str = web.upload().json()["data"]["renderId"]
    return made


def public(web: Web, path: str, name: str, **arguments: object) -> tuple[int, object]:
    """The answer to a stranger without a token: its status, and its bytes or its error's code."""
    answer = web.get(f"{path}/{name}", token=None, **arguments)
    return answer.status_code, answer.content if answer.is_success else answer.json()["error"]["code"]


def share(web: Web, render_id: str, method: str = "PUT") -> object:
    answer = web.request(method, f"/v1/renders/{render_id}/share")
    assert answer.status_code == 200, answer.text
    state = answer.json()["data"]
    assert state["id"] == render_id
    assert state["shared"] == (state["path"] is not None)
    return state["path"]


def test_shared_files_need_no_token_until_they_are_taken_back(web: Web, render_id: str) -> None:
    contents = web.finish(render_id, web=True)
    assert share(web, render_id, "GET") is None
    for name in KINDS:
        assert public(web, f"/api/v/{web.account_id}/{render_id}", name) == (404, "render_not_found")

    path = str(share(web, render_id))
    assert share(web, render_id) == share(web, render_id, "GET") == path
    for name, stored in KINDS.items():
        assert public(web, path, name) == (200, contents[stored])
    assert public(web, path, "video?quality=web") == (200, contents["web"])
    assert public(web, path, "poster?quality=full") == (200, contents["poster_full"])
    assert public(web, path, "dataset") == (404, "dataset_not_found")
    assert public(web, path, "video", headers={"Range": "bytes=2-4"}) == (206, contents["video"][2:5])

    assert share(web, render_id, "DELETE") is share(web, render_id, "GET") is None
    for name in (*KINDS, "dataset"):
        assert public(web, path, name) == (404, "render_not_found")


@pytest.mark.parametrize("how", [["POST"], ["DELETE", "PUT"]])
def test_a_link_in_the_wrong_hands_is_replaced(web: Web, render_id: str, how: list[str]) -> None:
    contents = web.finish(render_id)
    old = str(share(web, render_id))
    new = [str(share(web, render_id, method)) for method in how][-1]
    assert new != old
    assert public(web, new, "video") == (200, contents["video"])
    assert public(web, old, "video") == (404, "render_not_found")
    assert share(web, render_id) == share(web, render_id, "GET") == new


def test_the_first_link_may_be_asked_for_as_a_new_one(web: Web, render_id: str) -> None:
    contents = web.finish(render_id)
    assert public(web, str(share(web, render_id, "POST")), "video") == (200, contents["video"])


def test_caches_must_ask_whether_a_file_is_still_shared(web: Web, render_id: str) -> None:
    web.finish(render_id)
    path = share(web, render_id)
    answer = web.get(f"{path}/video", token=None)
    assert answer.headers["cache-control"] == "public, no-cache"
    again = web.get(f"{path}/video", token=None, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    share(web, render_id, "DELETE")
    assert web.get(f"{path}/video", token=None, headers={"If-None-Match": answer.headers["etag"]}).status_code == 404


def test_other_renders_and_other_owners_are_not_reached(web: Web, render_id: str) -> None:
    other = web.upload().json()["data"]["renderId"]
    for each in (render_id, other):
        web.finish(each)
    secret = str(share(web, render_id)).split("/")[3]
    for wrong, render in (
        (secret, other), (web.account_id, render_id), (render_id, render_id), ("a" * 12, render_id),
        (secret, "a" * 12), (secret, "x"), ("x", render_id), ("%00" * 12, render_id),
    ):  # fmt: skip
        assert public(web, f"/api/v/{wrong}/{render}", "video") == (404, "render_not_found"), (wrong, render)


def test_only_the_owner_decides(web: Web, render_id: str) -> None:
    stranger = web.another_token()
    for method in ("GET", "PUT", "POST", "DELETE"):
        answer = web.request(method, f"/v1/renders/{render_id}/share", token=stranger)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "render_not_found")
    assert share(web, render_id, "GET") is None


def test_a_shared_render_that_is_not_done_has_no_files_yet(web: Web, render_id: str) -> None:
    path = share(web, render_id)
    codes = {name: public(web, str(path), name) for name in (*KINDS, "dataset")}
    assert codes == {name: (404, f"{name}_not_found") for name in codes} | {"strip": (404, "output_not_found")}
    contents = web.finish(render_id)
    assert public(web, str(path), "video") == (200, contents["video"])


def test_a_deleted_render_and_a_suspended_owner_show_nothing(web: Web, render_id: str) -> None:
    other = web.upload().json()["data"]["renderId"]
    for each in (render_id, other):
        web.finish(each)
    path, gone = share(web, render_id), share(web, other)
    assert web.request("DELETE", f"/v1/renders/{other}").status_code == 200
    assert public(web, str(gone), "video") == (404, "render_not_found")
    with web.database.begin() as session:
        accounts.suspend(session, web.account_id)
    assert public(web, str(path), "video") == (404, "render_not_found")
