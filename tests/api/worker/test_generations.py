"""Flows from their order to their files, with the farm's own engines at work in the child's place."""

import dataclasses
import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from api.db.tables import Flow
from api.domain.accounts import accounts
from api.domain.catalog import catalog
from api.domain.catalog.states import ModelState
from api.domain.generations import flows, keeping, pipeline, removal
from api.domain.generations.assets import AssetView, assets_of
from api.domain.generations.flows import FlowView, NewInput
from api.domain.generations.states import FlowState
from api.domain.generations.templates import MODEL, TEMPLATES
from api.domain.kit.files import FileView
from api.worker.parent.bench import Bench
from renderer.errors import EngineFailed, EngineRejected, EngineUnavailable
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.optimise.available import available
from tests.api.domain.flows import FROM_IMAGE, FROM_PROMPT, OPTIMIZE, QUEUE, TERMS, text
from tests.api.domain.support import balance, claim, end_pauses
from tests.api.worker.child_here import Worker
from tests.integration.support import box_glb


@pytest.fixture
def artist(worker: Worker, opened_device: Device, light_cache: Path) -> Worker:
    """A worker with a device to draw on."""
    return worker.drawing(opened_device, light_cache)


def run_all(worker: Worker) -> None:
    while (found := claim(worker.bench.database, queue=QUEUE)) is not None:
        worker.run(found)


def look(bench: Bench, flow: FlowView) -> tuple[FlowView, AssetView]:
    """The flow as it is now, and its first input."""
    with bench.database.read() as session:
        account_id = session.scalars(select(Flow.account_id).where(Flow.id == flow.id)).one()
        now = flows.get(session, account_id, flow.public_id)
        return now, assets_of(session, now)[0]


def content(bench: Bench, file: FileView | None) -> bytes:
    assert file is not None
    return b"".join(bench.storage.read(file.key))


def ordered(bench: Bench, new: NewInput, template: str, **parameters: object) -> tuple[str, FlowView]:
    """The id of a new account, and its flow."""
    with bench.work() as unit:
        account_id = accounts.sign_up(unit, f"{template}@x.org", credits=10).id
        return account_id, flows.create(unit, account_id, TEMPLATES[template], parameters, [new], TERMS)


def file_input(bench: Bench, data: bytes, media_type: str = MODEL) -> NewInput:
    new = NewInput(media_type, sha256=hashlib.sha256(data).hexdigest())
    key = f"{removal.input_prefix(new.id)}/input.glb"
    with bench.storage.writer(key) as writer:
        writer.write(data)
    stored = bench.storage.stat(key)
    return NewInput(media_type, file=FileView(key, stored.size, stored.etag, media_type), sha256=new.sha256, id=new.id)


def picture(*, of_something: bool) -> bytes:
    image = Image.new("RGBA", (96, 96))
    if of_something:
        ImageDraw.Draw(image).ellipse((20, 20, 76, 76), fill="teal")
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def test_a_job_of_the_pipeline_becomes_a_picture_a_model_and_a_usdz(artist: Worker, tmp_path: Path) -> None:
    bench = artist.bench
    with bench.work() as unit:
        job = pipeline.create_job(unit, "a red vase", TERMS)
    run_all(artist)
    done, asset = look(bench, job)
    assert (done.state, done.error_message) == (FlowState.COMPLETED, None)
    with Image.open(io.BytesIO(content(bench, asset.made["image"]))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1024, 1024))
        red, green, _ = picture.convert("RGB").getpixel((512, 512))  # type: ignore[misc]
    assert red > 2 * green
    model = tmp_path / "model.glb"
    model.write_bytes(content(bench, asset.made["mesh"]))
    assert len(load_model(model).nodes) > 0
    assert content(bench, asset.output).startswith(b"PK\3\4")
    assert asset.facts["mesh"]["engine"] == "procedural"
    assert {"match", "confidence"} <= asset.facts["mesh"].keys()


def test_a_picture_becomes_a_model(worker: Worker, tmp_path: Path) -> None:
    bench = worker.bench
    _, flow = ordered(bench, file_input(bench, picture(of_something=True), "image/png"), FROM_IMAGE, quality="low")
    run_all(worker)
    done, asset = look(bench, flow)
    assert done.state == FlowState.COMPLETED
    assert asset.facts["mesh"]["way"] == "lathe"
    path = tmp_path / "model.glb"
    path.write_bytes(content(bench, asset.output))
    assert load_model(path)


