"""People come in by links, sign in with passwords, and do what their part allows."""

import datetime as dt
from collections.abc import Callable

import pytest

from api import clock
from api.domain.accounts import accounts, invitations, people, sessions
from api.domain.work import fleet
from tests.api.http.portal.browser import PASSWORD, PersonsBrowser, code, first_link
from tests.api.http.portal.conftest import EMAIL
from tests.support.web import Web

ME = "/portal/api/session"


def later(monkeypatch: pytest.MonkeyPatch, span: dt.timedelta) -> None:
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + span)


def test_the_first_administrator_comes_by_a_link_and_gets_an_account_with_credits(boss: PersonsBrowser) -> None:
    me = boss.get(ME).json()
    assert (me["email"], me["account"], me["isAdmin"], me["runsFarm"]) == (EMAIL, EMAIL, True, True)
    assert me["credits"] == boss.web.settings.signup_credits


def test_a_link_is_good_once(web: Web) -> None:
    path = first_link(web)
    secret = path.removeprefix(invitations.PATH)
    browser = PersonsBrowser(web)
    assert browser.post("/portal/api/links/look", secret=secret).json()["purpose"] == "first"
    assert browser.follow(path, EMAIL).status_code == 204
    assert code(PersonsBrowser(web).follow(path, "thief@example.com")) == (404, "not_found")
    assert code(browser.post("/portal/api/links/look", secret=secret)) == (404, "not_found")


def test_a_link_survives_a_mistake_in_the_form(web: Web) -> None:
    path, browser = first_link(web), PersonsBrowser(web)
    assert browser.follow(path, "no address").json()["error"]["param"] == "email"
    assert browser.follow(path, EMAIL, "short").json()["error"]["param"] == "password"
    assert browser.follow(path, EMAIL).status_code == 204


