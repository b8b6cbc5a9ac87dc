"""Overlay images on their way through a whole farm, from the upload to the pixels of posters and videos."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from api.client import RenderFailed
from tests.integration.support import SETTINGS, Customer
from tests.renderer.encode.media import decode_rgb
from tests.renderer.load.glb_builder import encoded
from tests.support.waiting import HANG_S, wait_for

RED, BLUE, ORANGE, GREEN = (200, 0, 0), (0, 0, 200), (255, 136, 0), (0, 120, 0)


def halves(path: Path) -> Path:
    """Red on the left, blue on the right, twice as wide as high."""
    picture = PIL.Image.new("RGB", (400, 200), RED)
    picture.paste(BLUE, (200, 0, 400, 200))
    picture.save(path)
    return path


def corners(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    height, width = picture.shape[:2]
    return picture[np.ix_([2, height - 3], [width // 10, width - 3])].reshape(-1, 3)  # away from the cut


def overlay_files(customer: Customer) -> list[str]:
    return sorted(path.name for path in customer.farm.settings.files_dir.glob("overlays/*"))


def test_renders_of_one_shot_show_their_own_images_even_if_these_are_deleted_meanwhile(
    customer: Customer, tmp_path: Path
) -> None:
    client, model = customer.client, customer.upload.model_id
    overlay = client.overlays.upload(halves(tmp_path / "halves.png"), name="Halves")
    on_image = SETTINGS | {"bgImageId": overlay.id, "bgAlign": "bottom-right"}
    band = PIL.Image.new("RGBA", (100, 100))
    band.paste((*GREEN, 255), (0, 80, 100, 100))
    band.save(tmp_path / "band.png")
    in_front = client.overlays.upload(tmp_path / "band.png", layer="foreground")
    with customer.farm.renders_held():
        renders = client.renders.batch([(model, on_image), (model, SETTINGS | {"fgImageId": in_front.id})])
        client.overlays.delete(overlay.id)
        client.overlays.delete(in_front.id)
    for color, render in zip(([BLUE] * 4, [ORANGE, ORANGE, GREEN, GREEN]), renders, strict=True):
        customer.check_done(render.id, attempt=1)
        client.renders.download(render.id, "poster_full", tmp_path / "poster_full.png")
        client.renders.download(render.id, "poster", tmp_path / "poster.png")
        client.renders.download(render.id, "video", tmp_path / "video.mp4")
        client.renders.download(render.id, "thumb", tmp_path / "thumb.mp4")
        for poster in (tmp_path / "poster_full.png", tmp_path / "poster.png"):
            with PIL.Image.open(poster) as image:
                assert (corners(np.asarray(image.convert("RGB"))) == color).all()
        for video, side in ((tmp_path / "video.mp4", 540), (tmp_path / "thumb.mp4", 136)):
            frames = decode_rgb(video, side, side).astype(int)
            assert len(frames) == 90
            for frame in (frames[0], frames[45]):
                assert np.abs(corners(frame) - color).max() <= 4
    assert len({customer.farm.segment(render.id).id for render in renders}) == 1
    assert list(client.overlays.list()) == []
    wait_for(lambda: overlay_files(customer) == [], "the deleted overlay's file to go")


def test_a_broken_image_ends_in_error_with_its_name_and_a_refund(customer: Customer, tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    data = encoded(PIL.Image.fromarray(noise))
    broken = tmp_path / "broken.png"
    broken.write_bytes(data[: len(data) // 2])
    overlay = customer.client.overlays.upload(broken)
    render = customer.client.renders.create(customer.upload.model_id, SETTINGS | {"bgImageId": overlay.id})
    with pytest.raises(RenderFailed, match=f"The background image {overlay.id} can't be decoded"):
        customer.client.renders.wait(render.id, timeout=HANG_S, poll_seconds=0.1)
    assert customer.farm.ledger(render.id) == [("charge", -1), ("refund", 1)]
    assert customer.farm.segment(render.id).attempt == 1
    customer.client.overlays.delete(overlay.id)
    assert overlay_files(customer) == []
