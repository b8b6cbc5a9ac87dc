"""Training sets by workers, with the real renderer on small models: parts, files, posters, errors, refunds."""

import dataclasses
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from api.domain.accounts import accounts
from api.domain.kit.files import FileView
from api.domain.renders import ordering, plans, uploads
from api.domain.renders.renders import RenderView
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from api.worker.parent.bench import Bench
from renderer.camera.sphere import showing_view
from renderer.dataset.check import check_dataset
from renderer.dataset.export import export_dataset
from renderer.gl.context import Device
from renderer.spec import DatasetSpec, RenderSettings
from tests.api.domain.support import balance, claim, claimed, get, inspect, settle, stored_files
from tests.api.worker.child_here import Worker
from tests.renderer.dataset.support import Silent, picture, save_model
from tests.renderer.load.glb_builder import triangle_builder

SPEC = DatasetSpec(views=9, size=64, coverage="sphere")
SETTINGS = RenderSettings(output="dataset", effect="dataset")


@dataclasses.dataclass(frozen=True)
class Sets:
    """Renders of one model, ordered and paid as sets of the first tier, but far smaller and in three parts."""

    worker: Worker
    account_id: str
    render_ids: list[str]

    @classmethod
    def order(cls, worker: Worker, model: Path, count: int = 1) -> "Sets":
        data, bench = model.read_bytes(), worker.bench
        with bench.storage.writer("models/a.glb") as file:
            file.write(data)
        with bench.database.begin() as session:
            account = accounts.sign_up(session, "a@example.org", credits=20)
            made = uploads.register_upload(
                session, account.id, original_name="a.glb", sha256=hashlib.sha256(data).hexdigest(),
                file_size=len(data), storage_key="models/a.glb", settings=RenderSettings(),
            )  # fmt: skip
        inspect(bench.database)
        while (other := claim(bench.database)) is not None:
            settle(bench.database, other)
        with bench.database.begin() as session:
            views = ordering.create_renders(session, account.id, [(made.model_id, SETTINGS)] * count)
        return cls(worker, account.id, [view.id for view in views])

    @property
    def bench(self) -> Bench:
        return self.worker.bench

    def run(self, worker: Worker | None = None) -> Claim:
        """A worker claims the next segment and works on it."""
        held = claimed(self.bench.database)
        (worker or self.worker).run(held)
        return held

    def run_all(self) -> None:
        for _ in range(4):
            self.run()

    def view(self, index: int = 0) -> RenderView:
        return get(self.bench.database, self.account_id, self.render_ids[index])

    def files(self, index: int = 0) -> dict[str, FileView]:
        return stored_files(self.bench.database, self.account_id, self.render_ids[index])

    def content(self, name: str, index: int = 0) -> bytes:
        return b"".join(self.bench.storage.read(self.files(index)[name].key))

    @property
    def stored(self) -> set[str]:
        """The keys of all results and parts."""
        root = self.bench.settings.files_dir
        return {str(path.relative_to(root)) for path in root.glob("[rt]*/**/*.*")}

    @property
    def credits(self) -> int:
        return balance(self.bench.database, self.account_id)


