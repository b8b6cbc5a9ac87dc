"""The client and the API understand each other: over a socket, with the real application and its database."""

import asyncio
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import httpx
import PIL.Image
import pytest

from api.client import FarmClient, RenderFailed, RequestRefused
from api.client import models as client_models
from api.db.session import Database
from api.domain.kit.failures import Failure
from api.domain.renders import resumable
from api.domain.work import scheduling
from api.processes.webhooks import make_deliverer
from tests.support.origin import Origin, answer, running_origin
from tests.support.waiting import HANG_S
from tests.support.web import GLB, Web, serving


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path, credits=20, ingest_allow="127.0.0.1", webhook_allow="127.0.0.1")
    database.dispose()


@pytest.fixture
def url(web: Web) -> Iterator[str]:
    with serving(web.app) as url:
        yield url


@pytest.fixture
def client(web: Web, url: str) -> Iterator[FarmClient]:
    with FarmClient(url, web.token) as client:
        yield client


@pytest.fixture
def chair(tmp_path: Path) -> Path:
    path = tmp_path / "chair.glb"
    path.write_bytes(GLB)
    return path


def test_a_large_file_goes_in_parts_and_goes_on_where_it_was(
    web: Web, client: FarmClient, chair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_models, "IN_PARTS_BYTES", 1000)
    monkeypatch.setattr(resumable, "PART_BYTES", 1000)
    announced = {"name": "chair.glb", "size": len(GLB), "sha256": hashlib.sha256(GLB).hexdigest()}
    begun = web.post("/v1/uploads", json=announced).json()["data"]
    web.request("PUT", f"/v1/uploads/{begun['id']}/2", content=GLB[1000:2000])
    heard: list[tuple[int, int]] = []
    made = client.models.upload(chair, {"aspect": "1:1"}, lambda done, total: heard.append((done, total)))
    assert heard == [(1000, len(GLB)), (2000, len(GLB)), (len(GLB), len(GLB))]
    assert client.renders.get(made.render_id).settings["aspect"] == "1:1"
    copy = chair.with_name("copy.glb")
    client.models.download(made.model_id, copy)
    assert copy.read_bytes() == GLB
    again = client.models.upload(chair, key="again")
    assert (again.model_id, again.duplicate) == (made.model_id, True)
    assert client.models.upload(chair, key="again") == again


def test_renders_ends_are_told_and_can_be_told_again(
    web: Web, client: FarmClient, chair: Path, origin: Origin
) -> None:
    origin.answers["/done"] = answer(b"thanks")
    done = f"{origin.url}/done"
    ids = [client.models.upload(chair, notify_url=done).render_id]
    model_id = client.models.upload(chair).model_id
    ids.append(client.renders.create(model_id, {"rotateY": 9}, notify_url=done).id)
    ids += [render.id for render in client.renders.batch([(model_id, {"zoom": 2})], notify_url=done)]
    for render_id in ids:
        claim = web.claim(render_id)
        with web.database.begin() as session:
            scheduling.settle_error(session, claim, Failure("invalid_model", "It broke"), retry=False, max_attempts=3)
    asyncio.run(make_deliverer(web.settings, web.database, web.storage).deliver_due())
    told = list(client.webhooks.deliveries())
    assert {each.render_id for each in told} == set(ids)
    assert {(each.url, each.event, each.status, each.attempts, each.answer_status, each.answer_body, each.problem)
            for each in told} == {(done, "render.error", "delivered", 1, 200, "thanks", None)}
    assert client.webhooks.send_again(told[0].id).status == "pending"
    secret = client.webhooks.secret()
    assert client.webhooks.replace_secret() != secret


def test_models_go_up_are_described_put_away_and_come_down(
    client: FarmClient, url: str, chair: Path, tmp_path: Path
) -> None:
    models = client.models
    assert models.find(chair) is None
    upload = models.upload(chair, {"aspect": "1:1"})
    assert not upload.duplicate
    assert models.find(chair) == upload.model_id
    assert models.upload(chair).duplicate
    with running_origin() as origin:
        origin.answers["/stool.glb"] = answer(b"glTF another")
        stool = models.ingest(f"{origin.url}/stool.glb", {"zoom": 2}).model_id
    described = models.update(upload.model_id, title="Chair", tags=["Furniture", "office"])
    assert (described.title, described.sku, described.tags) == ("Chair", None, ("furniture", "office"))
    assert models.update(upload.model_id, title=None).title is None
    assert [model.id for model in models.list(tags=["office", "x"])] == [upload.model_id]
    assert models.archive(upload.model_id).archived_at is not None
    assert [model.id for model in models.list()] == [stool]
    assert [model.id for model in models.list(archived=True)] == [upload.model_id]
    assert models.unarchive(upload.model_id).archived_at is None
    got = models.get(upload.model_id)
    assert (got.original_name, got.file_size) == ("chair.glb", len(GLB))
    assert sorted(render.is_system_preview for render in got.renders) == [False, False, True]
    models.download(upload.model_id, tmp_path / "back.glb")
    assert (tmp_path / "back.glb").read_bytes() == GLB
    shown = models.image_url(upload.model_id, {"camera": "top"}, width=64, height=32, image_format="avif")
    assert shown.startswith(f"{url}/i/")
    assert shown.endswith(f"/w:64,h:32,camera:top/{upload.model_id}.avif")
    models.delete(upload.model_id)
    with pytest.raises(RequestRefused) as refused:
        models.get(upload.model_id)
    assert refused.value.code == "model_not_found"


