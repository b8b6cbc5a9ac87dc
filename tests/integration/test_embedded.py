"""A customer's way through an embedded farm, over the wire."""

import re
import zipfile
from pathlib import Path

import PIL.Image
import pytest

from api.client import RenderFailed
from tests.integration.support import SETTINGS, Customer, check_settled, probe
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.test_bad_models import CASES
from tests.support.farm import Farm, pirouette


def test_an_upload_becomes_a_video_and_a_free_preview(customer: Customer, tmp_path: Path) -> None:
    client, upload = customer.client, customer.upload
    customer.check_done(upload.render_id, attempt=1)
    [preview] = [each for each in client.models.get(upload.model_id).renders if each.is_system_preview]
    assert client.renders.wait(preview.id, timeout=60).error_message is None
    assert customer.farm.ledger(preview.id) == []
    assert client.account().credits == 99
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


def test_bad_models_end_in_error_with_a_refund_and_the_next_job_is_served(farm: Farm, tmp_path: Path) -> None:
    token = farm.new_account()
    with farm.client(token) as client:
        uploads = {}
        for name, case in CASES.items():
            if not case.make():
                continue  # a file without bytes is refused when it is uploaded
            (tmp_path / case.name).write_bytes(case.make())
            uploads[name] = client.models.upload(tmp_path / case.name)
        for name, upload in uploads.items():
            with pytest.raises(RenderFailed, match=re.escape(CASES[name].says)):
                client.renders.wait(upload.render_id, timeout=30, poll_seconds=0.1)
            assert farm.ledger(upload.render_id) == [("charge", -1), ("refund", 1)], name
            assert farm.segment(upload.render_id).attempt == 1, name
            assert farm.stored_attempts(upload.render_id) == [], name
        assert client.account().credits == 100
        after = client.models.upload(triangle_builder().save(tmp_path, "good.glb"), SETTINGS)
        client.renders.wait(after.render_id, timeout=60, poll_seconds=0.1)
    check_settled(farm, after.render_id, attempt=1)


def test_a_second_server_on_the_same_data_is_refused(farm: Farm) -> None:
    second = pirouette("serve", environment=farm.environment)
    assert second.returncode == 1
    assert "Another server is using" in second.stderr


def test_a_taken_port_is_named(farm: Farm, tmp_path: Path) -> None:
    port = farm.url.rpartition(":")[2]
    second = pirouette("serve", "--port", port, environment={"PIROUETTE_DATA_DIR": str(tmp_path)})
    assert second.returncode == 1
    assert f"port {port}" in second.stderr
