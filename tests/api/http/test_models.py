"""POST /v1/models and GET /v1/models/:id."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from api.db.session import Database
from api.db.tables import Task
from api.domain.accounts import accounts
from tests.renderer.load import plain_meshes
from tests.support.web import GLB, GLTF, ZIP, Web

MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def code(web: Web, **arguments: object) -> tuple[int, str]:
    answer = web.upload(**arguments)  # type: ignore[arg-type]
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"]


def test_an_upload_makes_a_model_a_render_and_a_free_preview(web: Web) -> None:
    answer = web.upload(settings='{"aspect": "1:1", "length": 4.5, "unknown": true}')
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data.keys() == {"modelId", "renderId"}
    assert web.balance() == 9
    assert web.woken == 1
    [key] = web.stored()
    assert re.fullmatch(r"models/[A-Za-z0-9]{12}\.glb", key)
    assert b"".join(web.storage.read(key)) == GLB

    model = web.get(f"/v1/models/{data['modelId']}").json()["data"]
    renders = {render["is_system_preview"]: render for render in model.pop("renders")}
    assert MILLISECONDS.fullmatch(model.pop("createdAt"))
    assert model == {
        "id": data["modelId"],
        "originalName": "chair.glb",
        "title": None,
        "sku": None,
        "tags": [],
        "fileSize": len(GLB),
        "sha256": hashlib.sha256(GLB).hexdigest(),
        "thumbnailUrl": None,
        "archivedAt": None,
        "state": "pending",
        "errorCode": None,
        "errorMessage": None,
        "contents": None,
    }
    paid = renders[False]
    assert renders.keys() == {True, False}
    assert paid.keys() == {"id", "status", "renderSettings", "is_system_preview", "createdAt", "updatedAt"}
    assert (paid["id"], paid["status"]) == (data["renderId"], "pending")
    assert MILLISECONDS.fullmatch(paid["createdAt"])
    assert MILLISECONDS.fullmatch(paid["updatedAt"])
    settings = paid["renderSettings"]
    assert (settings["aspect"], settings["length"], settings["quality"]) == ("1:1", 4.5, "share")
    assert "unknown" not in settings


def test_the_same_bytes_again_are_a_duplicate_stored_once(web: Web) -> None:
    first = web.upload().json()["data"]
    stored = web.stored()
    second = web.upload(name="another name.glb", settings='{"length": 3}')
    assert second.status_code == 201
    data = second.json()["data"]
    assert data == {"modelId": first["modelId"], "renderId": data["renderId"], "duplicate": True}
    assert data["renderId"] != first["renderId"]
    assert web.stored() == stored
    assert web.balance() == 8
    renders = web.get(f"/v1/models/{first['modelId']}").json()["data"]["renders"]
    assert sorted(render["is_system_preview"] for render in renders) == [False, False, True]


def test_equal_bytes_of_two_accounts_are_two_models(web: Web) -> None:
    mine = web.upload().json()["data"]
    theirs = web.upload(token=web.another_token()).json()["data"]
    assert theirs["modelId"] != mine["modelId"]
    assert len(web.stored()) == 2


@pytest.mark.parametrize("name", ["CHAIR.GLB", "chair.zip", "chair.obj", "chair", "glb", "chair.glb.exe", ".glb"])
@pytest.mark.parametrize(("data", "suffix"), [(GLB, ".glb"), (GLTF, ".gltf"), (ZIP, ".zip")])
def test_the_documented_formats_are_taken_whatever_they_are_called(
    web: Web, name: str, data: bytes, suffix: str
) -> None:
    assert web.upload(data, name=name).status_code == 201
    [key] = web.stored()
    assert Path(key).suffix == suffix


@pytest.mark.parametrize(("data", "suffix"), [
    (plain_meshes.stl(plain_meshes.square_facets() * 20), ".stl"),
    (plain_meshes.stl_text(plain_meshes.square_facets()), ".stl"), (plain_meshes.ply_square(), ".ply"),
    (b"PK\3\4" + bytes(22) + b"\x0a\0\0\0" + b"chair.usdc", ".usdz"),
])
def test_meshes_of_printers_and_scanners_and_usdz_are_taken_too(web: Web, data: bytes, suffix: str) -> None:
    assert web.upload(data).status_code == 201
    [key] = web.stored()
    assert Path(key).suffix == suffix


def test_what_may_be_a_binary_stl_must_have_its_size(web: Web) -> None:
    data = plain_meshes.stl(plain_meshes.square_facets() * 20)
    for wrong in (data[:-1], data + b"\0"):
        answer = web.upload(wrong)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_format")
    assert (web.stored(), web.balance()) == ([], 10)


def test_of_a_zip_each_chosen_model_is_a_model_of_its_own(web: Web) -> None:
    both = [web.upload(ZIP, settings=json.dumps({"file": name})).json()["data"] for name in ("a.glb", "b.glb", "a.glb")]
    assert [data.get("duplicate", False) for data in both] == [False, False, True]
    assert both[0]["modelId"] == both[2]["modelId"] != both[1]["modelId"]
    assert len(web.stored()) == 2
    with web.database.read() as session:
        specs = session.scalars(select(Task.spec).where(Task.kind == "inspect")).all()
    assert sorted(spec["member"] for spec in specs) == ["a.glb", "b.glb"]
    beside = web.post("/v1/models", files={"file": ("a.zip", ZIP)}, data={"file": "b.glb"})
    assert beside.json()["data"]["modelId"] == both[1]["modelId"]


@pytest.mark.parametrize(("data", "chosen"), [(ZIP, ""), (ZIP, 3), (ZIP, "x" * 501), (ZIP, "a\n"), (GLB, "a.glb")])
def test_a_choice_that_names_no_file_is_refused(web: Web, data: bytes, chosen: object) -> None:
    error = web.upload(data, settings=json.dumps({"file": chosen})).json()["error"]
    assert (error["status"], error["code"], error["param"]) == (400, "invalid_settings", "file")
    assert (web.stored(), web.balance()) == ([], 10)


@pytest.mark.parametrize("name", ["chair.glb", "chair.gltf", "chair.zip", "chair"])
@pytest.mark.parametrize("data", [b"<!doctype html>", b"v 0 0 0\n", b"[1]", b"x", b"\x89PNG" + bytes(5000)])
def test_what_is_no_model_is_refused_at_the_door_and_costs_nothing(web: Web, name: str, data: bytes) -> None:
    answer = web.upload(data, name=name)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "invalid_format")
    assert error["message"].startswith("File is not .glb, .gltf, or .zip")
    assert (web.stored(), web.balance(), web.woken) == ([], 10, 0)
    assert web.get("/v1/models").json()["data"] == []


@pytest.mark.parametrize(
    ("settings", "param"),
    [
        ("{", "renderSettings"),
        ("[]", "renderSettings"),
        ("[" * 60_000, "renderSettings"),
        ('{"length": 31}', "length"),
        ('{"length": 1e999}', "length"),
        ('{"length": ' + "9" * 400 + "}", "length"),
        ('{"zoom": ' + "9" * 400 + "}", "zoom"),
        ('{"rotateY": ' + "9" * 400 + "}", "rotateY"),
        ('{"bgColor": "red"}', "bgColor"),
        ('{"animation": "\\u0000"}', "animation"),
        ('{"animation": "\\ud800"}', "animation"),
        ('{"aspect": "4:3"}', "aspect"),
    ],
)
def test_bad_settings_are_named_and_nothing_is_kept_or_charged(web: Web, settings: str, param: str) -> None:
    answer = web.upload(settings=settings)
    error = answer.json()["error"]
    assert (error["status"], error["code"], error["param"]) == (400, "invalid_settings", param)
    assert web.stored() == []
    assert web.balance() == 10


def test_settings_longer_than_64_kb_are_refused(web: Web) -> None:
    answer = web.upload(settings=json.dumps({"note": "x" * 64 * 1024}))
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "renderSettings"
    assert web.stored() == []


def test_no_file_in_the_form(web: Web) -> None:
    answer = web.post("/v1/models", files={"model": ("chair.glb", GLB)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "no_file")
    answer = web.post("/v1/models", json={"file": "chair.glb"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "no_file")
    assert web.stored() == []


def test_a_file_over_the_limit_leaves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path, max_upload_mb=1)
    assert web.upload(GLB.ljust(1024 * 1024)).status_code == 201
    assert code(web, data=GLB.ljust(1024 * 1024 + 1)) == (400, "file_too_large")
    assert code(web, data=GLB.ljust(3 * 1024 * 1024)) == (400, "file_too_large")
    assert len(web.stored()) == 1
    database.dispose()


def test_without_credits_nothing_is_stored(web: Web) -> None:
    poor = web.another_token(credits=0)
    assert code(web, token=poor) == (402, "no_credits")
    one = web.another_token(email="one@example.com", credits=1)
    assert code(web, token=one, settings='{"quality": "standard"}') == (402, "no_credits")
    assert web.stored() == []
    assert web.woken == 0


def test_the_upload_limit_of_free_accounts(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    web = Web.make(database, tmp_path, upload_limit=1)
    assert web.upload(b"glTF first").status_code == 201
    assert code(web, data=b"glTF second") == (429, "upload_limit")
    assert len(web.stored()) == 1
    database.dispose()


def test_admins_may_order_long_videos(web: Web) -> None:
    admin = web.another_token(is_admin=True)
    assert web.upload(settings='{"length": 600}', token=admin).status_code == 201
    assert code(web, settings='{"length": 600}') == (400, "invalid_settings")


@pytest.mark.parametrize("model_id", ["Ab3kF9x2qL1m", "short", "Ab3kF9x2qL1m9", "Ab3kF9x2qL1%00", "Ab3kF9x2qL1%C3%A4"])
def test_an_unknown_model_is_not_found(web: Web, model_id: str) -> None:
    answer = web.get(f"/v1/models/{model_id}")
    assert answer.json() == {"error": {"code": "model_not_found", "message": "Model not found", "status": 404}}


def test_another_accounts_model_is_not_found(web: Web) -> None:
    model_id = web.upload().json()["data"]["modelId"]
    answer = web.get(f"/v1/models/{model_id}", token=web.another_token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


def test_the_account_of_a_suspended_maker_uploads_nothing(web: Web) -> None:
    with web.database.begin() as session:
        accounts.suspend(session, web.account_id)
    assert code(web) == (403, "forbidden")
    assert web.stored() == []
