"""A model that came as a ZIP becomes a GLB once, whoever draws it first, and whatever happens meanwhile."""

import dataclasses
import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from api.domain.accounts import accounts
from api.domain.catalog import catalog, conversions
from api.domain.catalog.catalog import ModelView
from api.domain.renders import uploads
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.storage.local import LocalStorage
from api.worker import convert
from api.worker.job import Bench
from api.worker.run_segment import run_segment
from renderer.convert import convert_to_glb
from renderer.load import load_model
from renderer.spec import RenderSettings
from tests.api.domain.support import balance, claimed, get
from tests.api.worker.support import use_renderer
from tests.renderer.load.glb_builder import make_zip
from tests.renderer.load.obj.support import FILES
from tests.support.waiting import HANG_S
from tests.support.web import Web

SCAN = make_zip(FILES)


@pytest.fixture(scope="module")
def glb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("converted")
    (folder / "scan.zip").write_bytes(SCAN)
    convert_to_glb(folder / "scan.zip", folder / "scan.glb")
    return (folder / "scan.glb").read_bytes()


@dataclasses.dataclass(frozen=True)
class Upload:
    bench: Bench
    account_id: str
    model_id: str
    render_id: str

    @property
    def model(self) -> ModelView:
        with self.bench.database.read() as session:
            return catalog.get_model(session, self.account_id, self.model_id)

    @property
    def stored(self) -> list[str]:
        return sorted(path.name for path in (self.bench.settings.files_dir / "models").iterdir())

    def statuses(self) -> set[RenderStatus]:
        """Of the preview and the paid render."""
        with self.bench.database.read() as session:
            return {render.status for render in catalog.model_renders(session, self.account_id, self.model_id)}


def upload(bench: Bench, data: bytes = SCAN) -> Upload:
    with bench.storage.writer("models/a.zip") as file:
        file.write(data)
    with bench.database.begin() as session:
        account = accounts.sign_up(session, "a@example.org", credits=10)
        made = uploads.register_upload(
            session, account.id, original_name="scan.zip", sha256="0" * 64, file_size=len(data),
            storage_key="models/a.zip", settings=RenderSettings(),
        )  # fmt: skip
    return Upload(bench, account.id, made.model_id, made.render_id)


def test_the_first_claim_makes_the_glb_and_the_second_draws_it(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench)
    use_renderer(monkeypatch, expected=glb)
    run_segment(bench, claimed(bench.database))
    model = made.model
    assert (model.storage_key, model.file_size) == ("models/a.glb", len(glb))
    assert (model.sha256, model.original_name) == ("0" * 64, "scan.zip")
    assert made.stored == ["a.glb"]
    run_segment(bench, claimed(bench.database))
    assert made.statuses() == {RenderStatus.DONE}
    with bench.storage.local_path(model.storage_key) as path:
        assert {material.roughness_factor for material in load_model(path).materials} == {1.0}


