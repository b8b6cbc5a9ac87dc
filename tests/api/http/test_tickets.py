"""Tickets: URLs that a browser opens by itself, for a while, to read what their owner's key reads."""

import datetime as dt

import pytest

from api import clock
from api.db.tables import Account
from api.domain.accounts import credentials, tickets
from tests.support.web import Web


def ticket(web: Web, token: str = "") -> str:
    answer = web.post("/v1/tickets", token=token)
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["data"]["ticket"]
    return made


def refusal(web: Web, path: str, **arguments: str) -> tuple[int, str]:
    answer = web.request(arguments.get("method", "GET"), path, token=None)
    return answer.status_code, answer.json()["error"]["code"]


def test_a_ticket_reads_what_its_key_reads(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    web.finish(render_id)
    query = f"?ticket={ticket(web)}"
    assert "event: end" in web.get(f"/v1/renders/{render_id}/events{query}", token=None).text
    part = web.get(f"/v1/renders/{render_id}/video{query}", token=None, headers={"Range": "bytes=0-3"})
    assert (part.status_code, len(part.content)) == (206, 4)
    assert web.request("HEAD", f"/v1/renders/{render_id}/poster{query}", token=None).status_code == 200


def test_it_says_how_long(web: Web) -> None:
    told = dt.datetime.fromisoformat(web.post("/v1/tickets").json()["data"]["expiresAt"])
    assert dt.timedelta(0) < told - clock.now() <= dt.timedelta(seconds=tickets.SECONDS)


def test_it_changes_nothing(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    query = f"?ticket={ticket(web)}"
    assert refusal(web, f"/v1/renders/{render_id}{query}", method="DELETE") == (401, "unauthorized")
    assert refusal(web, f"/v1/tickets{query}", method="POST") == (401, "unauthorized")


def test_it_shows_nothing_of_others(web: Web) -> None:
    render_id = web.upload().json()["data"]["renderId"]
    other = ticket(web, web.another_token())
    assert refusal(web, f"/v1/renders/{render_id}?ticket={other}") == (404, "render_not_found")


def test_a_key_that_may_not_read_gets_none(web: Web) -> None:
    assert web.post("/v1/tickets", token=web.scoped_token("render")).status_code == 403


def test_it_expires(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.domain.accounts.tickets.SECONDS", 0)
    assert refusal(web, f"/v1/account?ticket={ticket(web)}") == (401, "token_expired")


def test_it_ends_with_its_key_and_its_account(web: Web) -> None:
    with web.database.begin() as session:
        key = credentials.issue(session, web.account_id, name="page")
    made, own = ticket(web, key.raw), ticket(web)
    with web.database.begin() as session:
        credentials.revoke(session, web.account_id, key.id)
    assert refusal(web, f"/v1/account?ticket={made}") == (401, "unauthorized")
    with web.database.begin() as session:
        account = session.get(Account, web.account_id)
        assert account is not None
        account.suspended_at = clock.now()
    assert refusal(web, f"/v1/account?ticket={own}") == (403, "forbidden")


def test_no_other_ticket_is_taken(web: Web) -> None:
    token_id, expires, signature = ticket(web).split(".")
    for forged in (
        "", "nonsense", f"{token_id}.{expires}", f"{token_id}.{int(expires) + 1}.{signature}",
        f"AbsentToken1.{expires}.{signature}", f"{token_id}.{expires}.{'0' * 64}", web.token,
    ):  # fmt: skip
        assert refusal(web, f"/v1/account?ticket={forged}") == (401, "unauthorized"), forged
