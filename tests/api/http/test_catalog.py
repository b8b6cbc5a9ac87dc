"""/v1/models after the upload: lists, changes, the archive, the file, the question before an upload, deletion."""

import hashlib
import re
from typing import Any

import pytest
from sqlalchemy import update

from api.db.tables import Model
from api.storage.attachment import attachment
from api.storage.base import StoredFile
from tests.support.statements import recorded_statements
from tests.support.web import GLB, GLTF, ZIP, Web


def upload(web: Web, data: bytes = GLB, **arguments: Any) -> str:
    model_id: str = web.upload(data, **arguments).json()["data"]["modelId"]
    return model_id


def patch(web: Web, path: str, **arguments: Any) -> dict[str, Any]:
    answer = web.request("PATCH", f"/v1/models/{path}", **arguments)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def ids(web: Web, query: str = "") -> list[str]:
    return [model["id"] for model in web.get(f"/v1/models{query}").json()["data"]]


def refusal(web: Web, method: str, path: str, **arguments: Any) -> tuple[int, str, str | None]:
    answer = web.request(method, path, **arguments)
    error = answer.json()["error"]
    assert error["status"] == answer.status_code
    return answer.status_code, error["code"], error.get("param")


def test_the_list_shows_models_as_documented(web: Web) -> None:
    model_id = upload(web)
    patch(web, model_id, json={"title": "Ergonomic Chair", "sku": "EC-1001", "tags": ["furniture", "office"]})
    body = web.get("/v1/models").json()
    created = body["data"][0].pop("createdAt")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", created)
    assert body == {
        "data": [
            {
                "id": model_id,
                "originalName": "chair.glb",
                "title": "Ergonomic Chair",
                "sku": "EC-1001",
                "tags": ["furniture", "office"],
                "fileSize": len(GLB),
                "sha256": hashlib.sha256(GLB).hexdigest(),
                "thumbnailUrl": None,
                "archivedAt": None,
            }
        ],
        "meta": {"total": 1, "offset": 0, "limit": 50},
    }


def test_limits_outside_the_range_are_taken_as_the_nearest(web: Web) -> None:
    for number in range(3):
        upload(web, b"glTF model %d" % number)
    for query, offset, limit in (
        ("?limit=2", 0, 2),
        ("?limit=2&offset=2", 2, 2),
        ("?limit=0", 0, 1),
        ("?limit=-5&offset=-5", 0, 1),
        ("?limit=101", 0, 100),
        (f"?limit={10**40}&offset={10**40}", 2**31 - 1, 100),
    ):
        body = web.get(f"/v1/models{query}").json()
        assert body["meta"] == {"total": 3, "offset": offset, "limit": limit}
        assert len(body["data"]) == max(0, min(limit, 3 - offset))


def test_what_is_no_number_is_named(web: Web) -> None:
    for path in ("/v1/models", "/v1/renders"):
        for parameter in ("limit", "offset"):
            for value in ("ten", "1.5", "9" * 5000):
                assert refusal(web, "GET", f"{path}?{parameter}={value}") == (400, "invalid_request", parameter)


def test_tags_filter_the_list(web: Web) -> None:
    chair, lamp, sofa = (upload(web, name) for name in (b"glTF chair", b"glTF lamp", b"glTF sofa"))
    for model_id, tags in ((chair, ["Furniture"]), (lamp, ["light"]), (sofa, ["furniture", "soft"])):
        patch(web, model_id, json={"tags": tags})
    assert set(ids(web, "?tags=furniture")) == {chair, sofa}
    assert set(ids(web, "?tags=soft,%20LIGHT%20,none")) == {lamp, sofa}
    assert ids(web, "?tags=furn") == []
    assert len(ids(web, "?tags=")) == 3
    assert refusal(web, "GET", "/v1/models?tags=a%00b") == (400, "invalid_request", "tags")


