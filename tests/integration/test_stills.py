"""Stills on their way through a whole farm, and what a render tells of its model."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from api.client import RenderFailed, RequestRefused
from tests.integration.support import Customer
from tests.renderer.load.glb_builder import triangle_builder
from tests.support.farm import Farm, pirouette
from tests.support.waiting import HANG_S

ORANGE, BLUE = (255, 136, 0), (0, 0, 200)
STILL = {"output": "image", "aspect": "1:1", "bgColor": "#ff8800"}
CLEAR = STILL | {"imageFormat": "webp", "transparent": True}


def test_stills_of_one_frame_in_their_formats(customer: Customer, tmp_path: Path) -> None:
    client, model = customer.client, customer.upload.model_id
    picture = PIL.Image.new("RGBA", (100, 100))
    picture.paste((*BLUE, 255), (0, 90, 100, 100))
    picture.save(tmp_path / "band.png")
    band = client.overlays.upload(tmp_path / "band.png", layer="foreground")
    orders: tuple[dict[str, Any], ...] = (STILL, CLEAR, CLEAR | {"fgImageId": band.id}, STILL | {"imageFormat": "avif"})
    renders = client.renders.batch((model, settings) for settings in orders)
    client.overlays.delete(band.id)
    pictures = []
    for render, settings in zip(renders, orders, strict=True):
        done = client.renders.wait(render.id, timeout=HANG_S, poll_seconds=0.1)
        for asset in ("image", "thumb", "poster_full", "bundle"):
            client.renders.download(render.id, asset, tmp_path / asset)
        assert done.file_size == (tmp_path / "image").stat().st_size
        with PIL.Image.open(tmp_path / "image") as image, PIL.Image.open(tmp_path / "thumb") as thumb:
            assert image.format == thumb.format == settings.get("imageFormat", "png").upper()
            assert (image.size, thumb.size) == ((540, 540), (135, 135))
            pictures.append(np.asarray(image.convert("RGBA")).astype(int))
        with PIL.Image.open(tmp_path / "poster_full") as poster:
            assert poster.convert("RGB").getpixel((2, 2)) == ORANGE
        assert customer.farm.ledger(render.id) == [("charge", -1)]
    opaque, clear, framed, avif = pictures
    assert len({customer.farm.segment(render.id).id for render in renders}) == 1
    assert tuple(opaque[0, 0]) == (*ORANGE, 255)
    assert tuple(clear[0, 0]) == (0, 0, 0, 0)
    assert (clear[..., 3] == 255).any()
    composite = clear[..., :3] * (clear[..., 3:] / 255) + (1 - clear[..., 3:] / 255) * ORANGE
    assert np.abs(composite - opaque[..., :3]).max() <= 2
    assert (framed[-30:] == (*BLUE, 255)).all()
    np.testing.assert_array_equal(framed[:460], clear[:460])
    assert np.abs(avif - opaque).mean() < 1


def test_a_submitted_still_comes_back_as_one_file(farm: Farm, customer: Customer, box: Path, tmp_path: Path) -> None:
    environment = {"PIROUETTE_URL": farm.url, "PIROUETTE_TOKEN": customer.token}
    done = pirouette("submit", str(box), "--settings", json.dumps(CLEAR), "-o", str(tmp_path), environment=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'box.webp'}\n"
    with PIL.Image.open(tmp_path / "box.webp") as image:
        assert (image.mode, image.size) == ("RGBA", (540, 540))


def test_what_a_render_ignores_is_told_and_a_variant_that_is_not_there_refunded(
    customer: Customer, tmp_path: Path
) -> None:
    client, builder = customer.client, triangle_builder()
    builder.document["extensionsUsed"] = ["EXT_example"]
    model = builder.save(tmp_path)
    uploaded = client.models.upload(model, STILL | {"materialVariant": "Red"})
    with pytest.raises(RenderFailed, match='the model has no material variant "Red"; it has none'):
        client.renders.wait(uploaded.render_id, timeout=HANG_S, poll_seconds=0.1)
    assert customer.farm.ledger(uploaded.render_id) == [("charge", -1), ("refund", 1)]
    for preview in client.models.get(uploaded.model_id).renders:
        if preview.is_system_preview:
            client.renders.wait(preview.id, timeout=HANG_S, poll_seconds=0.1)
    with pytest.raises(RequestRefused, match="no material variant") as refused:
        client.renders.create(uploaded.model_id, STILL | {"materialVariant": "Red"})
    assert refused.value.code == "invalid_settings"
    plain = client.renders.wait(client.renders.create(uploaded.model_id, STILL).id, timeout=HANG_S, poll_seconds=0.1)
    assert plain.warnings == ("the glTF extension EXT_example is ignored",)
