"""Whole farms of real processes, shared by as many tests as can, a model that is quick to render, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.client import Upload
from renderer.gl.context import Device
from renderer.spec import FrameSpec
from tests.integration.portal import EMAIL, PASSWORD, built_portal, first_link, visit
from tests.integration.support import Customer, box_glb, first_upload
from tests.support.farm import Farm, running_farm
from tests.support.gate import Gate
from tests.support.postgres import PostgresServer
from tests.support.redis import running_redis
from tests.support.s3 import BUCKET, S3Server
from tests.support.stills import render_still
from tests.support.waiting import wait_for


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "box.glb"
    path.write_bytes(box_glb())
    return path


@pytest.fixture(scope="session")
def light(box: Path, light_cache: Path, opened_device: Device, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has the light. Otherwise all workers would begin with filtering it, each for itself."""
    still = tmp_path_factory.mktemp("still") / "still.png"
    render_still(box, FrameSpec(16, 16, 1), None, still, device=opened_device, cache_dir=light_cache)
    return light_cache


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory, light: Path) -> Iterator[Farm]:
    """An embedded farm with two workers."""
    folder = tmp_path_factory.mktemp("farm")
    with running_farm(Farm(folder, workers=2, cache=light, gate=Gate(folder / "gate"))) as farm:
        yield farm


@pytest.fixture(scope="session")
def farm_in_pieces(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer, s3_server: S3Server, light: Path
) -> Iterator[Farm]:
    """PostgreSQL, Redis and S3; a server, a worker and a sweeper, each a process of its own."""
    folder = tmp_path_factory.mktemp("farm")
    with postgres_server.database() as database_url, running_redis(folder) as broker_url:
        elsewhere = {
            "PIROUETTE_DATABASE_URL": database_url,
            "PIROUETTE_BROKER_URL": broker_url,
            "PIROUETTE_S3_ENDPOINT": f"http://127.0.0.1:{s3_server.port}",
            "PIROUETTE_S3_BUCKET": BUCKET,
            "PIROUETTE_S3_PREFIX": "glossi",
            "PIROUETTE_S3_ACCESS_KEY": s3_server.access_key,
            "PIROUETTE_S3_SECRET_KEY": s3_server.secret_key,
        }
        separate = Farm(folder, workers=0, cache=light, extra=elsewhere, gate=Gate(folder / "gate"))
        with running_farm(separate) as farm:
            for command in ("worker", "sweep"):
                farm.start_beside(command)
            wait_for(farm.fleet_pids, "the worker")
            yield farm


@pytest.fixture(scope="session")
def first(farm: Farm, box: Path) -> tuple[str, Upload]:
    """An account's token, and what its first upload made."""
    return first_upload(farm, box)


@pytest.fixture
def customer(farm: Farm, first: tuple[str, Upload]) -> Iterator[Customer]:
    """The farm's customer, who talks to it wherever it listens now."""
    customer = Customer(farm, *first)
    yield customer
    customer.client.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed before tests of other folders: while Playwright runs an event loop, they can't run their own."""
    with built_portal() as browser:
        yield browser


@pytest.fixture(scope="session")
def first_sign_in() -> list[object]:
    """The cookies of the first sign-in, once there was one: its link works once, and browsers may be opened again."""
    return []


@pytest.fixture(scope="package")
def cookies(browser: Browser, farm: Farm, first_sign_in: list[object]) -> object:
    """Of the farm's first administrator, who has come in by the link in the log."""
    if first_sign_in:
        return first_sign_in[0]
    with visit(browser, farm) as boss:
        boss.page.goto(first_link(farm))
        boss.page.get_by_label("E-mail address").fill(EMAIL)
        boss.page.get_by_label("Password").fill("short")
        boss.page.get_by_role("button", name="Start").click()
        expect(boss.page.get_by_text("password must have 10 to 200 characters")).to_be_visible()
        boss.page.get_by_label("Password").fill(PASSWORD)
        boss.page.get_by_role("button", name="Start").click()
        expect(boss.page.get_by_role("heading", name="Drop models here")).to_be_visible()
        assert boss.troubles == []
        first_sign_in.append(boss.page.context.storage_state())
        return first_sign_in[0]