def test_a_link_expires(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    path = first_link(web)
    later(monkeypatch, invitations.VALID_FOR["first"])
    assert code(PersonsBrowser(web).follow(path, EMAIL)) == (404, "not_found")


def test_there_is_one_first_administrator(web: Web, boss: PersonsBrowser) -> None:
    assert code(PersonsBrowser(web).follow(first_link(web), "second@example.com")) == (404, "not_found")


def test_the_first_administrator_takes_over_the_account_of_the_address(web: Web) -> None:
    browser = PersonsBrowser(web)
    assert browser.follow(first_link(web), "maker@example.com").status_code == 204  # of the fixture `web`
    assert browser.get("/v1/account").json()["data"]["id"] == web.account_id


def test_no_secret_is_kept_or_logged(web: Web, boss: PersonsBrowser, caplog: pytest.LogCaptureFixture) -> None:
    path = boss.post("/portal/api/people/invite", email="new@example.com").json()["path"]
    secret = path.removeprefix(invitations.PATH)
    assert path.startswith("/portal/join#")
    assert boss.cookie is not None
    with web.database.read() as session:
        rows = repr(session.connection().exec_driver_sql("SELECT * FROM person_links").all())
        rows += repr(session.connection().exec_driver_sql("SELECT * FROM tokens").all())
        rows += repr(session.connection().exec_driver_sql("SELECT * FROM people").all())
    for text in (secret, boss.cookie, PASSWORD):
        assert text not in rows
        assert text not in caplog.text


def test_signing_in_takes_the_right_password(web: Web, boss: PersonsBrowser) -> None:
    browser = PersonsBrowser(web)
    wrong, unknown = browser.sign_in(EMAIL, "something else"), browser.sign_in("nobody@example.com")
    assert code(wrong) == code(unknown) == (401, "unauthorized")
    assert wrong.json() == unknown.json(), "who tries learns nothing of who is here"
    assert browser.cookie is None
    assert browser.sign_in(EMAIL.upper()).status_code == 204
    assert browser.get(ME).json()["email"] == EMAIL


def test_the_cookie_is_for_no_script_and_for_no_other_site(web: Web, boss: PersonsBrowser) -> None:
    cookie = PersonsBrowser(web).sign_in(EMAIL).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    headers = {"Origin": "https://farm"}
    secure = web.request("POST", f"https://farm{ME}", token=None, headers=headers,
                         json={"email": EMAIL, "password": PASSWORD})
    assert "Secure" in secure.headers["set-cookie"]


def test_after_ten_wrong_passwords_nobody_may_try_for_a_while(
    web: Web, boss: PersonsBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = PersonsBrowser(web)
    answers = [browser.sign_in(EMAIL, f"guess {number} of twenty") for number in range(20)]
    assert [answer.status_code for answer in answers] == [401] * people.ATTEMPTS + [429] * (20 - people.ATTEMPTS)
    locked = browser.sign_in(EMAIL)
    assert code(locked) == (429, "too_many_requests"), "the right one is refused too"
    assert 0 < int(locked.headers["retry-after"]) <= people.LOCKED_FOR.total_seconds()
    assert boss.get(ME).status_code == 200, "who is signed in stays so"
    later(monkeypatch, people.LOCKED_FOR)
    assert browser.sign_in(EMAIL).status_code == 204
    assert browser.sign_in(EMAIL, "wrong once more").status_code == 401, "counted from one again"


def test_signing_out_ends_the_session(boss: PersonsBrowser) -> None:
    kept = boss.cookie
    assert boss.request("DELETE", ME).status_code == 204
    assert boss.cookie is None
    boss.cookie = kept
    assert code(boss.get(ME)) == (401, "unauthorized")


def test_a_session_ends_after_its_time(boss: PersonsBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, sessions.LIFETIME)
    assert code(boss.get(ME)) == (401, "token_expired")
    assert code(boss.get("/v1/account")) == (401, "token_expired")


def test_a_new_password_ends_all_other_sessions(web: Web, boss: PersonsBrowser) -> None:
    elsewhere = PersonsBrowser(web)
    elsewhere.sign_in(EMAIL)
    change = {"current": PASSWORD, "new": "another one entirely"}
    wrong = boss.post("/portal/api/password", **{**change, "current": "wrong guess"})
    assert wrong.json()["error"]["param"] == "current"
    assert boss.post("/portal/api/password", **change).status_code == 204
    assert boss.get(ME).status_code == 200
    assert code(elsewhere.get(ME)) == (401, "unauthorized")
    assert elsewhere.sign_in(EMAIL, change["new"]).status_code == 204


def test_an_administrator_sets_passwords_anew_by_a_link(
    web: Web, boss: PersonsBrowser, invited: Callable[..., PersonsBrowser]
) -> None:
    member = invited("maker2@example.com")
    member_id = member.get(ME).json()["id"]
    path = boss.post(f"/portal/api/people/{member_id}/reset").json()["path"]
    assert code(member.post(f"/portal/api/people/{member_id}/reset")) == (403, "forbidden")
    browser = PersonsBrowser(web)
    assert browser.follow(path, password="a password anew").status_code == 204
    assert browser.get(ME).json()["id"] == member_id
    assert code(member.get(ME)) == (401, "unauthorized")


def test_members_render_and_administrators_manage(boss: PersonsBrowser, invited: Callable[..., PersonsBrowser]) -> None:
    member = invited()
    assert member.get("/v1/account").json() == boss.get("/v1/account").json()
    assert member.post("/v1/quote", renders=[{}]).status_code == 200
    refused = {("POST", "/portal/api/people/invite"), ("POST", "/portal/api/keys"), ("GET", "/portal/api/accounts")}
    for method, path in refused:
        assert code(member.request(method, path)) == (403, "forbidden"), path
    assert code(member.post("/v1/keys", name="mine")) == (403, "insufficient_scope")
    assert [person["email"] for person in member.get("/portal/api/people").json()["data"]] == [
        EMAIL, "maker2@example.com",
    ]  # fmt: skip


def test_people_are_taken_out_but_for_the_last_administrator(
    boss: PersonsBrowser, invited: Callable[..., PersonsBrowser]
) -> None:
    member = invited()
    people_path = "/portal/api/people"
    member_id, boss_id = member.get(ME).json()["id"], boss.get(ME).json()["id"]
    assert code(boss.request("DELETE", f"{people_path}/{boss_id}")) == (409, "invalid_state")
    assert boss.request("DELETE", f"{people_path}/{member_id}").status_code == 204
    assert code(member.get(ME)) == (401, "unauthorized")
    assert code(boss.request("DELETE", f"{people_path}/{member_id}")) == (404, "not_found")


def test_accounts_know_nothing_of_each_others_people(web: Web, boss: PersonsBrowser) -> None:
    opened = boss.post("/portal/api/accounts", email="studio@example.com")
    other = PersonsBrowser(web)
    assert other.follow(opened.json()["path"], "studio@example.com").status_code == 204
    me, boss_id = other.get(ME).json(), boss.get(ME).json()["id"]
    assert (me["isAdmin"], me["runsFarm"], me["account"]) == (True, False, "studio@example.com")
    assert [person["id"] for person in other.get("/portal/api/people").json()["data"]] == [me["id"]]
    assert code(other.request("DELETE", f"/portal/api/people/{boss_id}")) == (404, "not_found")
    assert code(other.post(f"/portal/api/people/{boss_id}/reset")) == (404, "not_found")
    assert code(other.get("/portal/api/accounts")) == (403, "forbidden")


def test_a_suspended_or_deleted_account_is_closed_to_its_people(web: Web, boss: PersonsBrowser) -> None:
    opened = boss.post("/portal/api/accounts", email="studio@example.com").json()["path"]
    other = PersonsBrowser(web)
    other.follow(opened, "studio@example.com")
    ids = {each["email"]: each["id"] for each in boss.get("/portal/api/accounts").json()["data"]}
    account = f"/portal/api/accounts/{ids['studio@example.com']}"
    assert code(other.post(f"{account}/suspend")) == (403, "forbidden")
    assert boss.post(f"{account}/suspend").status_code == 204
    assert code(other.get(ME)) == (403, "forbidden")
    assert boss.post(f"{account}/reinstate").status_code == 204
    assert other.get(ME).status_code == 200
    assert code(boss.post(f"/portal/api/accounts/{ids[EMAIL]}/suspend")) == (409, "invalid_state")
    assert code(other.request("DELETE", account)) == (403, "forbidden")
    assert code(boss.request("DELETE", f"/portal/api/accounts/{ids[EMAIL]}")) == (409, "invalid_state")
    assert boss.request("DELETE", account).status_code == 204
    assert code(other.get(ME)) == (401, "unauthorized")
    assert [each["email"] for each in boss.get("/portal/api/accounts").json()["data"]] == sorted(
        {*ids} - {"studio@example.com"}
    )
    assert boss.post("/portal/api/accounts", email="studio@example.com").status_code == 200  # the address is free


def test_the_operator_sees_the_workers(
    web: Web, boss: PersonsBrowser, invited: Callable[..., PersonsBrowser]
) -> None:
    with web.database.begin() as session:
        fleet.announce(session, "host-1", "llvmpipe", True, "x264", "no encoder")
    told = boss.get("/portal/api/workers").json()
    [worker] = told["data"]
    assert (worker["name"], worker["device"], worker["unfitReason"]) == ("host-1", "llvmpipe", "no encoder")
    assert (told["silent"], told["oldestPendingSeconds"]) == (0, None)
    path = boss.post("/portal/api/accounts", email="studio@example.com").json()["path"]
    other = PersonsBrowser(web)
    other.follow(path, "studio@example.com")
    assert code(other.get("/portal/api/workers")) == (403, "forbidden")
    assert code(invited().get("/portal/api/workers")) == (403, "forbidden")


def test_the_operator_gives_and_takes_credits(web: Web, boss: PersonsBrowser) -> None:
    path = f"/portal/api/accounts/{web.account_id}/credits"
    before = web.balance()
    assert boss.post(path, credits=25, note="for the fair").json() == {"credits": before + 25}
    assert boss.post(path, credits=-5, note="twenty were meant").json() == {"credits": before + 20}
    assert code(boss.post(path, credits=0, note="nothing")) == (400, "invalid_request")
    assert code(boss.post(path, credits=-5)) == (400, "invalid_request")
    assert code(boss.post(path, credits=-1000, note="too much")) == (402, "no_credits")
    with web.database.begin() as session:
        accounts.own(session, "grok")
    listed = {each["email"]: each["credits"] for each in boss.get("/portal/api/accounts").json()["data"]}
    assert listed["maker@example.com"] == before + 20
    assert set(listed) == {"maker@example.com", EMAIL}, "without the farm's own"
    taken, given = web.get("/v1/ledger").json()["data"][:2]
    assert (given["kind"], given["credits"], given["note"]) == ("grant", 25, "for the fair")
    assert (taken["kind"], taken["credits"], taken["subjectKind"]) == ("charge", -5, "adjustment")
    assert taken["note"] == "twenty were meant"
