"""A picture on request, drawn by a worker: one file, and none of a render's."""

from pathlib import Path

from PIL import Image

from api.domain.renders import picture_links, pictures
from api.domain.renders.picture_links import Link
from renderer.gl.context import Device
from renderer.spec import RenderSettings
from tests.api.domain.support import claimed, unit
from tests.api.worker.child_here import Worker
from tests.api.worker.support import uploaded_box

STILL = RenderSettings(output="image", image_format="webp", bg_color="#ff8800")


def test_a_worker_draws_what_a_link_asks_for(worker: Worker, device: Device, light_cache: Path) -> None:
    bench = worker.bench
    account_id, model_id = uploaded_box(bench, RenderSettings())
    link = Link(model_id, "any", STILL, 65, 33)
    with unit(bench.database) as session:
        picture_links.ask(session, account_id, link)
    worker.drawing(device, light_cache).run(claimed(bench.database))
    with bench.database.read() as session:
        view = pictures.by_key(session, model_id, link.key)
    assert view is not None
    assert view.file is not None
    assert (view.file.key, view.file.content_type) == (f"pictures/{view.id}/1/image.webp", "image/webp")
    with Image.open(bench.settings.files_dir / view.file.key) as picture:
        assert picture.size == (65, 33)
        assert picture.getpixel((0, 0)) == (255, 136, 0)
        assert len(set(picture.convert("L").tobytes())) > 20  # there is something in it
