"""A model that came as a ZIP is read, and becomes a GLB, before it is drawn; whatever happens meanwhile."""

import dataclasses
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from api.domain.accounts import accounts
from api.domain.catalog import catalog
from api.domain.catalog.catalog import ModelView
from api.domain.catalog.states import ModelState
from api.domain.renders import renders, uploads
from api.domain.renders.states import RenderStatus
from api.domain.work import scheduling
from api.domain.work.claims import Claim
from api.storage.local import LocalStorage
from api.worker.child import inspections, warm
from renderer.convert import convert_to_glb
from renderer.gl.context import Device
from renderer.load import load_model
from renderer.scene.nodes import Scene
from renderer.spec import RenderSettings
from tests.api.domain.support import balance, claim, claimed, end_pauses, get, settle
from tests.api.worker.child_here import Worker
from tests.api.worker.support import use_renderer
from tests.renderer.load.glb_builder import make_zip
from tests.renderer.load.obj.support import FILES
from tests.support.web import Web

SCAN = make_zip(FILES)
DEFAULTS = RenderSettings()


@pytest.fixture(scope="module")
def glb(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("converted")
    (folder / "scan.zip").write_bytes(SCAN)
    convert_to_glb(folder / "scan.zip", folder / "scan.glb")
    return (folder / "scan.glb").read_bytes()


@dataclasses.dataclass(frozen=True)
class Upload:
    worker: Worker
    account_id: str
    model_id: str
    render_id: str

    @property
    def model(self) -> ModelView:
        with self.worker.bench.database.read() as session:
            return catalog.get_model(session, self.account_id, self.model_id)

    @property
    def stored(self) -> list[str]:
        """The keys of all models' files."""
        root = self.worker.bench.settings.files_dir
        return sorted(str(path.relative_to(root)) for path in (root / "models").rglob("*.*"))

    @property
    def converted(self) -> str:
        """The key of the GLB that the first attempt makes."""
        return f"models/{self.model_id}/1/model.glb"

    def statuses(self) -> set[RenderStatus]:
        """Of the preview and the paid render."""
        with self.worker.bench.database.read() as session:
            return {render.status for render in renders.renders_of_model(session, self.account_id, self.model_id)}

    def inspection(self) -> Claim:
        end_pauses(self.worker.bench.database)
        held = claim(self.worker.bench.database, queue="inspect")
        assert held is not None
        return held

    def inspect(self) -> None:
        self.worker.run(self.inspection())

    def draw(self) -> None:
        """The preview and the paid render."""
        for _ in range(2):
            self.worker.run(claimed(self.worker.bench.database))


@pytest.fixture
def upload(worker: Worker) -> Callable[..., Upload]:
    return functools.partial(upload_with, worker)


def upload_with(worker: Worker, data: bytes = SCAN, settings: RenderSettings = DEFAULTS) -> Upload:
    """A new account's upload of a ZIP, which orders a preview and a render."""
    bench = worker.bench
    with bench.storage.writer("models/a.zip") as file:
        file.write(data)
    with bench.database.begin() as session:
        account = accounts.sign_up(session, "a@example.org", credits=10)
        made = uploads.register_upload(
            session, account.id, original_name="scan.zip", sha256="0" * 64, file_size=len(data),
            storage_key="models/a.zip", settings=settings,
        )  # fmt: skip
    return Upload(worker, account.id, made.model_id, made.render_id)


def test_the_inspection_makes_the_glb_and_the_renders_draw_it(
    upload: Callable[..., Upload], glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload()
    assert claim(made.worker.bench.database) is None, "what wasn't read isn't drawn"
    made.inspect()
    model = made.model
    assert (model.state, model.storage_key, model.file_size) == (ModelState.READY, made.converted, len(glb))
    assert (model.sha256, model.original_name) == ("0" * 64, "scan.zip")
    assert made.stored == [made.converted]
    use_renderer(monkeypatch, expected=glb)
    made.draw()
    assert made.statuses() == {RenderStatus.DONE}


def test_a_scan_is_downloaded_as_a_glb_and_known_again_as_a_zip(
    worker: Worker, glb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = worker.bench
    web = Web.make(bench.database, bench.settings.files_dir.parent)
    first = web.post("/v1/models", files={"file": ("chair.zip", SCAN)}).json()["data"]
    held = claim(bench.database, queue="inspect")
    assert held is not None
    worker.run(held)
    answer = web.get(f"/v1/models/{first['modelId']}/file")
    assert (answer.content, answer.headers["content-type"]) == (glb, "model/gltf-binary")
    shown = web.get(f"/v1/models/{first['modelId']}").json()["data"]
    assert (shown["fileSize"], shown["sha256"]) == (len(glb), hashlib.sha256(SCAN).hexdigest())
    again = web.post("/v1/models", files={"file": ("chair.zip", SCAN)}).json()["data"]
    assert (again["modelId"], again["duplicate"]) == (first["modelId"], True)
    assert claim(bench.database, queue="inspect") is None
    assert len([path for path in (bench.settings.files_dir / "models").rglob("*") if path.is_file()]) == 1


def crash(*_: object) -> bool:
    raise ConnectionError("the machine was switched off")


def test_a_crash_before_the_row_changed_leaves_nothing_behind(
    upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload()
    with monkeypatch.context() as patch:
        patch.setattr(scheduling, "settle_done", crash)
        made.inspect()
    assert (made.model.storage_key, made.model.file_size, made.stored) == ("models/a.zip", len(SCAN), ["models/a.zip"])
    made.inspect()
    second = f"models/{made.model_id}/2/model.glb"
    assert (made.model.storage_key, made.stored) == (second, [second])


def test_a_zip_that_could_not_be_deleted_does_no_harm(
    upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload()
    with monkeypatch.context() as patch:
        patch.setattr(LocalStorage, "delete_prefix", crash)
        made.inspect()
    assert (made.model.state, made.model.storage_key) == (ModelState.READY, made.converted)
    assert made.stored == sorted(["models/a.zip", made.converted])


def test_a_worker_that_lost_its_claim_does_not_change_the_model(
    upload: Callable[..., Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload()
    held = made.inspection()

    def convert_for_long(source: Path, target: Path) -> tuple[str, ...]:
        with made.worker.bench.work() as unit:
            assert scheduling.release(unit, held)
        return convert_to_glb(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(inspections, "convert_to_glb", convert_for_long)
        made.worker.run(held)
    assert (made.model.storage_key, made.statuses()) == ("models/a.zip", {RenderStatus.PENDING})
    assert made.stored == ["models/a.zip"]
    made.inspect()
    assert made.model.state == ModelState.READY


def test_a_zip_without_a_usable_model_fails_at_once_with_its_renders_and_a_refund(
    upload: Callable[..., Upload],
) -> None:
    made = upload(make_zip({"chair.obj": b"v 0 0 0\nf 1 2 3\n"}))
    made.inspect()
    render = get(made.worker.bench.database, made.account_id, made.render_id)
    assert (made.statuses(), balance(made.worker.bench.database, made.account_id)) == ({RenderStatus.ERROR}, 10)
    assert str(render.error_message).startswith("chair.obj, line 2: '2' points at a vertex that is not there")
    assert (made.model.state, made.model.error_code) == (ModelState.FAILED, "invalid_model")
    assert (made.model.storage_key, made.stored) == ("models/a.zip", ["models/a.zip"])


def test_a_zip_that_is_gone_is_no_reason_to_try_again(upload: Callable[..., Upload]) -> None:
    made = upload()
    made.worker.bench.storage.delete("models/a.zip")
    made.inspect()
    assert made.statuses() == {RenderStatus.ERROR}
    message = get(made.worker.bench.database, made.account_id, made.render_id).error_message
    assert "gone from the storage" in str(message)


def test_the_render_after_the_inspection_reads_no_file(
    worker: Worker, device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def noted(path: Path, variant: str | None) -> Scene:
        read.append(path)
        return load_model(path, variant)

    monkeypatch.setattr(warm, "load_model", noted)
    worker, still = worker.drawing(device, light_cache), RenderSettings(output="image")
    made = upload_with(worker, SCAN, still)
    made.inspect()
    settle(worker.bench.database, claimed(worker.bench.database))  # the preview
    worker.run(claimed(worker.bench.database))
    assert (made.statuses(), read) == ({RenderStatus.DONE}, [])