def test_a_scan_is_downloaded_as_a_glb_and_known_again_as_a_zip(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web.make(bench.database, bench.settings.files_dir.parent)
    first = web.post("/v1/models", files={"file": ("chair.zip", SCAN)}).json()["data"]
    use_renderer(monkeypatch, expected=glb)
    run_segment(bench, claimed(bench.database))
    answer = web.get(f"/v1/models/{first['modelId']}/file")
    assert (answer.content, answer.headers["content-type"]) == (glb, "model/gltf-binary")
    shown = web.get(f"/v1/models/{first['modelId']}").json()["data"]
    assert (shown["fileSize"], shown["sha256"]) == (len(glb), hashlib.sha256(SCAN).hexdigest())
    again = web.post("/v1/models", files={"file": ("chair.zip", SCAN)}).json()["data"]
    assert (again["modelId"], again["duplicate"]) == (first["modelId"], True)
    run_segment(bench, claimed(bench.database))
    assert len(list((bench.settings.files_dir / "models").iterdir())) == 1


def run_both(bench: Bench, claims: list[Claim]) -> None:
    threads = [threading.Thread(target=run_segment, args=(bench, claim)) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_workers_may_convert_a_model_at_the_same_time(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench)
    both = threading.Barrier(2)

    def convert_together(source: Path, target: Path) -> tuple[str, ...]:
        warnings = convert_to_glb(source, target)
        both.wait(HANG_S)
        return warnings

    monkeypatch.setattr(convert, "convert_to_glb", convert_together)
    use_renderer(monkeypatch, expected=glb)
    run_both(bench, [claimed(bench.database), claimed(bench.database)])
    assert made.statuses() == {RenderStatus.DONE}
    assert (made.model.storage_key, made.stored) == ("models/a.glb", ["a.glb"])


def test_a_worker_that_comes_late_finds_the_glb_in_the_zips_place(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench)
    early, late = claimed(bench.database), claimed(bench.database)
    use_renderer(monkeypatch, expected=glb)
    run_segment(bench, early)
    assert made.stored == ["a.glb"]
    run_segment(bench, late)
    assert made.statuses() == {RenderStatus.DONE}


def crash(*_: Any) -> bool:
    raise ConnectionError("the machine was switched off")


def test_a_crash_before_the_row_changed_leaves_nothing_behind(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench)
    use_renderer(monkeypatch, expected=glb)
    with monkeypatch.context() as patch:
        patch.setattr(conversions, "replace_archive", crash)
        run_segment(bench, claimed(bench.database))
    assert (made.model.storage_key, made.model.file_size) == ("models/a.zip", len(SCAN))
    run_segment(bench, claimed(bench.database))
    run_segment(bench, claimed(bench.database))
    assert made.statuses() == {RenderStatus.DONE}
    assert made.stored == ["a.glb"]


def test_a_crash_before_the_zip_was_deleted_is_made_good(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench)
    use_renderer(monkeypatch, expected=glb)
    with monkeypatch.context() as patch:
        patch.setattr(LocalStorage, "delete", crash)
        run_segment(bench, claimed(bench.database))
    assert (made.model.storage_key, made.stored) == ("models/a.glb", ["a.glb", "a.zip"])
    run_segment(bench, claimed(bench.database))
    assert made.stored == ["a.glb"]


def test_a_worker_that_lost_its_claim_does_not_change_the_model(
    bench: Bench, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench)
    claim = claimed(bench.database)

    def convert_for_long(source: Path, target: Path) -> tuple[str, ...]:
        with bench.database.begin() as session:
            assert scheduling.release(session, claim)
        return convert_to_glb(source, target)

    use_renderer(monkeypatch, expected=glb)
    with monkeypatch.context() as patch:
        patch.setattr(convert, "convert_to_glb", convert_for_long)
        run_segment(bench, claim)
    assert (made.model.storage_key, made.statuses()) == ("models/a.zip", {RenderStatus.PENDING})
    run_segment(bench, claimed(bench.database))
    assert made.model.storage_key == "models/a.glb"


def test_a_zip_without_a_usable_model_ends_in_error_with_a_refund(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(bench, make_zip({"chair.obj": b"v 0 0 0\nf 1 2 3\n"}))
    use_renderer(monkeypatch)
    for _ in range(2):
        run_segment(bench, claimed(bench.database))
    render = get(bench.database, made.account_id, made.render_id)
    assert (render.status, balance(bench.database, made.account_id)) == (RenderStatus.ERROR, 10)
    assert render.error_message is not None
    assert render.error_message.startswith("chair.obj, line 2: '2' points at a vertex that is not there")
    assert (made.model.storage_key, made.stored) == ("models/a.zip", ["a.zip"])


def test_a_zip_that_is_gone_is_no_reason_to_try_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = upload(bench)
    bench.storage.delete("models/a.zip")
    use_renderer(monkeypatch)
    for _ in range(2):
        run_segment(bench, claimed(bench.database))
    assert made.statuses() == {RenderStatus.ERROR}
    assert "gone from the storage" in str(get(bench.database, made.account_id, made.render_id).error_message)
