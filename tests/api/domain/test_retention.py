"""Old things go by the rules of the settings, and nothing else does."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.session import Database
from api.db.tables import Base, DeletedRender, Flow, IdempotencyKey, Model, Render, StoredBytes, WebhookDelivery
from api.domain.accounts import idempotency, ledger
from api.domain.generations import pipeline
from api.domain.removal import retention
from api.domain.removal.retention import RULES, Due
from api.domain.renders import galleries, shares
from api.domain.watching import storage as usage
from api.domain.webhooks import deliveries
from api.errors import Unavailable
from api.queue import sweep
from api.queue.broker import declare_queues, make_celery
from api.settings import Settings
from api.storage.local import LocalStorage
from tests.api.domain import flows as hand
from tests.api.domain.projects import work
from tests.api.domain.webhooks import URL, emit, subscribe
from tests.support.web import VIDEO_FILES, Web

DAY = dt.timedelta(days=1)
EVERYTHING = {f"keep_{rule.name}_days": 1 for rule in RULES}


@pytest.fixture
def web(database: Database, tmp_path: Path) -> Web:
    return Web.make(database, tmp_path)


@pytest.fixture
def render_id(web: Web) -> str:
    """Of an order that is done, as is its model's preview."""
    made: str = web.upload().json()["data"]["renderId"]
    web.finish_all()
    return made


def age(web: Web, table: type[Model | Render] = Render) -> None:
    """All rows are two days old."""
    with web.database.begin() as session:
        session.execute(update(table).values(created_at=clock.now() - 2 * DAY))


def collect(web: Web, **settings: int) -> None:
    assert isinstance(web.storage, LocalStorage)
    sweep.collect_once(web.database, web.storage, Settings.model_validate(settings))


def left(web: Web, table: type[Base] = Render) -> int:
    with web.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def foreseen(web: Web) -> dict[str, Due]:
    with web.database.read() as session:
        return {rule.name: retention.foreseen(session, rule, 1) for rule in RULES}


def test_without_rules_everything_stays(web: Web, render_id: str) -> None:
    age(web)
    age(web, Model)
    collect(web)
    assert left(web) == 2
    assert web.get(f"/v1/renders/{render_id}/video").status_code == 200


def test_what_is_old_is_foreseen_and_then_deleted_with_its_files(web: Web, render_id: str) -> None:
    collect(web, **EVERYTHING)
    assert left(web) == 2
    age(web)
    told = foreseen(web)
    assert (told["previews"].count, told["results"].count, told["datasets"].count) == (1, 1, 0)
    assert told["results"].bytes > 0
    credits = web.balance()
    collect(web, keep_results_days=1)
    assert left(web) == 1
    assert web.get(f"/v1/renders/{render_id}").status_code == 404
    assert not [key for key in web.stored() if render_id in key]
    assert web.balance() == credits
    collect(web, **EVERYTHING)
    assert left(web) == 0


def keep_shared(web: Web, render_id: str) -> None:
    with web.database.begin() as session:
        shares.share(session, web.account_id, render_id)


def keep_in_gallery(web: Web, render_id: str) -> None:
    with web.database.begin() as session:
        galleries.save(
            session, web.account_id, None, title="Chairs", text="", is_public=False, render_ids=[render_id]
        )


def keep_unfinished(web: Web, render_id: str) -> None:
    with web.database.begin() as session:
        session.execute(update(Render).values(status="pending"))


@pytest.mark.parametrize("keep", [keep_shared, keep_in_gallery, keep_unfinished])
def test_what_is_shared_or_still_to_be_drawn_stays(
    web: Web, render_id: str, keep: Callable[[Web, str], None]
) -> None:
    age(web)
    keep(web, render_id)
    collect(web, **EVERYTHING)
    assert web.get(f"/v1/renders/{render_id}").status_code == 200


def test_a_model_goes_once_nothing_of_it_is_left(web: Web, render_id: str) -> None:
    for table in (Model, Render):
        age(web, table)
    collect(web, keep_models_days=1)
    assert len(web.get("/v1/models").json()["data"]) == 1
    collect(web, **EVERYTHING)
    assert web.get("/v1/models").json()["data"] == []


