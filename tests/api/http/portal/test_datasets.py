"""/portal/api/datasets: single files out of a training set's ZIP."""

import io
import zipfile

import pytest
from sqlalchemy import update

from api.db.tables import Result
from api.http.portal import datasets
from tests.api.http.portal.browser import PersonsBrowser, code

PATH = "/portal/api/datasets"
FILES = {
    "transforms.json": (b'{"frames": []}', "application/json"),
    "points3D.ply": (b"ply", "application/octet-stream"),
    "images/frame_00000.png": (b"\x89PNG" + bytes(range(256)) * 40, "image/png"),
    "depth_16bit/frame_00099.png": (b"\x89PNG depth", "image/png"),
}


@pytest.fixture
def render_id(boss: PersonsBrowser) -> str:
    """A finished training set."""
    made = boss.request("POST", "/v1/models", files={"file": ("chair.glb", b"glTF" + bytes(99))}).json()["data"]
    ordered = boss.post("/v1/renders", modelId=made["modelId"], renderSettings={"output": "dataset"}).json()["data"]
    web, packed = boss.web, io.BytesIO()
    web.finish_dataset(ordered["id"])
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, (data, _) in (FILES | {"notes.txt": (b"no", "")}).items():
            archive.writestr(name, data)
    with web.storage.writer("sets/one.zip") as writer:
        writer.write(packed.getvalue())
    with web.database.begin() as session:
        session.execute(
            update(Result).where(Result.subject_id == ordered["id"], Result.name == "dataset")
            .values(key="sets/one.zip", size=len(packed.getvalue()))
        )  # fmt: skip
    return str(ordered["id"])


def test_each_file_of_the_set_is_handed_out(
    boss: PersonsBrowser, render_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "BUFFER_BYTES", 16)  # each is put together of many reads
    for name, (data, media_type) in FILES.items():
        answer = boss.get(f"{PATH}/{render_id}/{name}")
        assert (answer.content, answer.headers["content-type"]) == (data, media_type), name
        assert "immutable" in answer.headers["cache-control"]


def test_nothing_else_is(boss: PersonsBrowser, render_id: str) -> None:
    for name in ("notes.txt", "images/frame_00001.png", "images%2f..%2ftransforms.json", "images/frame_0.png"):
        assert code(boss.get(f"{PATH}/{render_id}/{name}"))[0] == 404, name
    other = PersonsBrowser(boss.web)
    other.follow(boss.post("/portal/api/accounts", email="b@example.com").json()["path"], "b@example.com")
    assert code(other.get(f"{PATH}/{render_id}/transforms.json")) == (404, "render_not_found")
    assert code(boss.get(f"{PATH}/AbsentRender/transforms.json")) == (404, "render_not_found")
    video = boss.get("/v1/renders?include=preview").json()["data"][-1]["id"]
    assert code(boss.get(f"{PATH}/{video}/transforms.json")) == (404, "dataset_not_found")
