"""/v1/overlays with panoramas, and renders that are ordered to be lit by them."""

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from api.domain.catalog import overlays
from api.domain.catalog.overlays import MAX_FILE_MB, Layer
from api.errors import FileTooLarge
from tests.renderer.load.glb_builder import encoded
from tests.renderer.test_panoramas import picture, written
from tests.support.web import Web

PNG = encoded(PIL.Image.new("RGB", (30, 20)))
MB = 1024 * 1024


@pytest.fixture(params=["hdr", "exr"])
def panorama(tmp_path: Path, request: pytest.FixtureRequest) -> bytes:
    return written(tmp_path / f"sky.{request.param}", picture()).read_bytes()


def send(web: Web, data: bytes, layer: str = "environment") -> Any:
    return web.post("/v1/overlays", files={"file": ("sky", data)}, data={"layer": layer})


def error_of(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    return error["status"], error["code"], error.get("param")


def test_both_formats_are_taken_by_their_bytes_and_listed(web: Web, panorama: bytes) -> None:
    assert send(web, panorama).status_code == 200
    [shown] = web.get("/v1/overlays?layer=environment").json()["data"]
    kind = "image/vnd.radiance" if panorama.startswith(b"#?") else "image/x-exr"
    assert (shown["contentType"], shown["width"], shown["height"]) == (kind, 32, 16)


@pytest.mark.parametrize("data", [PNG, b"no image at all", b"#?RADIANCE\n\n-Y 16 +X 32\n", b"v/1\x01" + bytes(99)],
                         ids=["png", "text", "cut hdr", "broken exr"])
def test_what_is_no_panorama_is_refused_and_not_kept(web: Web, data: bytes) -> None:
    answer = send(web, data)
    assert error_of(answer) == (400, "invalid_format", "file")
    assert answer.json()["error"]["message"].startswith("The file ")
    assert web.stored() == []


def test_a_picture_that_is_not_twice_as_wide_as_high_is_no_panorama(web: Web, tmp_path: Path) -> None:
    square = written(tmp_path / "square.exr", np.ones((32, 32, 3), np.float32)).read_bytes()
    assert "twice as wide as high" in send(web, square).json()["error"]["message"]
    assert web.stored() == []


def test_a_panorama_is_no_background(web: Web, panorama: bytes) -> None:
    assert error_of(send(web, panorama, "background")) == (400, "invalid_format", "file")
    assert web.stored() == []


def test_panoramas_may_be_larger_than_pictures() -> None:
    overlays.check_size(Layer.ENVIRONMENT, 40 * MB)
    overlays.check_size(Layer.BACKGROUND, 10 * MB)
    for layer, megabytes in MAX_FILE_MB.items():
        with pytest.raises(FileTooLarge, match=f"{megabytes} MB"):
            overlays.check_size(layer, megabytes * MB + 1)


def test_a_render_is_lit_by_the_panorama_it_names_and_workers_get_its_file(web: Web, panorama: bytes) -> None:
    environment = send(web, panorama).json()["data"]["id"]
    model = web.upload().json()["data"]["modelId"]
    settings = {"environmentId": environment, "length": 3}
    made = web.post("/v1/renders", json={"modelId": model, "renderSettings": settings}).json()["data"]
    shown = web.get(f"/v1/renders/{made['id']}").json()["data"]
    assert shown["renderSettings"]["environmentId"] == environment
    claim = web.claim(made["id"])
    assert claim.spec["environment"] == environment
    key = claim.inputs[environment]
    assert b"".join(web.storage.read(key)) == panorama


@pytest.mark.parametrize("layer", ["background", "foreground"])
def test_a_picture_does_not_light(web: Web, layer: str) -> None:
    picture_id = send(web, PNG, layer).json()["data"]["id"]
    model, before = web.upload().json()["data"]["modelId"], web.balance()
    order = {"modelId": model, "renderSettings": {"environmentId": picture_id}}
    answer = web.post("/v1/renders", json=order)
    assert error_of(answer) == (400, "invalid_settings", "environmentId")
    assert web.balance() == before