def test_flows_go_once_they_have_ended_and_examples_stay(web: Web) -> None:
    ended = hand.order(web.database, web.account_id, hand.text())
    with work(web.database) as unit:
        pipeline.order_examples(unit, hand.TERMS)
    hand.make_all(web.database)
    under_way = hand.order(web.database, web.account_id, hand.text("A table"))
    with web.database.begin() as session:
        session.execute(update(Flow).where(Flow.finished_at.is_not(None)).values(finished_at=clock.now() - 2 * DAY))
    assert foreseen(web)["generations"].count == 1
    assert foreseen(web)["generations"].bytes > 0
    collect(web, **EVERYTHING)
    with web.database.read() as session:
        there = set(session.scalars(select(Flow.public_id)))
    assert there == {under_way.public_id, *(example.job_id for example in pipeline.EXAMPLES)}
    assert ended.public_id not in there


def test_what_can_not_be_deleted_keeps_nothing_else_and_ends(
    web: Web, render_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    age(web)

    def refuse(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr("api.domain.renders.removal.delete_render", refuse)
    collect(web, **EVERYTHING)
    assert left(web) == 2


@pytest.mark.nightly
def test_after_a_year_of_the_same_load_the_disk_is_no_fuller_than_after_a_month(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each day a new model, a video of it and a preview; all of it is kept for a week. Every other day its owner
    deletes the model and the video, which can be had back for three days."""
    week = {f"keep_{rule.name}_days": 7 for rule in RULES}
    web = Web.make(database, tmp_path, credits=1000, grok=False, keep_deleted_days=3)
    assert isinstance(web.storage, LocalStorage)
    celery = make_celery(web.settings)
    declare_queues(celery)
    sizes: list[int] = []
    started = clock.now()
    for day in range(365):
        monkeypatch.setattr(clock, "now", lambda day=day: started + day * DAY)
        made = web.upload(b"glTF" + day.to_bytes(4, "big") + bytes(10_000), name=f"{day}.glb").json()["data"]
        web.finish_all()
        if day % 2:
            for path in (f"/v1/renders/{made['renderId']}", f"/v1/models/{made['modelId']}"):
                assert web.request("DELETE", path).status_code == 200
        sweep.sweep_once(web.database, web.storage, celery, web.settings)
        collect(web, **week)
        sizes.append(sum(path.stat().st_size for path in web.settings.files_dir.rglob("*") if path.is_file()))
    assert max(sizes[30:]) <= max(sizes[:30])
    with web.database.read() as session:
        assert (session.scalar(select(StoredBytes.total)) or 0) <= 2 * sizes[-1]
    assert left(web) <= 20
    assert left(web, DeletedRender) <= 3
    celery.close()


def rounds(web: Web, step: Callable[[Session], bool]) -> int:
    """In how many transactions all is done."""
    count, more = 0, True
    while more:
        with web.database.begin() as session:
            count, more = count + 1, step(session)
    return count


def test_many_old_answers_go_in_many_short_transactions(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "SWEPT_AT_ONCE", 2)
    with web.database.begin() as session:
        for key in "abcde":
            idempotency.hold(session, web.account_id, key, request_sha256="0" * 64, seconds=-ord(key))
    assert rounds(web, idempotency.sweep) == 3
    assert left(web, IdempotencyKey) == 0


def test_many_old_deliveries_go_in_many_short_transactions(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "DISCARDED_AT_ONCE", 2)
    subscribe(web.database, web.account_id, dict.fromkeys("abcde", URL))
    assert len(emit(web.database, web.account_id, "render.done", *"abcde")) == 5
    with web.database.begin() as session:
        session.execute(update(WebhookDelivery).values(state="failed", created_at=clock.now() - 2 * DAY))
    with web.database.read() as session:
        assert deliveries.count_old(session, DAY) == 5
    assert rounds(web, lambda session: deliveries.discard_old(session, DAY)) == 3
    assert left(web, WebhookDelivery) == 0


def test_who_uses_what_is_told_with_the_greatest_first(web: Web, render_id: str) -> None:
    other = Web.of(web.database, web.settings, email="other@example.com")
    other.upload(b"glTF" + bytes(100_000))
    with web.database.read() as session:
        greatest, least = usage.by_account(session, 10)
        assert len(usage.by_account(session, 1)) == 1
    assert (greatest.email, greatest.files) == ("other@example.com", {"model": 1})
    assert greatest.total_bytes == 100_004
    assert (least.email, least.files) == ("maker@example.com", {"model": 1, "video": 2 * len(VIDEO_FILES)})
    assert least.total_bytes == sum(least.bytes.values())
    with web.database.read() as session:
        assert ledger.balance(session, web.account_id) == web.balance()
