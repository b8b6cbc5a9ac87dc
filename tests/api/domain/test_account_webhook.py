"""The one URL that is told of all that an account owns: set, replaced, paused and removed; and jobs' own URLs."""

import datetime as dt
import threading

import pytest
from sqlalchemy import update

from api import clock
from api.db.session import Database
from api.db.tables import WebhookSubscription, WebhookTarget
from api.domain.projects import notices
from api.domain.webhooks import deliveries, events, targets
from api.domain.webhooks.events import NewEvent
from api.domain.webhooks.targets import Target
from api.errors import NotFound
from tests.api.domain.support import sign_up
from tests.api.domain.webhooks import OTHER, URL

KEPT = dt.timedelta(days=30)

ALL = ["model.processed", "job.complete", "job.failed"]


@pytest.fixture
def account_id(database: Database) -> str:
    return sign_up(database)


def put(database: Database, account_id: str, url: str = URL, *, names: list[str] = ALL, paused: bool = False) -> Target:
    with database.begin() as session:
        return targets.replace(session, account_id, "glossi", url, events=names, paused=paused)


def only(database: Database, account_id: str) -> Target:
    with database.read() as session:
        return targets.only(session, account_id, "glossi")


def remove(database: Database, account_id: str) -> Target:
    with database.begin() as session:
        return targets.unsubscribe(session, account_id, "glossi")


def ask_for_job(database: Database, account_id: str, job_id: str, url: str) -> None:
    with database.begin() as session:
        notices.subscribe_job(session, account_id, job_id, url)


def happen(database: Database, account_id: str, name: str, subject_id: str) -> None:
    kind = "workflow" if name.startswith("job.") else "upload"
    with database.begin() as session:
        events.emit(session, account_id, kind, [subject_id], lambda ids: [NewEvent(name, each, {}) for each in ids])


def told(database: Database, account_id: str) -> list[tuple[str, str, str]]:
    """Event, subject and URL of what is still to be sent."""
    with database.read() as session:
        page = deliveries.list_deliveries(session, account_id, "glossi", limit=100, offset=0)
    return sorted((each.event, each.subject_id, each.url) for each in page.items if each.state == "pending")


def test_the_second_url_replaces_the_first(database: Database, account_id: str) -> None:
    first = put(database, account_id)
    happen(database, account_id, "model.processed", "m1")
    second = put(database, account_id, OTHER, names=["model.processed"])
    assert (only(database, account_id), second.url, second.events) == (second, OTHER, ("model.processed",))
    assert second.id != first.id
    assert told(database, account_id) == []  # what the first was still to be sent has failed
    happen(database, account_id, "model.processed", "m2")
    happen(database, account_id, "job.complete", "j1")
    assert told(database, account_id) == [("model.processed", "m2", OTHER)]


def test_the_same_url_keeps_its_id_and_what_it_is_still_to_be_sent(database: Database, account_id: str) -> None:
    first = put(database, account_id)
    happen(database, account_id, "model.processed", "m1")
    again = put(database, account_id, names=["job.failed"])
    assert (again.id, again.events) == (first.id, ("job.failed",))
    assert told(database, account_id) == [("model.processed", "m1", URL)]


def test_urls_set_at_the_same_time_leave_one(database: Database, account_id: str) -> None:
    urls = [f"https://shop.example/{i}" for i in range(4)]
    threads = [threading.Thread(target=put, args=(database, account_id, url)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        listening = [each.url for each in targets.list_targets(session, account_id, "glossi") if each.events]
    assert listening == [only(database, account_id).url]


def test_a_paused_url_is_sent_nothing_until_it_is_set_again(database: Database, account_id: str) -> None:
    put(database, account_id)
    happen(database, account_id, "model.processed", "m1")
    paused = put(database, account_id, paused=True)
    assert (paused.paused, paused.events) == (True, tuple(ALL))
    happen(database, account_id, "model.processed", "m2")
    assert told(database, account_id) == []
    assert not put(database, account_id).paused
    happen(database, account_id, "model.processed", "m3")
    assert told(database, account_id) == [("model.processed", "m3", URL)]


def test_a_removed_url_is_sent_nothing_and_its_deliveries_are_kept(database: Database, account_id: str) -> None:
    put(database, account_id)
    happen(database, account_id, "model.processed", "m1")
    assert remove(database, account_id).url == URL
    happen(database, account_id, "model.processed", "m2")
    with database.read() as session:
        page = deliveries.list_deliveries(session, account_id, "glossi", limit=100, offset=0)
    assert [(each.subject_id, each.state, each.problem) for each in page.items] == [
        ("m1", "failed", "The webhook was removed")
    ]
    for ask in (only, remove):
        with pytest.raises(NotFound):
            ask(database, account_id)


def test_a_url_that_is_set_up_is_kept_however_old(database: Database, account_id: str) -> None:
    for paused in (True, False):
        put(database, account_id, paused=paused)
        with database.begin() as session:
            session.execute(update(WebhookSubscription).values(created_at=clock.now() - 2 * KEPT))
            session.execute(update(WebhookTarget).values(updated_at=clock.now() - 2 * KEPT))
            deliveries.discard_old(session, KEPT)
        assert only(database, account_id).paused == paused


def test_a_job_has_its_own_url_told_of_its_end_alone(database: Database, account_id: str) -> None:
    ask_for_job(database, account_id, "j1", OTHER)
    for job_id in ("j1", "j2"):
        happen(database, account_id, "job.complete", job_id)
    happen(database, account_id, "model.processed", "j1")
    assert told(database, account_id) == [("job.complete", "j1", OTHER)]
    with database.read() as session:
        assert targets.secret(session, account_id, "glossi").startswith("whsec_")


def test_a_jobs_url_is_told_besides_the_accounts(database: Database, account_id: str) -> None:
    put(database, account_id)
    ask_for_job(database, account_id, "j1", OTHER)
    happen(database, account_id, "job.failed", "j1")
    assert told(database, account_id) == [("job.failed", "j1", URL), ("job.failed", "j1", OTHER)]


def test_a_url_that_is_both_is_told_once(database: Database, account_id: str) -> None:
    put(database, account_id)
    ask_for_job(database, account_id, "j1", URL)
    happen(database, account_id, "job.complete", "j1")
    assert told(database, account_id) == [("job.complete", "j1", URL)]


def test_a_jobs_url_neither_resumes_a_paused_one_nor_is_paused_by_it(database: Database, account_id: str) -> None:
    for paused_first in (True, False):
        job_id = f"job{paused_first}"
        if paused_first:
            put(database, account_id, paused=True)
        ask_for_job(database, account_id, job_id, URL)
        happen(database, account_id, "job.complete", job_id)
        put(database, account_id, paused=True)
        happen(database, account_id, "model.processed", "m1")
        assert ("job.complete", job_id, URL) in told(database, account_id)
    assert only(database, account_id).paused
    assert {event for event, _, _ in told(database, account_id)} == {"job.complete"}


def test_a_jobs_url_outlasts_the_removal_of_the_accounts(database: Database, account_id: str) -> None:
    put(database, account_id)
    ask_for_job(database, account_id, "j1", URL)
    happen(database, account_id, "model.processed", "m1")
    happen(database, account_id, "job.complete", "j1")
    remove(database, account_id)
    assert told(database, account_id) == [("job.complete", "j1", URL)]