def test_renders_are_ordered_followed_fetched_and_put_away(
    client: FarmClient, web: Web, chair: Path, tmp_path: Path
) -> None:
    renders = client.renders
    model_id = client.models.upload(chair).model_id
    quote = client.quote([{"quality": "standard"}, {}])
    assert (quote.credits_required, quote.credits_available, quote.sufficient) == (5, 19, True)
    assert [(line.quality, line.credits) for line in quote.breakdown] == [("standard", 4), ("share", 1)]
    big = renders.create(model_id, {"quality": "standard"})
    small, dark = renders.batch([(model_id, None), (model_id, {"bgColor": "#000000"})])
    assert client.account().credits == 13
    assert (big.status, dark.settings["bgColor"]) == ("pending", "#000000")
    assert {render.id for render in renders.list(model_id=model_id)} >= {big.id, small.id, dark.id}
    assert len(list(renders.list(status="pending"))) + 1 == len(list(renders.list(previews=True)))

    files = web.finish(big.id, web=True)
    done = renders.wait(big.id)
    assert (done.file_size, done.has_web_variant) == (len(files["video"]), True)
    for asset in ("video", "web", "poster", "poster_full", "thumb"):
        renders.download(big.id, asset, tmp_path / asset)
        assert (tmp_path / asset).read_bytes() == files[asset]
    renders.download(big.id, "bundle", tmp_path / "bundle.zip")
    assert [event.status for event in renders.events(big.id)] == ["done", "done"]
    with pytest.raises(RequestRefused) as refused:
        renders.download(big.id, "dataset", tmp_path / "dataset.zip")
    assert refused.value.code == "dataset_not_found"

    claim = web.claim(small.id)
    with web.database.begin() as session:
        scheduling.settle_error(session, claim, Failure("invalid_model", "no triangles"), retry=False, max_attempts=3)
    with pytest.raises(RenderFailed, match="no triangles"):
        renders.wait(small.id)
    assert renders.dismiss(small.id).status == "failed"
    renders.delete(big.id)
    assert big.id not in {render.id for render in renders.list()}


def test_a_training_set_is_quoted_ordered_fetched_and_shared(
    client: FarmClient, web: Web, url: str, chair: Path, tmp_path: Path
) -> None:
    settings = {"output": "dataset", "coverage": "sphere"}
    quote = client.quote([settings])
    assert [(line.quality, line.dataset_quality, line.credits) for line in quote.breakdown] == [(None, "100x800", 4)]
    ordered = client.renders.create(client.models.upload(chair).model_id, settings)
    assert client.account().credits == 15
    contents = web.finish_dataset(ordered.id)
    done = client.renders.wait(ordered.id)
    assert (done.file_size, done.settings["coverage"]) == (len(contents["dataset"]), "sphere")
    for asset in ("dataset", "bundle", "poster"):
        client.renders.download(ordered.id, asset, tmp_path / asset)
    assert (tmp_path / "dataset").read_bytes() == (tmp_path / "bundle").read_bytes() == contents["dataset"]
    shared = f"{url}{client.renders.share(ordered.id)}/dataset"
    assert httpx.get(shared, timeout=HANG_S).content == contents["dataset"]
    client.renders.unshare(ordered.id)
    assert httpx.get(shared, timeout=HANG_S).status_code == 404


def test_a_still_is_quoted_ordered_and_fetched(client: FarmClient, web: Web, chair: Path, tmp_path: Path) -> None:
    settings = {"output": "image", "quality": "pro", "imageFormat": "avif", "transparent": True, "camera": "top"}
    assert [(line.quality, line.credits) for line in client.quote([settings]).breakdown] == [("pro", 1)]
    ordered = client.renders.create(client.models.upload(chair).model_id, settings)
    held = web.finish_image(ordered.id)
    done = client.renders.wait(ordered.id)
    assert (done.file_size, done.settings["camera"], done.warnings) == (len(held["image"]), "top", ())
    assert done.checks == ()
    for asset in ("image", "thumb", "poster", "poster_full"):
        client.renders.download(ordered.id, asset, tmp_path / asset)
        assert (tmp_path / asset).read_bytes() == held[asset]
    with pytest.raises(RequestRefused) as refused:
        client.renders.download(ordered.id, "video", tmp_path / "video.mp4")
    assert refused.value.code == "video_not_found"


def test_overlays_go_up_are_listed_and_deleted(client: FarmClient, tmp_path: Path) -> None:
    picture = io.BytesIO()
    PIL.Image.new("RGB", (4, 4)).save(picture, "PNG")
    (tmp_path / "sky.png").write_bytes(picture.getvalue())
    sky = client.overlays.upload(tmp_path / "sky.png", name="Sky", alignment="bottom-center")
    assert (sky.layer, sky.name, sky.alignment) == ("background", "Sky", "bottom-center")
    [listed] = client.overlays.list("background")
    assert (listed.id, listed.is_system) == (sky.id, False)
    assert list(client.overlays.list("foreground")) == []
    client.overlays.delete(sky.id)
    assert list(client.overlays.list()) == []


def test_the_farm_says_that_it_has_no_workers(client: FarmClient) -> None:
    health = client.health()
    assert (health.status, health.database, health.workers) == ("degraded", "ok", 0)
    assert health.problems == (health.note,)


class LossyTransport(httpx.HTTPTransport):
    """Each request reaches the farm twice: the first answer gets lost on its way back."""

    lost = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        self.lost = not self.lost
        if self.lost:
            response.read()
            raise httpx.ReadError("connection reset")
        return response


def test_an_order_whose_answer_gets_lost_is_paid_once(web: Web, url: str, chair: Path) -> None:
    with FarmClient(url, web.token, transport=LossyTransport()) as client:
        upload = client.models.upload(chair)
        assert not upload.duplicate
        assert web.balance() == 19
        client.renders.create(upload.model_id)
        assert web.balance() == 18
        client.renders.batch([(upload.model_id, None)] * 3)
        assert web.balance() == 15
