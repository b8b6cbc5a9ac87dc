"""/portal/api/webhooks and /deliveries: targets of all dialects, tested, and their log."""

import json
from collections.abc import Callable
from typing import Any

from api.domain.webhooks import deliveries
from api.http.dxgl import notices as of_dxgl
from api.http.glossi import notices as of_glossi
from tests.api.http.portal.browser import PersonsBrowser, code

PATH = "/portal/api/webhooks"
URL = "https://shop.example/hook"


def send(boss: PersonsBrowser, status: int) -> deliveries.Claim:
    """Does what the deliverer does with the delivery that is due."""
    with boss.web.database.begin() as session:
        claim = deliveries.claim(session)
        assert claim is not None
        assert deliveries.note(session, claim, status=status, answer=b"so", problem=None, hopeless=status >= 400)
    return claim


def test_targets_of_all_dialects_are_kept_changed_and_removed(boss: PersonsBrowser) -> None:
    offered = boss.get(PATH).json()["events"]
    made = boss.post(PATH, dialect="dxgl", url=URL, events=["render.error", "render.done"]).json()
    other = boss.post(PATH, dialect="glossi", url=URL, events=offered["glossi"][:2], description="Shop").json()
    assert made["events"] == offered["dxgl"] == ["render.done", "render.error"]
    assert boss.get(PATH).json()["data"] == [made, other]
    changed = boss.post(PATH, dialect="glossi", url=URL, events=["job.failed"], paused=True).json()
    assert (changed["id"], changed["events"], changed["paused"]) == (other["id"], ["job.failed"], True)
    assert boss.request("DELETE", f"{PATH}/{made['id']}").status_code == 204
    assert boss.get(PATH).json()["data"] == [changed]


def test_an_event_of_the_account_reaches_its_target(boss: PersonsBrowser) -> None:
    boss.post(PATH, dialect="dxgl", url=URL, events=["render.done"])
    web = boss.web
    made = boss.request("POST", "/v1/models", files={"file": ("chair.glb", b"glTF" + bytes(999))}).json()["data"]
    web.finish(made["renderId"])
    [told] = boss.get("/portal/api/deliveries").json()["data"]
    assert (told["event"], told["subjectId"], told["state"]) == ("render.done", made["renderId"], "pending")


def test_a_test_is_sent_logged_and_sent_again(boss: PersonsBrowser) -> None:
    for dialect, spell in (("dxgl", of_dxgl.notice), ("glossi", lambda event: of_glossi.notice(event, lambda *_: ""))):
        event = "render.done" if dialect == "dxgl" else "job.complete"
        target = boss.post(PATH, dialect=dialect, url=URL, events=[event]).json()
        sent = boss.post(f"{PATH}/{target['id']}/test").json()
        assert (sent["event"], sent["state"], sent["dialect"]) == ("webhook.test", "pending", dialect)
        claim = send(boss, 500)
        assert json.loads(spell(claim.event))["event"] == "webhook.test"
        logged = boss.get("/portal/api/deliveries").json()["data"][0]
        assert (logged["id"], logged["state"], logged["answerStatus"]) == (sent["id"], "failed", 500)
        assert boss.post(f"/portal/api/deliveries/{sent['id']}/again").json()["state"] == "pending"
        send(boss, 200)
        assert boss.get("/portal/api/deliveries").json()["data"][0]["state"] == "delivered"


def test_a_target_that_is_gone_is_enabled_again(boss: PersonsBrowser) -> None:
    target = boss.post(PATH, dialect="dxgl", url=URL, events=["render.done"]).json()
    boss.post(f"{PATH}/{target['id']}/test")
    send(boss, deliveries.GONE)
    assert "gone for good" in boss.get(PATH).json()["data"][0]["disabledReason"]
    assert code(boss.post(f"{PATH}/{target['id']}/test")) == (409, "invalid_state")
    assert boss.post(f"{PATH}/{target['id']}/enable").json()["disabledReason"] is None


def test_only_administrators_of_the_account_change_them(
    boss: PersonsBrowser, invited: Callable[..., PersonsBrowser]
) -> None:
    target = boss.post(PATH, dialect="dxgl", url=URL, events=["render.done"]).json()
    delivery = boss.post(f"{PATH}/{target['id']}/test").json()
    member = invited()
    assert member.get(PATH).json() == boss.get(PATH).json()
    asked = (("POST", PATH), ("DELETE", f"{PATH}/{target['id']}"), ("POST", f"{PATH}/{target['id']}/test"),
             ("GET", f"{PATH}/dxgl/secret"), ("POST", f"/portal/api/deliveries/{delivery['id']}/again"))  # fmt: skip
    for method, path in asked:
        assert code(member.request(method, path)) == (403, "forbidden"), path
    other = PersonsBrowser(boss.web)
    other.follow(boss.post("/portal/api/accounts", email="b@example.com").json()["path"], "b@example.com")
    assert other.get("/portal/api/deliveries").json()["total"] == 0
    for method, path in asked[1:3]:
        assert code(other.request(method, path)) == (404, "not_found"), path
    assert code(other.request(*asked[4])) == (404, "delivery_not_found")


def test_what_can_be_no_target_is_refused(boss: PersonsBrowser) -> None:
    wrong: tuple[dict[str, Any], ...] = ({}, {"dialect": "generio"}, {"dialect": "dxgl", "events": []},
             {"dialect": "dxgl", "events": ["job.failed"]})  # fmt: skip
    for body in wrong:
        assert code(boss.post(PATH, **{"url": URL, **body})) == (400, "invalid_request"), body
    for url in ("", "ftp://shop.example", "http://shop.example/", "no url"):
        refused = boss.post(PATH, dialect="dxgl", url=url, events=["render.done"])
        assert code(refused) == (400, "invalid_url"), url
    assert code(boss.get(f"{PATH}/grok/secret")) == (404, "not_found")
    assert boss.get(f"{PATH}/glossi/secret").json()["secret"].startswith("whsec_")
