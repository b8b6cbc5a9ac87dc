"""Background images: fetched for the renderer, missed where their files are gone."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from api.domain.catalog import overlays
from api.domain.renders import ordering
from api.domain.renders.states import RenderStatus
from api.worker.child import videos
from renderer.render import VideoFiles
from renderer.spec import RenderSettings
from tests.api.domain.support import claim_of
from tests.api.worker.support import Order, use_renderer


@pytest.fixture
def on_image(order: Order) -> Order:
    """Another render of the order's model, on an overlay whose file isn't there yet."""
    with order.bench.database.begin() as session:
        overlay = overlays.add(
            session, order.account_id, storage_key="overlays/a", content_type="image/png", file_size=8, width=1,
            height=1,
        )  # fmt: skip
        settings = RenderSettings(bg_image_id=overlay.id)
        made = ordering.create_render(session, order.account_id, order.model_id, settings)
    return dataclasses.replace(order, render_id=made.id, claim=claim_of(order.bench.database, made.id))


def test_the_renderer_gets_the_images_that_the_variants_name(
    on_image: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on_image.bench.storage.writer("overlays/a") as file:
        file.write(b"an image")
    use_renderer(monkeypatch)
    draw: Callable[..., dict[str, VideoFiles]] = vars(videos)["render_video"]
    seen: dict[str, bytes] = {}

    def looking(*arguments: Any, images: Mapping[str, Path], **named: Any) -> dict[str, VideoFiles]:
        seen.update({name: path.read_bytes() for name, path in images.items()})
        return draw(*arguments, **named)

    monkeypatch.setattr(videos, "render_video", looking)
    on_image.run()
    image = on_image.claim.variants[on_image.render_id]["backdrop"]["image"]
    assert seen == {image: b"an image"}
    assert on_image.view.status == RenderStatus.DONE


def test_an_image_that_is_gone_ends_in_error_with_a_refund(on_image: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    use_renderer(monkeypatch)
    credits = on_image.credits
    on_image.run()
    assert on_image.view.status == RenderStatus.ERROR
    image = on_image.claim.variants[on_image.render_id]["backdrop"]["image"]
    assert on_image.view.error_message == f"The file of the overlay {image} is gone from the storage"
    assert on_image.credits == credits + 1
