"""Pictures from several sides, ordered together: drawn of a model that is loaded and lit once. And models' thumbnails.
"""

import dataclasses
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select, update

from api import clock
from api.db.tables import Model
from api.domain.catalog import thumbnails
from api.domain.projects.content import parse_content
from api.domain.projects.plans import OutputSettings, planned
from api.domain.renders import ordering, uploads
from api.domain.renders.ordering import Order
from api.domain.renders.outputs import get_outputs
from api.domain.renders.states import RenderStatus
from api.domain.work import results, tasks
from api.domain.work.tasks import Priority
from api.worker.child import warm
from renderer.gl.context import Device
from renderer.lighting.shadow import Shadows
from renderer.load import load_model
from renderer.scene.nodes import Scene
from renderer.spec import RenderSettings
from tests.api.domain.support import claim, claim_of, get, stored_files
from tests.api.worker.child_here import Worker
from tests.api.worker.support import uploaded_box

CONTENT = parse_content({
    "look": {"aspect": "1:1"},
    "bookmarks": [
        {"name": "Front View"}, {"name": "Side View", "azimuth": 90}, {"name": "Top View", "elevation": 90},
        {"name": "Close", "zoom": 0.8},
    ],
})  # fmt: skip


@dataclasses.dataclass
class Counted:
    loaded: int = 0
    lit: int = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counts = Counted()
    cast = Shadows.cast

    def load(path: Path, variant: str | None) -> Scene:
        counts.loaded += 1
        return load_model(path, variant)

    def counted_cast(*arguments: object, **named: object) -> None:
        counts.lit += 1
        cast(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(warm, "load_model", load)
    monkeypatch.setattr(Shadows, "cast", counted_cast)
    return counts


def test_four_pictures_for_four_owners_are_drawn_of_a_model_that_is_loaded_and_lit_once(
    worker: Worker, device: Device, light_cache: Path, counted: Counted
) -> None:
    bench = worker.bench
    account_id, model_id = uploaded_box(bench, RenderSettings())
    plans = planned(CONTENT, OutputSettings(image_quality=0), material_variant=None)
    with bench.database.begin() as session:
        source = ordering.sources(session, account_id, [model_id])[model_id]
        orders = [Order(source, plan.settings, plan.work, plan.credits, Priority.PAID) for plan in plans]
        ids = ordering.place(session, account_id, orders)
    held = claim_of(bench.database, ids[0])
    worker.drawing(device, light_cache).run(held)

    assert (counted.loaded, counted.lit) == (1, 1)
    assert claim(bench.database) is None
    pictures = set()
    for render_id in ids:
        view = get(bench.database, account_id, render_id)
        assert (view.status, view.progress.frames_done) == (RenderStatus.DONE, 4)
        files = stored_files(bench.database, account_id, render_id)
        assert files.keys() == {"image", "thumb"}
        assert view.file_size == files["image"].size
        with bench.database.read() as session:
            outputs = get_outputs(session, account_id, render_id)
        assert (outputs.output, outputs.has("image"), outputs.has("poster")) == ("still", True, False)
        with Image.open(bench.settings.files_dir / files["image"].key) as image:
            assert image.size == (720, 720)
        pictures.add((bench.settings.files_dir / files["image"].key).read_bytes())
    assert len(pictures) == 4


def test_a_model_gets_its_thumbnail_and_the_next_order_needs_not_load_it_again(
    worker: Worker, device: Device, light_cache: Path, counted: Counted
) -> None:
    bench = worker.bench
    account_id, model_id = uploaded_box(bench, RenderSettings())
    with bench.database.begin() as session:
        source = ordering.sources(session, account_id, [model_id])[model_id]
        task = uploads.thumbnail_task(source, Priority.AWAITED)
        tasks.add(session, account_id, [task], clock.now())
        session.execute(update(Model).values(thumbnail_id=task.id))
        still = RenderSettings(output="image")
        [render_id] = ordering.place(session, account_id, [ordering.paid_order(source, still)])
    drawing = worker.drawing(device, light_cache)
    drawing.run(claim_of(bench.database, model_id))
    with bench.database.read() as session:
        [stored] = results.read(session, [model_id])[model_id].items()
        assert session.scalar(select(Model.state)) == "ready"
    assert stored[0] == "thumb"
    assert stored[1].key == f"{thumbnails.storage_prefix(model_id)}/1/image.png"
    with Image.open(bench.settings.files_dir / stored[1].key) as thumb:
        assert thumb.size == (480, 270)
        assert thumb.getpixel((0, 0)) == (255, 255, 255)
        assert len(set(thumb.convert("L").tobytes())) > 20  # there is something in it
    drawing.run(claim_of(bench.database, render_id))
    assert get(bench.database, account_id, render_id).status == RenderStatus.DONE
    assert counted.loaded == 1
