"""Calls in processes of their own, as a worker's parent makes them."""

import base64
import io
import json
import threading
from pathlib import Path

import PIL.Image
import pytest

from api.engines import calls
from api.settings import Settings
from renderer.checkpoints import at_checkpoints
from renderer.errors import Cancelled, EngineRejected, EngineUnavailable
from tests.api.engines.support import KEY, glb, jpeg, stalled, told
from tests.support.origin import Origin, answer

PATH = "/v1/images/generations"


def settings(origin: Origin) -> Settings:
    return Settings(image_url=origin.url, image_key=KEY, mesh_url=f"{origin.url}/make", mesh_key=KEY)


def test_a_call_leaves_a_picture_and_gives_its_metadata(
    origin: Origin, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    origin.answers[PATH] = told({"data": [{"b64_json": base64.b64encode(jpeg()).decode()}]})
    metadata = calls.picture(settings(origin), "openai", "a “red” square", 7, 16, tmp_path)
    assert metadata == {"engine": "openai", "model": "gpt-image-1"}
    assert PIL.Image.open(io.BytesIO((tmp_path / "picture.jpg").read_bytes())).size == (16, 16)
    assert "“red”" in json.loads(origin.bodies[0])["prompt"]
    assert KEY not in "".join(capfd.readouterr())


def test_a_call_leaves_a_model(origin: Origin, tmp_path: Path) -> None:
    origin.answers["/make"] = answer(glb())
    picture = tmp_path / "given"
    picture.write_bytes(jpeg())
    folder = tmp_path / "folder"
    folder.mkdir()
    metadata = calls.mesh(settings(origin), picture, 1, folder, quality="high", texture=True)
    assert (metadata["engine"], metadata["triangles"]) == ("hosted", 1)
    assert (folder / "model.glb").read_bytes().startswith(b"glTF")


def test_what_a_call_ends_with_is_raised_here(origin: Origin, tmp_path: Path) -> None:
    origin.answers[PATH] = told({"error": "no weapons"}, "400 Bad Request")
    with pytest.raises(EngineRejected, match="xAI refuses: no weapons"):
        calls.picture(settings(origin), "xai", "a gun", 7, 16, tmp_path)


def test_a_call_can_be_cancelled(origin: Origin, tmp_path: Path) -> None:
    began = threading.Event()
    origin.answers[PATH] = stalled(began.set)

    def stop() -> None:
        if began.is_set():
            raise Cancelled

    with at_checkpoints(stop), pytest.raises(Cancelled):
        calls.picture(settings(origin), "xai", "a chair", 7, 16, tmp_path)


def test_a_service_that_is_not_set_up_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="set PIROUETTE_IMAGE_KEY"):
        calls.picture(Settings(), "xai", "a chair", 7, 16, tmp_path)
    with pytest.raises(EngineUnavailable, match="set PIROUETTE_MESH_URL"):
        calls.mesh(Settings(), tmp_path, 1, tmp_path, quality="low", texture=False)
