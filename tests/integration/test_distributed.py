"""The same farm in pieces: PostgreSQL, Redis, a server without workers, workers and a sweeper beside it."""

import functools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Upload
from api.domain.work import pauses
from api.domain.work.fleet import WorkerView
from tests.integration.support import Customer, check_settled, first_upload
from tests.support.farm import Farm, running_farm
from tests.support.gate import Gate
from tests.support.postgres import PostgresServer
from tests.support.redis import running_redis
from tests.support.waiting import HANG_S, wait_for


@pytest.fixture(scope="module")
def farm(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, light: Path
) -> Iterator[Farm]:
    """A server, two workers and a sweeper, each started by itself, on a database that the server has to migrate."""
    folder = tmp_path_factory.mktemp("farm")
    with postgres_server.database() as database_url, running_redis(folder) as broker_url:
        elsewhere = {"PIROUETTE_DATABASE_URL": database_url, "PIROUETTE_BROKER_URL": broker_url}
        separate = Farm(folder, workers=0, cache=light, extra=elsewhere, gate=Gate(folder / "gate"))
        with running_farm(separate) as farm:
            for command in ("worker", "worker", "sweep"):
                farm.start_beside(command)
            wait_for(lambda: len(farm.fleet_pids()) == 2, "the workers")
            yield farm


@pytest.fixture(scope="module")
def first(farm: Farm, box: Path) -> tuple[str, Upload]:
    """One worker makes the paid render, the other the preview: neither has time for both."""
    with farm.renders_held():
        token, upload = first_upload(farm, box)
        with farm.client(token) as client:
            for render in client.models.get(upload.model_id).renders:
                farm.wait_until_drawn_by(render.id)
    return token, upload


def test_the_workers_share_the_work(farm: Farm, customer: Customer) -> None:
    both = [render.id for render in customer.client.models.get(customer.upload.model_id).renders]
    assert len(both) == 2
    assert {render.status for render in customer.client.renders.wait_all(both, timeout=HANG_S)} == {"done"}
    check_settled(farm, customer.upload.render_id, attempt=1)
    assert len({farm.segment(render_id).worker for render_id in both}) == 2
    assert customer.client.health().workers == 2
    assert customer.client.account().credits == 999


def test_the_sweeper_tells_a_renders_end_to_its_owners_server_and_the_server_tells_prometheus_of_all(
    farm: Farm, customer: Customer
) -> None:
    customer.order_and_be_told()
    for sample in (
        'pirouette_webhook_deliveries_total{outcome="delivered"}',
        'pirouette_attempts_total{kind="video",outcome="done"}',
        'pirouette_renders_total{output="video",status="done"}',
    ):
        wait_for(functools.partial(_told, farm, sample), sample)
    assert _told(farm, 'pirouette_frames_total{kind="video"}') >= 90
    assert _told(farm, 'pirouette_workers{device="software",state="idle"}')


def _told(farm: Farm, sample: str) -> float:
    lines = httpx.get(f"{farm.url}/metrics").text.splitlines()
    return next((float(line.removeprefix(sample)) for line in lines if line.startswith(f"{sample} ")), 0.0)


def test_drained_workers_take_nothing_until_they_are_resumed(farm: Farm, customer: Customer) -> None:
    with farm.database.begin() as session:
        pauses.pause(session, None)

    def busy() -> list[WorkerView]:
        with farm.database.read() as session:
            return pauses.busy(session, None)

    def told() -> bool:
        return any("an administrator has paused them" in problem for problem in customer.client.health().problems)

    try:
        wait_for(lambda: not busy(), "the workers' rest")
        render_id = customer.order()
        assert farm.segment(render_id).state == "pending"
        wait_for(told, "the word of it")  # a server asks the database now and then
        assert farm.segment(render_id).attempt == 0
    finally:
        with farm.database.begin() as session:
            pauses.resume(session, None)
    customer.check_done(render_id, attempt=1)


def test_a_killed_workers_render_is_done_by_the_other(farm: Farm, customer: Customer) -> None:
    with farm.renders_held():
        render_id = customer.order()
        victim = farm.wait_until_drawn_by(render_id)
        victim.kill()
        victim.wait(HANG_S)
    farm.expire_lease(render_id)
    customer.check_done(render_id, attempt=2)
    assert farm.segment(render_id).failures == 1


def test_a_worker_that_is_asked_to_end_gives_its_render_back(farm: Farm, customer: Customer) -> None:
    another = farm.start_beside("worker")  # an earlier test may have left one only
    wait_for(lambda: another.pid in farm.fleet_pids(), "another worker")
    with farm.renders_held():
        render_id = customer.order()
        worker = farm.wait_until_drawn_by(render_id)
        [ended] = [each for each in farm.others if each.pid == worker.pid]
        ended.terminate()
        assert ended.wait(HANG_S) == 0
    assert ended.pid not in farm.fleet_pids()
    customer.check_done(render_id, attempt=2)
    assert farm.segment(render_id).failures == 0
