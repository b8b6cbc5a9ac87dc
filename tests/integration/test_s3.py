"""A farm of real processes whose files lie in S3: from upload to download, and through a time without S3."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Upload
from tests.integration.support import Customer, first_upload
from tests.support.farm import Farm, running_farm
from tests.support.gate import Gate as EncoderGate
from tests.support.s3 import BUCKET, S3Server
from tests.support.tcp_gate import Gate
from tests.support.waiting import wait_for


@pytest.fixture(scope="module")
def gate(s3_server: S3Server) -> Iterator[Gate]:
    """The farm's only way to S3."""
    gate = Gate(s3_server.port)
    gate.open()
    yield gate
    gate.close()


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server, gate: Gate, light: Path) -> Iterator[Farm]:
    """A server and a worker."""
    folder = tmp_path_factory.mktemp("farm")
    extra = {
        "PIROUETTE_S3_ENDPOINT": f"http://127.0.0.1:{gate.port}",
        "PIROUETTE_S3_BUCKET": BUCKET,
        "PIROUETTE_S3_PREFIX": "farm",
        "PIROUETTE_S3_ACCESS_KEY": s3_server.access_key,
        "PIROUETTE_S3_SECRET_KEY": s3_server.secret_key,
    }
    with running_farm(Farm(folder, workers=1, cache=light, extra=extra, gate=EncoderGate(folder / "gate"))) as farm:
        yield farm


@pytest.fixture(scope="module")
def first(farm: Farm, box: Path) -> tuple[str, Upload]:
    return first_upload(farm, box)


def test_a_model_goes_in_and_a_video_comes_out(
    farm: Farm, customer: Customer, s3_server: S3Server, tmp_path: Path
) -> None:
    render_id = customer.upload.render_id
    customer.client.renders.wait(render_id, timeout=100, poll_seconds=0.1)
    customer.client.renders.download(render_id, "video", tmp_path / "video.mp4")
    video = (tmp_path / "video.mp4").read_bytes()
    assert video[4:8] == b"ftyp"
    stored = s3_server.client().get_object(Bucket=BUCKET, Key=f"farm/renders/{render_id}/1/video.mp4")
    assert stored["Body"].read() == video
    assert not (farm.folder / "data" / "files").exists()


def test_without_s3_renders_wait_and_uploads_are_asked_to_come_back(
    farm: Farm, customer: Customer, gate: Gate
) -> None:
    customer.client.renders.wait(customer.upload.render_id, timeout=100, poll_seconds=0.1)
    credits = customer.client.account().credits
    gate.close()
    render_id = customer.order()
    wait_for(lambda: farm.segment(render_id).attempt > 0 and farm.segment(render_id).state == "pending", "a try")
    refused = httpx.post(
        f"{farm.url}/v1/models", headers={"Authorization": f"Bearer {customer.token}"},
        files={"file": ("chair.glb", b"glTF")},
    )
    assert (refused.status_code, "retry-after" in refused.headers) == (503, True)
    gate.open()
    customer.client.renders.wait(render_id, timeout=100, poll_seconds=0.1)
    assert farm.segment(render_id).failures == 0
    assert farm.ledger(render_id) == [("charge", -1)]
    assert customer.client.account().credits == credits - 1


def test_what_is_drawn_when_s3_goes_away_is_not_drawn_again(farm: Farm, customer: Customer, gate: Gate) -> None:
    customer.client.renders.wait(customer.upload.render_id, timeout=100, poll_seconds=0.1)
    with farm.renders_held():
        render_id = customer.order()
        farm.wait_until_drawn_by(render_id)
        gate.close()
    tries = farm.log.count("Will try again in 1 s")
    wait_for(lambda: farm.log.count("Will try again in 1 s") > tries, "a file that can't be stored")
    gate.open()
    customer.client.renders.wait(render_id, timeout=100, poll_seconds=0.1)
    segment = farm.segment(render_id)
    assert (segment.attempt, segment.failures) == (1, 0)
