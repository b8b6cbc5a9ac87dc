"""A farm whose PostgreSQL is restarted, or hangs, in the middle of a render: clients are told, and nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Upload
from tests.integration.support import Customer, first_upload
from tests.support.farm import Farm, running_farm
from tests.support.gate import Gate
from tests.support.postgres import PostgresServer, running_server
from tests.support.waiting import HANG_S, wait_for


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """A server that nobody else uses."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, light: Path) -> Iterator[Farm]:
    """A server and a worker. A lease outlasts the outage."""
    folder = tmp_path_factory.mktemp("farm")
    with postgres.database() as url:
        extra = {"PIROUETTE_DATABASE_URL": url}
        with running_farm(Farm(folder, workers=1, cache=light, extra=extra, gate=Gate(folder / "gate"))) as farm:
            yield farm


@pytest.fixture(scope="module")
def first(farm: Farm, box: Path) -> tuple[str, Upload]:
    token, upload = first_upload(farm, box)
    with farm.client(token) as client:
        for render in client.models.get(upload.model_id).renders:
            client.renders.wait(render.id, timeout=HANG_S, poll_seconds=0.1)
    return token, upload


def status(farm: Farm, customer: Customer, path: str) -> int:
    headers = {"Authorization": f"Bearer {customer.token}"}
    answer = httpx.get(farm.url + path, headers=headers, timeout=HANG_S)
    assert (answer.status_code == 503) == ("retry-after" in answer.headers)
    return answer.status_code


def check_outage_is_told(farm: Farm, customer: Customer, render_id: str) -> None:
    paths = (f"/v1/renders/{render_id}", "/v1/account", "/v1/health", "/readyz", "/healthz")
    told = {path: status(farm, customer, path) for path in paths}
    assert told == {**dict.fromkeys(paths, 503), "/healthz": 200}


def test_a_render_that_is_finished_while_the_database_is_away_is_settled_when_it_is_back(
    farm: Farm, customer: Customer, postgres: PostgresServer
) -> None:
    with farm.renders_held():
        render_id = customer.order()
        farm.wait_until_drawn_by(render_id)
        farm.database.dispose()
        postgres.stop()
    try:
        check_outage_is_told(farm, customer, render_id)
        wait_for(lambda: "Will try again in 1 s" in farm.log, "the worker to have something to tell")
    finally:
        postgres.start()
    customer.check_done(render_id, attempt=1)
    assert farm.segment(render_id).failures == 0
    assert "Traceback" not in farm.log
    wait_for(lambda: status(farm, customer, "/readyz") == 200, "the server to be ready again")


def test_while_the_database_hangs_health_answers_and_a_render_goes_on(
    farm: Farm, customer: Customer, postgres: PostgresServer
) -> None:
    with farm.renders_held():
        render_id = customer.order()
        farm.wait_until_drawn_by(render_id)
        with postgres.hanging():
            wait_for(lambda: status(farm, customer, "/v1/health") == 503, "the end of what was found out before")
            assert status(farm, customer, "/healthz") == 200
    customer.check_done(render_id, attempt=1)
    assert farm.segment(render_id).failures == 0
    assert "Traceback" not in farm.log