def test_a_list_takes_two_statements_however_long_it_is(web: Web) -> None:
    for number in range(3):
        upload(web, b"glTF model %d" % number)
    web.get("/v1/models")  # the token's use is noted now
    with recorded_statements() as statements:
        web.get("/v1/models?limit=2&tags=a,b")
        web.get("/v1/models?limit=2")
    assert len(statements) == 2 * (1 + 2)  # each time one for the token, and one for the pictures


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"title": 5}, "title"),
        ({"title": ["x"]}, "title"),
        ({"sku": True}, "sku"),
        ({"tags": "furniture"}, "tags"),
        ({"tags": None}, "tags"),
        ({"tags": ["a", 5]}, "tags[1]"),
        ({"tags": ["a"] * 3 + ["b" * 51]}, "tags"),
        ({"title": "x" * 201}, "title"),
        ([], None),
    ],
)
def test_wrong_types_are_refused_and_change_nothing(web: Web, body: object, param: str | None) -> None:
    model_id = upload(web)
    before = patch(web, model_id, json={"title": "Chair", "sku": "C-1", "tags": ["a"]})
    assert refusal(web, "PATCH", f"/v1/models/{model_id}", json=body) == (400, "invalid_request", param)
    assert web.get(f"/v1/models/{model_id}").json()["data"] == before


def test_a_change_answers_with_the_whole_model(web: Web) -> None:
    model_id = upload(web)
    changed = patch(web, model_id, json={"title": "Chair", "tags": [" Oak ", "oak", "SEAT"], "id": "ignored"})
    assert (changed["id"], changed["title"], changed["sku"]) == (model_id, "Chair", None)
    assert changed["tags"] == ["oak", "seat"]
    assert len(changed["renders"]) == 2
    assert patch(web, model_id, json={"title": None})["title"] is None
    assert patch(web, model_id, json={}) == patch(web, model_id) == web.get(f"/v1/models/{model_id}").json()["data"]


def test_an_archived_model_is_hidden_but_there(web: Web) -> None:
    model_id = upload(web)
    archived = patch(web, f"{model_id}/archive")
    assert archived["archivedAt"] is not None
    assert (ids(web), ids(web, "?archived=true")) == ([], [model_id])
    assert web.get(f"/v1/models/{model_id}").json()["data"] == archived
    assert patch(web, f"{model_id}/unarchive")["archivedAt"] is None
    assert (ids(web), ids(web, "?archived=true")) == ([model_id], [])


def test_an_archived_model_that_is_uploaded_again_is_unarchived_which_is_said(web: Web) -> None:
    model_id = upload(web)
    patch(web, f"{model_id}/archive")
    again = web.upload().json()["data"]
    assert again == {"modelId": model_id, "renderId": again["renderId"], "duplicate": True, "unarchived": True}
    assert (ids(web), ids(web, "?archived=true")) == ([model_id], [])
    assert "unarchived" not in web.upload().json()["data"]


