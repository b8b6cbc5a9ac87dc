"""What is deleted is hidden at once, can be had back for a while, and is gone for good after that."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from api import clock
from api.db.session import Database
from api.db.tables import DeletedRender, Render, Result, Segment, Task
from api.domain.accounts import quotas
from api.domain.accounts.quotas import MEGABYTE
from api.domain.removal import leftovers, models, trash
from api.domain.watching import files
from api.queue import sweep
from api.queue.broker import declare_queues, make_celery
from api.settings import Settings
from api.storage.local import LocalStorage
from tests.support.web import GLB, Web

DAY = dt.timedelta(days=1)


@pytest.fixture
def web(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Web]:
    """On SQLite, or what the test asks for; without Grok's examples, which the sweep would order."""
    database = Database(request.getfixturevalue(getattr(request, "param", "sqlite_url")))
    yield Web.make(database, tmp_path, grok=False)
    database.dispose()


on_both = pytest.mark.parametrize("web", ["sqlite_url", "postgres_url"], indirect=True)


@pytest.fixture
def made(web: Web) -> dict[str, str]:
    """A model, its video and its preview, all done."""
    data: dict[str, str] = web.upload().json()["data"]
    web.finish_all()
    return data


def error(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def delete(web: Web, path: str, **params: str) -> None:
    assert web.request("DELETE", path, params=params).status_code == 200
    assert web.get(path).status_code == 404


def deleted(web: Web) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = web.get("/v1/deleted").json()["data"]
    return data


def pass_time(web: Web, patch: pytest.MonkeyPatch, time: dt.timedelta = 7 * DAY + models.KEPT) -> None:
    """The time passes, and the sweep and the look for leftovers come by."""
    moment = clock.now() + time
    patch.setattr(clock, "now", lambda: moment)
    celery = make_celery(web.settings)
    declare_queues(celery)
    assert isinstance(web.storage, LocalStorage)
    sweep.sweep_once(web.database, web.storage, celery, web.settings)
    sweep.collect_once(web.database, web.storage, web.settings)
    celery.close()


def rows(web: Web, *tables: Any) -> list[int]:
    with web.database.read() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def used_mb(web: Web) -> int:
    used: int = web.get("/v1/account").json()["data"]["quotas"]["storageMb"]["used"]
    return used


@on_both
def test_a_deleted_render_comes_back_with_its_files_and_its_link(
    web: Web, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/renders/{made['renderId']}"
    link = web.request("PUT", f"{path}/share").json()["data"]["path"]
    before, stored, balance = web.get(path).json(), web.stored(), web.balance()
    delete(web, path)
    assert web.get(f"{link}/video", token=None).status_code == 404
    assert made["renderId"] not in web.get("/v1/renders").text
    [thing] = deleted(web)
    assert (thing["kind"], thing["id"], thing["output"]) == ("render", made["renderId"], "video")
    assert thing["size"] > 0
    pass_time(web, monkeypatch, 7 * DAY - models.KEPT)
    assert web.stored() == stored
    answer = web.post(f"{path}/restore")
    assert (answer.status_code, answer.json()["data"]["id"]) == (200, made["renderId"])
    assert web.get(path).json() == before
    assert web.get(f"{link}/video", token=None).status_code == 200
    assert (deleted(web), web.balance()) == ([], balance)
    assert error(web.post(f"{path}/restore")) == (404, "render_not_found")


@on_both
def test_a_deleted_render_is_gone_for_good_when_its_time_has_come(
    web: Web, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/renders/{made['renderId']}"
    delete(web, path)
    tasks, segments = rows(web, Task, Segment)
    pass_time(web, monkeypatch)
    assert not [key for key in web.stored() if made["renderId"] in key]
    assert rows(web, DeletedRender, Task, Segment) == [0, tasks - 1, segments - 1]
    with web.database.read() as session:
        assert not session.scalars(select(Result).where(Result.subject_id == made["renderId"])).all()
    assert (deleted(web), error(web.post(f"{path}/restore"))) == ([], (404, "render_not_found"))


def test_what_is_deleted_for_good_can_not_be_had_back(web: Web, made: dict[str, str]) -> None:
    render, model = f"/v1/renders/{made['renderId']}", f"/v1/models/{made['modelId']}"
    delete(web, render, permanent="true")
    assert not [key for key in web.stored() if made["renderId"] in key]
    delete(web, model, permanent="true")
    assert deleted(web) == []
    assert error(web.post(f"{render}/restore")) == (404, "render_not_found")
    assert error(web.post(f"{model}/restore")) == (404, "model_not_found")
    assert error(web.request("DELETE", model, params={"permanent": "maybe"})) == (400, "invalid_request")


def test_many_at_once_are_kept_or_not(web: Web, made: dict[str, str]) -> None:
    ids = [each["id"] for each in web.get("/v1/renders?include=preview").json()["data"]]
    assert len(ids) == 2
    web.post("/v1/renders/delete", json={"ids": ids[:1]})
    web.post("/v1/renders/delete", json={"ids": ids[1:], "permanent": True})
    web.post("/v1/models/delete", json={"ids": [made["modelId"]]})
    assert {each["id"] for each in deleted(web)} == {ids[0], made["modelId"]}


def test_an_unfinished_render_is_gone_at_once_and_paid_back(web: Web) -> None:
    made, balance = web.upload().json()["data"], web.balance()
    delete(web, f"/v1/renders/{made['renderId']}")
    assert (deleted(web), web.balance()) == ([], balance + 1)


def test_a_deleted_model_comes_back_as_it_was(
    web: Web, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/models/{made['modelId']}"
    web.request("PATCH", path, json={"title": "Chair", "tags": ["oak"]})
    before = web.get(path).json()
    delete(web, path)
    assert [(each["kind"], each["name"]) for each in deleted(web)] == [("model", "Chair")]
    assert web.get(f"/v1/renders/{made['renderId']}").status_code == 200
    pass_time(web, monkeypatch, 7 * DAY - models.KEPT)
    assert web.post(f"{path}/restore").json() == before
    assert web.get(f"{path}/file").content == GLB
    assert [each["tag"] for each in web.get("/v1/tags").json()["data"]] == ["oak"]
    delete(web, path)
    pass_time(web, monkeypatch)
    assert error(web.post(f"{path}/restore")) == (404, "model_not_found")
    assert not [key for key in web.stored() if key.startswith("models/")]


def test_the_same_file_again_makes_a_new_model_and_the_old_one_stays_deleted(web: Web, made: dict[str, str]) -> None:
    path = f"/v1/models/{made['modelId']}"
    delete(web, path)
    again = web.upload().json()["data"]
    assert again["modelId"] != made["modelId"]
    assert error(web.post(f"{path}/restore")) == (409, "invalid_state")
    delete(web, f"/v1/models/{again['modelId']}")
    assert web.post(f"{path}/restore").status_code == 200


def test_others_see_nothing_of_it_and_restore_nothing(web: Web, made: dict[str, str]) -> None:
    other = Web.of(web.database, web.settings, email="other@example.com")
    for kind in ("render", "model"):
        path = f"/v1/{kind}s/{made[f'{kind}Id']}"
        delete(web, path)
        assert error(other.post(f"{path}/restore")) == (404, f"{kind}_not_found")
    assert deleted(other) == []
    assert len(deleted(web)) == 2
    page = web.get("/v1/deleted?limit=1&offset=1").json()
    assert (len(page["data"]), page["meta"]["total"]) == (1, 2)


def test_renders_of_the_same_frames_do_not_take_each_others_work_with_them(
    web: Web, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [{"modelId": made["modelId"], "renderSettings": {"bgColor": color}} for color in ("#000000", "#ff0000")]
    one, two = (each["id"] for each in web.post("/v1/renders/batch", json={"renders": orders}).json()["data"])
    web.finish_all()
    delete(web, f"/v1/renders/{one}")
    delete(web, f"/v1/renders/{two}", permanent="true")
    assert web.post(f"/v1/renders/{one}/restore").status_code == 200
    assert web.get(f"/v1/renders/{one}/video").status_code == 200
    delete(web, f"/v1/renders/{one}")
    pass_time(web, monkeypatch)
    assert rows(web, DeletedRender) == [0]
    assert rows(web, Render) == [2]


def test_what_can_be_had_back_counts_for_no_quota_and_stays_within_it_all_the_same(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    with web.database.begin() as session:
        quotas.set_own(session, web.account_id, {"storage_mb": 3})
    first = [web.upload(GLB + bytes([number]) * MEGABYTE).json()["data"]["modelId"] for number in range(2)]
    web.finish_all()
    assert error(web.upload(GLB + bytes([9]) * MEGABYTE)) == (403, "storage_limit")
    for model_id in first:
        delete(web, f"/v1/models/{model_id}")
    assert used_mb(web) == 1
    assert web.upload(GLB + bytes([9]) * MEGABYTE).status_code == 201
    web.finish_all()
    pass_time(web, monkeypatch, DAY)  # 3 MB and a little, with what can be had back
    assert [each["id"] for each in deleted(web)] == first[1:]
    pass_time(web, monkeypatch, DAY)
    assert [each["id"] for each in deleted(web)] == first[1:]
    with web.database.read() as session:
        assert quotas.stored_bytes(session, web.account_id) <= 3 * MEGABYTE
        assert trash.crowded(session, 0) is None


def test_a_sweep_empties_some_of_it_and_the_next_goes_on(
    web: Web, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that lost work is never looked for hours later, however much was deleted."""
    monkeypatch.setattr(trash, "AT_ONCE", 1)
    other = web.post("/v1/renders", json={"modelId": made["modelId"], "renderSettings": {"length": 3}}).json()["data"]
    web.finish_all()
    for render_id in (made["renderId"], other["id"]):
        delete(web, f"/v1/renders/{render_id}")
    pass_time(web, monkeypatch)
    assert rows(web, DeletedRender) == [1]
    pass_time(web, monkeypatch)
    assert rows(web, DeletedRender) == [0]


def test_a_backup_and_the_look_for_leftovers_know_of_it(web: Web, made: dict[str, str]) -> None:
    delete(web, f"/v1/renders/{made['renderId']}")
    delete(web, f"/v1/models/{made['modelId']}")
    with web.database.read() as session:
        named = set(files.named(session))
        assert any(made["renderId"] in key for key in named)
        [model] = [key for key in named if key.startswith("models/")]
        assert leftovers.unneeded(session, "renders", [made["renderId"]]) == set()
        assert leftovers.unneeded(session, "models", [model.removeprefix("models/")]) == set()


def test_where_nothing_is_kept_all_is_gone_at_once(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path, keep_deleted_days=0)
    made = web.upload().json()["data"]
    web.finish_all()
    delete(web, f"/v1/renders/{made['renderId']}")
    delete(web, f"/v1/models/{made['modelId']}")
    assert deleted(web) == []
    assert not [key for key in web.stored() if made["renderId"] in key]
    database.dispose()


def test_where_an_account_has_too_much_its_oldest_previews_and_then_its_oldest_results_go(
    web: Web, made: dict[str, str]
) -> None:
    later = web.post("/v1/renders", json={"modelId": made["modelId"], "renderSettings": {"length": 3}}).json()["data"]
    shared = web.post("/v1/renders", json={"modelId": made["modelId"], "renderSettings": {"length": 4}}).json()["data"]
    web.finish_all()
    web.request("PUT", f"/v1/renders/{shared['id']}/share")

    def keep(most: int) -> set[str]:
        """What is left where the account's renders may be so many bytes."""
        with web.database.read() as session:
            spare = quotas.used_bytes(session, web.account_id) - most
        monkey = pytest.MonkeyPatch()
        with monkey.context() as patch:
            patch.setattr(quotas, "MEGABYTE", 1)
            assert isinstance(web.storage, LocalStorage)
            settings = Settings.model_validate({"quota_kept_mb": spare})
            sweep.collect_once(web.database, web.storage, settings)
        return {each["id"] for each in web.get("/v1/renders?include=preview").json()["data"]}

    everything = {each["id"] for each in web.get("/v1/renders?include=preview").json()["data"]}
    assert len(everything) == 4
    assert keep(0) == everything
    without_preview = keep(1)
    assert without_preview == {made["renderId"], later["id"], shared["id"]}
    assert keep(1) == {later["id"], shared["id"]}
    assert keep(1) == {shared["id"]}
    assert keep(1) == {shared["id"]}
