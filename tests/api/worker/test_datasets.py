"""Training sets by a worker, with the real renderer on models of a few triangles: files, posters, errors, refunds."""

import dataclasses
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from api.domain import accounts, contents, renders, scheduling, uploads
from api.domain.claims import Claim
from api.domain.renders import RenderView
from api.domain.states import RenderStatus
from api.ids import new_id
from api.worker.job import Bench
from api.worker.run_segment import run_segment
from renderer.camera.sphere import showing_view
from renderer.dataset.check import check_dataset
from renderer.gl.context import Device
from renderer.spec import DatasetSpec, RenderSettings
from tests.api.domain.support import balance, claim_of, get
from tests.renderer.dataset.support import picture, save_model
from tests.renderer.load.glb_builder import triangle_builder

SPEC = DatasetSpec(views=9, size=64, coverage="sphere")
SETTINGS = RenderSettings(output="dataset", effect="dataset")


@dataclasses.dataclass(frozen=True)
class Sets:
    """Renders of one model, ordered as sets of the first tier; workers are told of a far smaller one."""

    bench: Bench
    account_id: str
    render_ids: list[str]

    @classmethod
    def order(cls, bench: Bench, model: Path, count: int = 1) -> "Sets":
        key = f"models/{new_id()}.glb"
        with bench.storage.writer(key) as file:
            file.write(model.read_bytes())
        with bench.database.begin() as session:
            account = accounts.sign_up(session, f"{new_id()}@example.org", credits=20)
            made = uploads.register_upload(
                session, account.id, original_name="a.glb", sha256="0" * 64, file_size=1, storage_key=key,
                settings=RenderSettings(),
            )
            orders = [(made.model_id, SETTINGS)] * count
            views = renders.create_renders(session, account.id, orders)
        return cls(bench, account.id, [view.id for view in views])

    def claim(self) -> Claim:
        return dataclasses.replace(claim_of(self.bench.database, self.render_ids[0]), spec=SPEC.to_json())

    def view(self, index: int = 0) -> RenderView:
        return get(self.bench.database, self.account_id, self.render_ids[index])

    def stored(self, name: str, index: int = 0) -> bytes:
        return b"".join(self.bench.storage.read(self.view(index).files[name].key))


@pytest.fixture
def drawing(bench: Bench, device: Device, light_cache: Path) -> Bench:
    """A bench that can draw."""
    return dataclasses.replace(bench, device=device, cache_dir=light_cache)


def test_a_set_is_stored_with_its_posters_and_passes_the_check(drawing: Bench, tmp_path: Path) -> None:
    model = save_model(tmp_path)
    sets = Sets.order(drawing, model)
    assert balance(drawing.database, sets.account_id) == 20 - 1 - 4
    run_segment(drawing, sets.claim())
    view = sets.view()
    assert (view.status, view.error_message) == (RenderStatus.DONE, None)
    assert view.files["dataset"].content_type == "application/zip"
    assert {name: Path(file.key).name for name, file in view.files.items()} == {
        "dataset": "dataset.zip", "poster": "poster.png", "poster_full": "poster_full.png"
    }
    content = sets.stored("dataset")
    assert len(content) == view.files["dataset"].size
    (tmp_path / "set.zip").write_bytes(content)
    assert [measure.name for measure in check_dataset(tmp_path / "set.zip", model) if not measure.kept] == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shown = picture(archive.read(f"images/frame_{showing_view(SPEC):05d}.png"))
    assert np.array_equal(picture(sets.stored("poster_full")), shown)
    with Image.open(io.BytesIO(sets.stored("poster"))) as poster:
        assert poster.size == (16, 16)
    assert list(drawing.work_dir.iterdir()) == []


def test_what_the_model_offers_and_what_of_it_is_ignored_is_noted(drawing: Bench, tmp_path: Path) -> None:
    builder = triangle_builder()
    builder.document["extensionsUsed"] = ["ACME_sparkle"]
    sets = Sets.order(drawing, builder.save(tmp_path))
    claim = sets.claim()
    run_segment(drawing, claim)
    assert any("ACME_sparkle" in warning for warning in sets.view().warnings)
    with drawing.database.read() as session:
        assert claim.model_id in contents.known_contents(session, {claim.model_id})


def test_sets_of_one_batch_are_drawn_once_and_each_has_its_files(drawing: Bench, tmp_path: Path) -> None:
    sets = Sets.order(drawing, save_model(tmp_path), count=2)
    claim = sets.claim()
    assert claim.variants.keys() == set(sets.render_ids)
    run_segment(drawing, claim)
    for name in ("dataset", "poster", "poster_full"):
        keys = {sets.view(index).files[name].key for index in range(2)}
        assert len(keys) == 2
        assert sets.stored(name, 0) == sets.stored(name, 1)
    drawing.storage.delete_prefix(f"renders/{sets.render_ids[0]}")
    assert len(sets.stored("dataset", 1)) == sets.view(1).files["dataset"].size


def test_a_model_without_a_surface_ends_in_error_and_is_refunded(drawing: Bench, tmp_path: Path) -> None:
    builder = triangle_builder(mode=0)  # points
    builder.document["accessors"][1]["count"] = 2
    sets = Sets.order(drawing, builder.save(tmp_path))
    before = balance(drawing.database, sets.account_id)
    run_segment(drawing, sets.claim())
    view = sets.view()
    assert (view.status, view.files) == (RenderStatus.ERROR, {})
    assert "needs a surface of triangles" in str(view.error_message)
    assert balance(drawing.database, sets.account_id) == before + 4


def test_a_worker_that_loses_the_claim_leaves_no_files(drawing: Bench, tmp_path: Path) -> None:
    sets = Sets.order(drawing, save_model(tmp_path))
    claim = sets.claim()
    with drawing.database.begin() as session:
        assert scheduling.release(session, claim)
    run_segment(drawing, claim)
    assert sets.view().status == RenderStatus.PENDING
    assert not list((drawing.settings.files_dir / "renders").glob("**/*.*"))
