"""A customer's way through an embedded farm, over the wire and with the command line."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import PIL.Image
import pytest

from api.client import RenderFailed
from tests.integration.support import SETTINGS, Customer, check_settled, probe
from tests.renderer.load.glb_builder import triangle_builder
from tests.renderer.test_bad_models import CASES
from tests.support.farm import Farm, pirouette

# "Python Example" of dx.gl's API reference, to the letter.
DOCUMENTED_EXAMPLE = '''\
import requests, time

API = "https://dx.gl/v1"
HEADERS = {"Authorization": "Bearer dxgl_sk_..."}

# Upload
with open("chair.glb", "rb") as f:
    r = requests.post(f"{API}/models", headers=HEADERS,
        files={"file": f},
        data={"renderSettings": '{"aspect":"16:9","length":6}'})
render_id = r.json()["data"]["renderId"]

# Poll
while True:
    r = requests.get(f"{API}/renders/{render_id}", headers=HEADERS)
    status = r.json()["data"]["status"]
    if status == "done": break
    if status == "error": raise Exception("Render failed")
    time.sleep(5)

# Download
r = requests.get(f"{API}/renders/{render_id}/video", headers=HEADERS)
with open("chair.mp4", "wb") as f:
    f.write(r.content)
'''


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


def test_the_documented_python_example_runs_as_it_is(farm: Farm, box: Path, tmp_path: Path) -> None:
    (tmp_path / "chair.glb").write_bytes(box.read_bytes())
    token = farm.new_account()
    script = DOCUMENTED_EXAMPLE.replace("https://dx.gl/v1", f"{farm.url}/v1").replace("dxgl_sk_...", token)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    assert probe(tmp_path / "chair.mp4") == (960, 540, 180)


def test_submit_brings_the_files_and_says_what_is_wrong(farm: Farm, box: Path, tmp_path: Path) -> None:
    token = farm.new_account()
    environment = {"PIROUETTE_URL": farm.url, "PIROUETTE_TOKEN": token}
    settings = json.dumps(SETTINGS)
    done = pirouette("submit", str(box), "--settings", settings, "-o", str(tmp_path), environment=environment)
    assert done.returncode == 0, done.stderr
    assert {Path(line).name for line in done.stdout.split()} == {path.name for path in tmp_path.iterdir()}
    assert probe(tmp_path / "box.mp4") == (540, 540, 90)
    refused = pirouette("submit", str(box), "--settings", '{"zoom": 9}', environment=environment)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "zoom" in refused.stderr


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
