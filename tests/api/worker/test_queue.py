"""Hints: sent after the commit, on either broker, and never lost in a way that matters."""

import contextlib
import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import func, select

from api.db.session import Database
from api.db.tables import OutboxMessage
from api.domain.work import outbox, outcomes
from api.queue.broker import WORK_TASK, declare_queues, make_celery, queue_name, send_hint
from api.queue.relay import Relay, relay
from api.queue.sweep import sweep_once, sweep_until
from api.settings import Settings
from api.storage.local import LocalStorage
from api.worker.parent.loop import work_until_idle
from tests.api.domain.support import claim, claimed, expire_leases, fail
from tests.api.worker.support import Order, use_renderer
from tests.support.ports import reserved_port
from tests.support.redis import running_redis
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["folder", "redis"])
def celery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Celery]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    with opened(Settings(data_dir=tmp_path, broker_url=url)) as celery:
        yield celery
        drain(celery)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Celery]:
    """An app whose queues are declared, and whose connections are closed in the end."""
    celery = make_celery(settings)
    declare_queues(celery)
    yield celery
    celery.close()


def drain(celery: Celery) -> list[str]:
    """Takes all hints off the broker; the names of their tasks."""
    taken = []
    with celery.connection_for_read() as connection:
        for queue in outcomes.queues():
            bound = celery.amqp.queues[queue_name(queue)](connection.default_channel)
            while (message := bound.get(no_ack=True)) is not None:
                taken.append(message.headers["task"])
    return taken


def waiting(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def announce(database: Database, count: int = 1) -> None:
    with database.begin() as session:
        for _ in range(count):
            outbox.add(session, "render")


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


def test_a_hint_arrives_once(celery: Celery) -> None:
    send_hint(celery, "render")
    assert drain(celery) == [WORK_TASK]
    assert drain(celery) == []


def test_one_waiting_hint_is_enough(celery: Celery) -> None:
    for _ in range(5):
        send_hint(celery, "render")
    assert drain(celery) == [WORK_TASK]
    send_hint(celery, "render")
    assert drain(celery) == [WORK_TASK]


def test_the_outbox_is_emptied_into_the_broker(celery: Celery, database: Database) -> None:
    announce(database, 250)
    relay(database, celery)
    assert (waiting(database), drain(celery)) == (0, [WORK_TASK])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Nobody listens there."""
    with reserved_port() as port:
        yield port


def test_rows_stay_while_the_broker_is_away(database: Database, tmp_path: Path, silent_port: int) -> None:
    away = make_celery(Settings(data_dir=tmp_path, broker_url=f"redis://127.0.0.1:{silent_port}/0"))
    announce(database)
    with pytest.raises(OperationalError):
        relay(database, away)
    assert waiting(database) == 1


def test_waking_the_relay_sends_what_a_commit_left(celery: Celery, database: Database) -> None:
    thread = Relay(database, celery)
    thread.start()
    announce(database)
    thread.wake()
    wait_for(lambda: waiting(database) == 0, "the outbox to be empty")
    assert drain(celery) == [WORK_TASK]
    announce(database)
    thread.wake()
    wait_for(lambda: waiting(database) == 0, "the outbox to be empty")
    thread.stop()
    assert drain(celery) == [WORK_TASK]


def test_readers_beside_writers_get_every_message_whole_and_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with opened(settings) as writer:
        taken: list[str] = []
        done = threading.Event()

        def read() -> None:
            with opened(settings) as reader:
                while not done.is_set():
                    taken.extend(drain(reader))

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for _ in range(200):
            writer.send_task(WORK_TASK, queue=queue_name("render"))
        try:
            wait_for(lambda: len(taken) >= 200, "all messages")
        finally:
            done.set()
            for reader in readers:
                reader.join()
    assert len(taken) == 200
    assert list((tmp_path / "broker" / "messages").iterdir()) == []


def test_one_hint_is_enough_for_all_the_work_and_is_passed_on(
    order: Order, monkeypatch: pytest.MonkeyPatch, celery: Celery
) -> None:
    use_renderer(monkeypatch)
    expire_leases(order.bench.database)
    sweep_once(order.bench.database, order.bench.storage, celery, order.bench.settings)
    drain(celery)
    order.worker.do(lambda bench: work_until_idle(bench, outcomes.queues(), functools.partial(send_hint, celery)))
    assert order.view.status == "done"
    assert drain(celery) == [WORK_TASK]


def test_work_goes_on_while_the_broker_is_away(
    order: Order, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, silent_port: int
) -> None:
    away = make_celery(Settings(data_dir=tmp_path, broker_url=f"redis://127.0.0.1:{silent_port}/0"))
    use_renderer(monkeypatch)
    expire_leases(order.bench.database)
    sweep_once(order.bench.database, order.bench.storage, away, order.bench.settings)
    order.worker.do(lambda bench: work_until_idle(bench, outcomes.queues(), functools.partial(send_hint, away)))
    assert order.view.status == "done"


def test_a_sweep_takes_back_a_dead_workers_claim_and_its_files(order: Order, celery: Celery) -> None:
    with order.bench.storage.writer(order.claim.output_prefix(order.render_id) + "poster.png") as file:
        file.write(b"half done")
    expire_leases(order.bench.database)
    sweep_once(order.bench.database, order.bench.storage, celery, order.bench.settings)
    assert order.view.status == "pending"
    assert order.stored == set()
    assert drain(celery)


def test_the_sweeper_tells_workers_when_a_failed_segments_time_has_come(order: Order, celery: Celery) -> None:
    fail(order.bench.database, order.claim, retry=True)
    relay(order.bench.database, celery)
    drain(celery)
    stop = threading.Event()
    settings = order.bench.settings.model_copy(update={"sweep_seconds": 3600})  # so that no sweep tells them
    sweeper = threading.Thread(
        target=sweep_until, args=(stop, order.bench.database, order.bench.storage, celery, settings)
    )
    sweeper.start()
    try:
        assert wait_for(lambda: drain(celery), "the hint") == [WORK_TASK]
    finally:
        stop.set()
        sweeper.join()
    assert claim(order.bench.database) is not None


def test_the_sweeper_gives_up_after_the_last_attempt_and_refunds(order: Order, celery: Celery) -> None:
    for _ in range(order.bench.settings.max_attempts):
        assert order.view.status == "poster-processing"
        expire_leases(order.bench.database)
        sweep_once(order.bench.database, order.bench.storage, celery, order.bench.settings)
        while order.view.status == "pending":
            claimed(order.bench.database)
    assert order.view.status == "error"
    assert order.credits == 10


def test_the_sweeper_survives_a_database_that_is_away(
    celery: Celery, tmp_path: Path, silent_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    stop = threading.Event()
    away = Database(f"postgresql+psycopg://nobody@127.0.0.1:{silent_port}/nowhere?connect_timeout=1")
    settings = Settings(data_dir=tmp_path, sweep_seconds=0.05)
    thread = threading.Thread(target=sweep_until, args=(stop, away, LocalStorage(tmp_path), celery, settings))
    thread.start()
    wait_for(lambda: caplog.text.count("Could not sweep") >= 2, "a second sweep")
    stop.set()
    thread.join()
    away.dispose()
