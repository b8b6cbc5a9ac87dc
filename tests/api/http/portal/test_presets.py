"""/portal/api/presets: looks that an account has named."""

from collections.abc import Callable

import pytest

from api.domain.renders import presets
from tests.api.http.portal.browser import PersonsBrowser, code

PATH = "/portal/api/presets"
LOOK = {"lighting": "dark", "bgColor": "#101010", "zoom": 0.8}


def names(browser: PersonsBrowser) -> list[str]:
    return [each["name"] for each in browser.get(PATH).json()["data"]]


def test_a_look_is_kept_for_everybody_in_the_account(
    boss: PersonsBrowser, invited: Callable[..., PersonsBrowser]
) -> None:
    saved = boss.post(PATH, name=" Night ", settings={**LOOK, "nonsense": 1, "effect": None}).json()
    assert (saved["name"], saved["settings"]) == ("Night", LOOK)
    member = invited()
    assert member.get(PATH).json()["data"] == [saved]
    member.post(PATH, name="Night", settings={"zoom": 2})
    assert boss.get(PATH).json()["data"] == [{**saved, "settings": {"zoom": 2}}], "one of a name"
    assert boss.request("DELETE", f"{PATH}/{saved['id']}").status_code == 204
    assert names(member) == []


def test_other_accounts_know_nothing_of_it(boss: PersonsBrowser) -> None:
    saved = boss.post(PATH, name="Night", settings=LOOK).json()
    other = PersonsBrowser(boss.web)
    other.follow(boss.post("/portal/api/accounts", email="b@example.com").json()["path"], "b@example.com")
    assert names(other) == []
    assert code(other.request("DELETE", f"{PATH}/{saved['id']}")) == (404, "not_found")
    other.post(PATH, name="Night", settings={})
    assert boss.get(PATH).json()["data"] == [saved]


def test_what_no_render_could_have_is_refused(boss: PersonsBrowser) -> None:
    assert code(boss.post(PATH, name="", settings={})) == (400, "invalid_request")
    assert code(boss.post(PATH, name="x" * 61, settings={})) == (400, "invalid_request")
    assert code(boss.post(PATH, name="a", settings={"zoom": 9})) == (400, "invalid_settings")
    wrong = boss.post(PATH, name="a", settings={"sweepAngle": "far"}).json()["error"]
    assert wrong["param"] == "sweepAngle"
    assert wrong["message"].startswith("sweepAngle ")
    assert code(boss.post(PATH, name="a", settings=[])) == (400, "invalid_request")
    assert names(boss) == []


def test_there_is_an_end_to_them(boss: PersonsBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "MOST", 2)
    for name in ("a", "b", "b"):
        assert boss.post(PATH, name=name, settings=LOOK).status_code == 200
    assert code(boss.post(PATH, name="c", settings=LOOK)) == (400, "invalid_request")