@pytest.fixture
def drawing(worker: Worker, device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """A worker that can draw, in a farm of small sets."""
    work = dataclasses.replace(plans.dataset_work(SPEC), parts=3)
    monkeypatch.setitem(plans.WORK, "dataset", lambda settings: work)
    return worker.drawing(device, light_cache)


@pytest.mark.parametrize(("tier", "parts"), [("100x800", 4), ("196x1024", 12), ("400x2048", 32)])
def test_sets_have_as_many_parts_as_they_are_large(tier: str, parts: int) -> None:
    work = plans.WORK["dataset"](dataclasses.replace(SETTINGS, dataset_quality=tier))
    assert work.parts == parts


def test_two_workers_make_the_set_that_one_would_make_in_one_go(drawing: Worker, tmp_path: Path) -> None:
    model = save_model(tmp_path)
    sets = Sets.order(drawing, model)
    another = drawing.another()
    first = sets.run()
    assert (first.role, first.frame_count, sets.view().progress.frames_done) == (Role.PART, 3, 3)
    posters = sets.files()
    assert posters.keys() == {"poster", "poster_full"}
    sets.run(another)
    sets.run()
    assert len([key for key in sets.stored if key.startswith("tasks/")]) == 3
    assert sets.run(another).role == Role.ASSEMBLY
    for worker in (drawing, another):
        worker.child.warm.rest()

    view = sets.view()
    assert (view.status, view.error_message, view.progress.frames_done) == (RenderStatus.DONE, None, 9)
    files = sets.files()
    assert files.keys() == {"dataset", "poster", "poster_full"}
    assert posters.items() <= files.items()
    assert sets.stored == {file.key for file in files.values()}
    assert files["dataset"].content_type == "application/zip"
    whole = tmp_path / "whole.zip"
    child = drawing.child
    export_dataset(model, SPEC, whole, device=child.open_device(), cache_dir=child.cache_dir, listener=Silent())
    assert sets.content("dataset") == whole.read_bytes()
    assert [measure.name for measure in check_dataset(whole, model) if not measure.kept] == []
    assert list(drawing.bench.work_dir.iterdir()) == []


def test_the_posters_show_a_view_of_the_set(drawing: Worker, tmp_path: Path) -> None:
    sets = Sets.order(drawing, save_model(tmp_path))
    sets.run_all()
    with zipfile.ZipFile(io.BytesIO(sets.content("dataset"))) as archive:
        shown = picture(archive.read(f"images/frame_{showing_view(SPEC):05d}.png"))
    assert np.array_equal(picture(sets.content("poster_full")), shown)
    with Image.open(io.BytesIO(sets.content("poster"))) as poster:
        assert poster.size == (16, 16)


def test_sets_of_one_batch_are_drawn_once_and_each_has_its_files(drawing: Worker, tmp_path: Path) -> None:
    sets = Sets.order(drawing, save_model(tmp_path), count=2)
    sets.run_all()
    assert claim(drawing.bench.database) is None
    for name in ("dataset", "poster", "poster_full"):
        assert len({sets.files(index)[name].key for index in range(2)}) == 2
        assert sets.content(name, 0) == sets.content(name, 1)
    drawing.bench.storage.delete_prefix(f"renders/{sets.render_ids[0]}")
    assert len(sets.content("dataset", 1)) == sets.files(1)["dataset"].size


def test_what_of_the_model_is_ignored_is_noted(drawing: Worker, tmp_path: Path) -> None:
    builder = triangle_builder()
    builder.document["extensionsUsed"] = ["ACME_sparkle"]
    sets = Sets.order(drawing, builder.save(tmp_path))
    sets.run()
    assert any("ACME_sparkle" in warning for warning in sets.view().warnings)


def test_a_model_without_a_surface_ends_in_error_and_is_refunded(drawing: Worker, tmp_path: Path) -> None:
    sets = Sets.order(drawing, triangle_builder(mode=0).save(tmp_path))  # points
    assert sets.credits == 20 - 1 - 4
    sets.run()
    view = sets.view()
    assert (view.status, sets.files()) == (RenderStatus.ERROR, {})
    assert "needs a surface of triangles" in str(view.error_message)
    assert sets.credits == 20 - 1
    assert claim(drawing.bench.database) is None, "the other parts are given up too"


def test_a_set_that_shows_nothing_is_refused_when_all_views_are_known(drawing: Worker, tmp_path: Path) -> None:
    builder = triangle_builder()
    clear = {"alphaMode": "BLEND", "pbrMetallicRoughness": {"baseColorFactor": [1, 1, 1, 0]}}
    builder.document["meshes"][0]["primitives"][0]["material"] = builder.add("materials", clear)
    sets = Sets.order(drawing, builder.save(tmp_path))
    sets.run_all()
    assert (sets.view().status, sets.credits) == (RenderStatus.ERROR, 20 - 1)
    assert "no view" in str(sets.view().error_message)
    assert sets.stored == set()


def test_a_worker_that_lost_the_claim_leaves_no_files(drawing: Worker, tmp_path: Path) -> None:
    sets = Sets.order(drawing, save_model(tmp_path))
    held = claimed(drawing.bench.database)
    with drawing.bench.database.begin() as session:
        assert scheduling.release(session, held)
    drawing.run(held)
    assert (sets.view().status, sets.stored) == (RenderStatus.PENDING, set())
