"""A customer's way through an embedded farm, over the wire."""

import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import PIL.Image
import pytest
from click.testing import CliRunner

from api.cli import main
from api.client import RenderFailed, RequestRefused
from tests.integration.support import Customer, probe
from tests.renderer.test_bad_models import CASES
from tests.support.farm import Farm
from tests.support.modes import open_to_others
from tests.support.waiting import HANG_S


def test_an_upload_becomes_a_video_and_a_free_preview(customer: Customer, tmp_path: Path) -> None:
    client, upload = customer.client, customer.upload
    customer.check_done(upload.render_id, attempt=1)
    [preview] = [each for each in client.models.get(upload.model_id).renders if each.is_system_preview]
    assert client.renders.wait(preview.id, timeout=HANG_S).error_message is None
    assert customer.farm.ledger(preview.id) == []
    client.renders.download(upload.render_id, "video", tmp_path / "video.mp4")
    client.renders.download(upload.render_id, "poster_full", tmp_path / "poster.png")
    client.renders.download(upload.render_id, "bundle", tmp_path / "bundle.zip")
    assert probe(tmp_path / "video.mp4") == (540, 540, 90)
    with PIL.Image.open(tmp_path / "poster.png") as poster:
        assert poster.size == (540, 540)
        assert poster.convert("RGB").getpixel((2, 2)) == (255, 136, 0)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        assert bundle.testzip() is None
        assert bundle.read("video.mp4") == (tmp_path / "video.mp4").read_bytes()


def test_a_renders_end_is_told_to_its_owners_server(customer: Customer) -> None:
    customer.order_and_be_told()


def test_bad_models_end_in_error_with_a_refund_and_the_next_job_is_served(
    farm: Farm, customer: Customer, tmp_path: Path
) -> None:
    client = customer.client
    credits = client.account().credits
    uploads = {}
    for name, case in CASES.items():
        (tmp_path / case.name).write_bytes(case.make())
        if name in ("no bytes", "not a GLB"):  # what can't be a model is refused when it is uploaded
            with pytest.raises(RequestRefused):
                client.models.upload(tmp_path / case.name)
            continue
        uploads[name] = client.models.upload(tmp_path / case.name)
    for name, upload in uploads.items():
        with pytest.raises(RenderFailed, match=re.escape(CASES[name].says)):
            client.renders.wait(upload.render_id, timeout=HANG_S, poll_seconds=0.1)
        assert farm.ledger(upload.render_id) == [("charge", -1), ("refund", 1)], name
        assert farm.segment(upload.render_id).attempt == 0, name  # nobody tried to draw what could not be read
        assert farm.stored_attempts(upload.render_id) == [], name
    assert client.account().credits == credits
    customer.check_done(customer.order(), attempt=1)


def test_all_that_a_farm_writes_is_for_its_owner_alone(farm: Farm, customer: Customer) -> None:
    customer.check_done(customer.order(), attempt=1)
    assert open_to_others(farm.settings.data_dir) == set()


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Runs `pirouette serve` in this process, as it gets nowhere; what it says."""

    def refused(*arguments: str, environment: Mapping[str, str]) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        result = CliRunner().invoke(main, ["serve", *arguments])
        assert result.exit_code == 1, result.output
        return result.stderr

    umask = os.umask(0o022)
    yield refused
    os.umask(umask)


def test_a_new_farm_says_where_its_api_is_described_and_how_to_come_in(farm: Farm) -> None:
    [serving, open_this, link, no_account, make_account, make_token] = [
        line.partition("server: ")[2] for line in farm.log.splitlines() if "INFO    server: " in line
    ][:6]
    said = re.fullmatch(
        r"Serving on (http://127\.0\.0\.1:\d+); people use \1/portal/, and programs the API that is described on "
        r"\1/docs",
        serving,
    )
    assert said is not None, serving
    assert open_this.startswith("Open this in a browser")
    assert re.fullmatch(rf"{said[1]}/portal/join#[\w-]{{43}}", link.strip())
    assert no_account.startswith("There is no account yet.")
    folder = f"PIROUETTE_DATA_DIR={farm.settings.data_dir} "
    assert make_account.strip() == f"{folder}{sys.executable} -m api.cli admin create-account you@example.com"
    assert make_token.strip() == f"{folder}{sys.executable} -m api.cli admin create-token you@example.com"


def test_a_second_server_on_the_same_data_is_refused(farm: Farm, refused: Callable[..., str]) -> None:
    assert "Another server is using" in refused(environment=farm.environment)


def test_a_taken_port_is_named(farm: Farm, refused: Callable[..., str], tmp_path: Path) -> None:
    port = farm.url.rpartition(":")[2]
    assert f"port {port}" in refused("--port", port, environment={"PIROUETTE_DATA_DIR": str(tmp_path)})
