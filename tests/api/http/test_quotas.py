"""What an account may take, as dx.gl's API tells it: what is refused costs nothing, and nothing is kept of it."""

from typing import Any

import httpx
import pytest

from api.domain.accounts import quotas
from api.domain.accounts.quotas import MEGABYTE
from api.storage.local import LocalStorage
from tests.support.web import GLB, Web


def allow(web: Web, **changes: int) -> None:
    with web.database.begin() as session:
        quotas.set_own(session, web.account_id, changes)


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def used(web: Web) -> dict[str, Any]:
    shown: dict[str, Any] = web.get("/v1/account").json()["data"]["quotas"]
    return shown


def test_an_upload_beyond_the_storage_is_refused_whole(web: Web) -> None:
    allow(web, storage_mb=1)
    assert web.upload(GLB + bytes(MEGABYTE // 2)).status_code == 201
    before = web.stored(), web.balance()
    answer = web.upload(GLB + bytes(MEGABYTE // 2 + 1))
    assert error_of(answer) == (403, "storage_limit")
    assert "it may have 1 MB" in answer.json()["error"]["message"]
    assert "retry-after" not in answer.headers
    assert (web.stored(), web.balance()) == before
    assert used(web)["storageMb"] == {"used": 1, "limit": 1}


def test_what_is_known_to_be_too_much_is_refused_before_it_is_sent(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(web, storage_mb=2)

    def unexpected(*_: object) -> None:
        raise AssertionError("the file was received")

    monkeypatch.setattr(LocalStorage, "writer", unexpected)
    assert error_of(web.upload(bytes(4 * MEGABYTE))) == (403, "storage_limit")


def test_an_upload_too_many_in_an_hour_is_told_when_to_come_again(web: Web) -> None:
    allow(web, uploads_per_hour=1)
    assert web.upload().status_code == 201
    before = web.stored(), web.balance()
    answer = web.upload(GLB + b"2")
    assert error_of(answer) == (429, "upload_limit")
    assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert (web.stored(), web.balance()) == before
    assert used(web)["uploadsPerHour"] == {"used": 1, "limit": 1}


def test_uploads_wait_for_previews_to_be_drawn(web: Web) -> None:
    allow(web, waiting_previews=1)
    assert web.upload().status_code == 201
    answer = web.upload(GLB + b"2")
    assert error_of(answer) == (429, "upload_limit")
    assert int(answer.headers["retry-after"]) > 0
    assert used(web)["waitingPreviews"] == {"used": 1, "limit": 1}


def test_with_no_limit_null_is_shown(web: Web) -> None:
    allow(web, storage_mb=0)
    assert used(web)["storageMb"] == {"used": 0, "limit": None}