@pytest.mark.parametrize(
    ("name", "data", "content_type", "disposition"),
    [
        ("chair.glb", GLB, "model/gltf-binary", 'attachment; filename="chair.glb"'),
        ("chair.gltf", GLTF, "model/gltf+json", 'attachment; filename="chair.gltf"'),
        ("chair.ZIP", ZIP, "application/zip", 'attachment; filename="chair.zip"'),
        ("chair.gltf", GLB, "model/gltf-binary", 'attachment; filename="chair.glb"'),
        ("chair.glb", ZIP, "application/zip", 'attachment; filename="chair.zip"'),
        ("blob", GLB, "model/gltf-binary", 'attachment; filename="blob.glb"'),
        ('a"b;c\\d.glb', GLB, "model/gltf-binary", 'attachment; filename="d.glb"'),
        ("50%; x*.glb", GLB, "model/gltf-binary",
         "attachment; filename=\"50__ x_.glb\"; filename*=UTF-8''50%25%3B%20x%2A.glb"),
        ("Stühle 椅.glb", GLB, "model/gltf-binary",
         "attachment; filename=\"St_hle _.glb\"; filename*=UTF-8''St%C3%BChle%20%E6%A4%85.glb"),
    ],
)
def test_the_file_comes_back_as_it_was_sent_with_the_type_of_its_bytes(
    web: Web, name: str, data: bytes, content_type: str, disposition: str
) -> None:
    url = f"/v1/models/{upload(web, data, name=name)}/file"
    answer = web.get(url)
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == content_type
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["content-length"] == str(len(data))
    part = web.get(url, headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, data[4:8])
    head = web.request("HEAD", url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(data)))
    assert web.get(url, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_no_name_breaks_out_of_its_header() -> None:
    assert attachment('a"\r\nSet-Cookie: b\\.glb') == (
        "attachment; filename=\"a___Set-Cookie_ b_.glb\"; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20b%5C.glb"
    )


def test_a_file_that_the_storage_lost_is_not_found(web: Web) -> None:
    model_id = upload(web)
    web.storage.delete_prefix("models")
    assert refusal(web, "GET", f"/v1/models/{model_id}/file") == (404, "file_not_found", None)


def test_a_file_that_becomes_another_meanwhile_is_found(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    model_id = upload(web, ZIP, name="scan.zip")
    [key] = [key for key in web.stored() if key.startswith("models/")]
    stat = web.storage.stat

    def convert(asked: str) -> StoredFile:
        if asked == key:
            converted = key.replace(".zip", ".glb")
            with web.storage.writer(converted) as writer:
                writer.write(b"glTF, made of the scan")
            with web.database.begin() as session:
                session.execute(update(Model).values(storage_key=converted))
            web.storage.delete(key)
        return stat(asked)

    monkeypatch.setattr(web.storage, "stat", convert)
    answer = web.get(f"/v1/models/{model_id}/file")
    assert (answer.status_code, answer.content) == (200, b"glTF, made of the scan")
    assert answer.headers["content-disposition"] == 'attachment; filename="scan.glb"'


def test_a_hash_tells_whether_an_upload_is_needed(web: Web) -> None:
    digest = hashlib.sha256(GLB).hexdigest()
    body = {"sha256": digest}
    assert web.post("/v1/models/check-hash", json=body).json() == {"data": {"exists": False, "modelId": None}}
    model_id = upload(web)
    for spelling in (digest, digest.upper()):
        answer = web.post("/v1/models/check-hash", json={"sha256": spelling})
        assert (answer.status_code, answer.json()) == (200, {"data": {"exists": True, "modelId": model_id}})
    other = web.post("/v1/models/check-hash", json=body, token=web.another_token())
    assert other.json() == {"data": {"exists": False, "modelId": None}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "sha256_required"),
        ({"sha256": ""}, "sha256_required"),
        ({"sha256": None}, "sha256_required"),
        ({"sha256": "a1b2c3"}, "invalid_request"),
        ({"sha256": "g" * 64}, "invalid_request"),
        ({"sha256": "0" * 65}, "invalid_request"),
        ({"sha256": 12}, "invalid_request"),
    ],
)
def test_a_hash_must_be_one(web: Web, body: object, code: str) -> None:
    assert refusal(web, "POST", "/v1/models/check-hash", json=body) == (400, code, "sha256")


def test_a_deleted_model_is_gone_and_its_renders_stay(web: Web) -> None:
    made = web.upload().json()["data"]
    model_id, render_id = made["modelId"], made["renderId"]
    contents = web.finish(render_id)
    path = f"/v1/models/{model_id}"
    answer = web.request("DELETE", path)
    assert (answer.status_code, answer.json()) == (200, {"data": {"id": model_id, "deleted": True}})
    for method, url in (("GET", path), ("PATCH", path), ("PATCH", f"{path}/archive"), ("PATCH", f"{path}/unarchive"),
                        ("GET", f"{path}/file"), ("DELETE", path)):
        assert refusal(web, method, url) == (404, "model_not_found", None)
    assert refusal(web, "POST", "/v1/renders", json={"modelId": model_id}) == (404, "model_not_found", "modelId")
    assert ids(web) == []
    assert web.get(f"/v1/renders/{render_id}").json()["data"]["status"] == "done"
    assert web.get(f"/v1/renders/{render_id}/video").content == contents["video"]
    again = web.upload().json()["data"]
    assert again["modelId"] != model_id
    assert "duplicate" not in again


def test_the_models_of_others_are_not_found(web: Web) -> None:
    model_id = upload(web)
    other = web.another_token()
    for method, path in (("PATCH", ""), ("PATCH", "/archive"), ("PATCH", "/unarchive"), ("GET", "/file"),
                         ("DELETE", "")):
        assert refusal(web, method, f"/v1/models/{model_id}{path}", token=other) == (404, "model_not_found", None)
    assert web.get(f"/v1/models/{model_id}").json()["data"]["archivedAt"] is None
    assert web.get("/v1/models", token=other).json()["meta"]["total"] == 0
