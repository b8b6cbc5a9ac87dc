"""The cookie opens dx.gl's API and Glossi's to the portal's pages, and to pages of no other server."""

import httpx

from tests.api.http.portal.browser import ORIGIN, PersonsBrowser, code, first_link
from tests.api.http.portal.conftest import EMAIL
from tests.support.web import GLB, Web

OTHERS = [None, "", "null", "http://evil.example", "http://farm.evil.example", "http://farm:81", "http://evil@farm"]


def upload(browser: PersonsBrowser) -> httpx.Response:
    return browser.request("POST", "/v1/models", files={"file": ("chair.glb", GLB)})


def test_a_person_uploads_orders_follows_and_pays(boss: PersonsBrowser) -> None:
    made = upload(boss).json()["data"]
    ordered = boss.post("/v1/renders", modelId=made["modelId"], renderSettings={"length": 3})
    assert ordered.status_code == 201
    boss.web.finish(ordered.json()["data"]["id"])
    assert boss.get(f"/v1/renders/{ordered.json()['data']['id']}/video").status_code == 200
    entries = boss.get("/v1/ledger").json()["data"]
    assert [entry["kind"] for entry in entries] == ["charge", "charge", "grant"]


def test_pages_of_other_servers_change_nothing_with_it(boss: PersonsBrowser) -> None:
    model_id = upload(boss).json()["data"]["modelId"]
    requests = (
        ("POST", "/v1/renders"), ("DELETE", f"/v1/models/{model_id}"), ("PATCH", f"/v1/models/{model_id}/archive"),
        ("POST", "/portal/api/keys"), ("DELETE", "/portal/api/session"), ("POST", "/portal/api/webhooks"),
        ("POST", "/portal/api/galleries"), ("POST", "/portal/api/projects"), ("POST", "/portal/api/optimisations"),
    )  # fmt: skip
    for boss.origin in OTHERS:
        for method, path in requests:
            answer = boss.request(method, path, json={"modelId": model_id})
            assert code(answer) == (403, "forbidden"), (method, path, boss.origin)
        assert boss.request("POST", "/api/v1/projects", json={}).status_code == 403, boss.origin
        assert code(upload(boss)) == (403, "forbidden")
        assert code(boss.sign_in(EMAIL)) == (403, "forbidden"), "nor sign anybody in"
    boss.origin = ORIGIN
    assert boss.get("/v1/models").json()["meta"]["total"] == 1


def test_pages_of_other_servers_do_not_use_links(web: Web) -> None:
    browser = PersonsBrowser(web, origin="http://evil.example")
    assert code(browser.follow(first_link(web), EMAIL)) == (403, "forbidden")


def test_a_key_in_the_header_needs_no_origin_and_goes_before_the_cookie(web: Web, boss: PersonsBrowser) -> None:
    headers = {"Authorization": f"Bearer {web.token}", "Cookie": f"pirouette_session={boss.cookie}"}
    answer = web.request("POST", "/v1/quote", token=None, headers=headers, json={"renders": [{}]})
    assert answer.status_code == 200
    assert web.request("GET", "/v1/account", token=None, headers=headers).json()["data"]["id"] == web.account_id


def test_another_cookie_opens_nothing(web: Web) -> None:
    for value in ("", "x", "dxgl_sk_" + "A" * 43, "pirouette_ps_" + "A" * 43):
        for path in ("/v1/account", "/portal/api/session"):
            answer = web.get(path, token=None, headers={"Cookie": f"pirouette_session={value}"})
            assert code(answer) == (401, "unauthorized"), (value, path)


def test_a_session_is_no_key_for_programs(web: Web, boss: PersonsBrowser) -> None:
    answer = web.get("/v1/account", token=None, headers={"Authorization": f"Bearer {boss.cookie}"})
    assert code(answer) == (401, "unauthorized")
    glossi = web.get("/api/v1/models", token=None, headers={"X-API-Key": boss.cookie or ""})
    generio = web.get("/flows", token=None, headers={"Cookie": f"pirouette_session={boss.cookie}"})
    assert (glossi.status_code, generio.status_code) == (401, 401)
    assert boss.get("/portal/api/keys").json()["data"] == [], "nor is it listed as one"


def test_keys_of_every_dialect_are_made_shown_once_and_revoked(web: Web, boss: PersonsBrowser) -> None:
    made = boss.post("/portal/api/keys", name="shop", dialect="glossi", scopes=["read"], creditsCap=5).json()
    assert web.get("/api/v1/models", token=made["key"]).status_code == 200
    [listed] = boss.get("/portal/api/keys").json()["data"]
    assert (listed["name"], listed["dialect"], listed["creditsCap"]) == ("shop", "glossi", 5)
    assert made["key"] not in str(listed)
    assert boss.request("DELETE", f"/portal/api/keys/{made['id']}").status_code == 204
    assert web.get("/api/v1/models", token=made["key"]).status_code == 401
    for wrong in ({"name": ""}, {"name": "x", "scopes": ["all"]}, {"name": "x", "dialect": "portal"},
                  {"name": "x", "expiresAt": "2020-01-01"}, {"name": "x", "creditsCap": -1}):  # fmt: skip
        assert code(boss.post("/portal/api/keys", **wrong)) == (400, "invalid_request"), wrong


def test_what_there_is_not_is_told_in_the_portals_words(web: Web) -> None:
    assert code(web.get("/portal/api/nothing")) == (404, "not_found")
    assert code(web.get("/portal/assets/%2e%2e%2fsession.py")) == (404, "not_found")
    assert code(web.request("PUT", "/portal/api/session")) == (405, "method_not_allowed")