def test_a_picture_of_nothing_is_refused_and_refunded(worker: Worker) -> None:
    bench = worker.bench
    account_id, flow = ordered(bench, file_input(bench, picture(of_something=False), "image/png"), FROM_IMAGE)
    run_all(worker)
    failed, _ = look(bench, flow)
    assert failed.state == FlowState.FAILED
    assert "nothing to make a model of" in str(failed.error_message)
    assert balance(bench.database, account_id) == 10
    assert claim(bench.database, queue=QUEUE) is None


@pytest.mark.skipif(not available()[0], reason=available()[1])
def test_an_optimised_model_says_what_became_of_it(artist: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    from renderer.optimise import compare

    monkeypatch.setattr(compare, "VIEWS", dataclasses.replace(compare.VIEWS, views=2, size=64))
    monkeypatch.setattr(compare, "SAMPLES", 1000)
    bench = artist.bench
    _, flow = ordered(bench, file_input(bench, box_glb()), OPTIMIZE, polygon_count=4)
    run_all(artist)
    done, asset = look(bench, flow)
    assert done.state == FlowState.COMPLETED
    facts = asset.facts["optimise"]
    assert facts["triangles_before"] == 12
    assert facts["triangles_after"] <= 4
    assert facts["flip_worst"] >= facts["flip_mean"] > 0


def test_equal_seeds_give_equal_bytes(worker: Worker) -> None:
    made = []
    for name in ("one", "two"):
        with worker.bench.work() as unit:
            account_id = accounts.sign_up(unit, f"{name}@x.org", credits=10).id
            flow = flows.create(
                unit, account_id, TEMPLATES[FROM_PROMPT], {"seed": 7, "quality": "low"}, [text("a blue vase")], TERMS
            )
        run_all(worker)
        made.append(content(worker.bench, look(worker.bench, flow)[1].output))
    assert made[0] == made[1]


def test_a_generated_model_is_read_and_gets_a_file_of_its_own(worker: Worker) -> None:
    bench = worker.bench
    with bench.work() as unit:
        account_id = accounts.sign_up(unit, "a@x.org", credits=10).id
        template, wish = TEMPLATES[FROM_PROMPT], keeping.Wish(settings=None)
        made = keeping.generate(unit, account_id, template, {"quality": "low"}, text("a blue vase"), wish, TERMS)
    run_all(worker)
    reading = claim(bench.database, queue="inspect")
    assert reading is not None
    worker.run(reading)
    with bench.database.read() as session:
        model = catalog.get_model(session, account_id, made.model_id)
        [flow] = flows.list_flows(session, account_id, limit=1, offset=0).items
        [asset] = assets_of(session, flow)
    assert (model.state, model.title) == (ModelState.READY, "a blue vase")
    assert model.storage_key == f"models/{model.id}/1/model.glb"
    assert b"".join(bench.storage.read(model.storage_key)) == content(bench, asset.output)


class Broken:
    """An engine that raises the error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def mesh_of_text(self, *_: object) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "tries", "says"),
    [
        (EngineRejected("Nobody can make this"), 1, "Nobody can make this"),
        (EngineFailed("The engine broke"), 3, "The engine broke"),
        (EngineUnavailable("It has no weights here"), 3, "It has no weights here"),
        (RuntimeError("secret"), 3, "The renderer failed unexpectedly"),
    ],
)  # fmt: skip
def test_an_engine_that_fails_is_tried_as_often_as_it_may_help_and_refunded(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, error: Exception, tries: int, says: str
) -> None:
    monkeypatch.setattr("api.worker.child.generations.text_to_mesh", lambda name: Broken(error))
    account_id, flow = ordered(worker.bench, text(), FROM_PROMPT)
    for _ in range(tries):
        assert look(worker.bench, flow)[0].state != FlowState.FAILED
        run_all(worker)
        end_pauses(worker.bench.database)
    failed, _ = look(worker.bench, flow)
    assert failed.state == FlowState.FAILED
    assert says in str(failed.error_message)
    assert "secret" not in str(failed.error_message)
    assert balance(worker.bench.database, account_id) == 10


def test_a_model_without_triangles_is_refused_and_refunded(artist: Worker) -> None:
    bench = artist.bench
    account_id, flow = ordered(bench, file_input(bench, b"glTF but nothing in it"), OPTIMIZE)
    run_all(artist)
    failed, asset = look(bench, flow)
    assert failed.state == FlowState.FAILED
    assert failed.error_message == asset.error_message
    assert balance(bench.database, account_id) == 10
    assert claim(bench.database, queue=QUEUE) is None
