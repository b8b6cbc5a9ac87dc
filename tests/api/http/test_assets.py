"""The downloads of a render: availability, ranges, caching, the bundle."""

import io
import zipfile

import pytest

from api.domain.work import scheduling
from api.storage.base import StorageUnavailable, StoredFile
from tests.support.web import Web

FOREVER = "private, max-age=31536000, immutable"


@pytest.fixture
def render_id(web: Web) -> str:
    made: str = web.upload().json()["data"]["renderId"]
    return made


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("video", "video_not_found"),
        ("video?quality=web", "video_not_found"),
        ("poster", "poster_not_found"),
        ("poster?quality=full", "poster_not_found"),
        ("thumb", "thumb_not_found"),
        ("strip", "output_not_found"),
        ("bundle", "video_not_found"),
    ],
)
def test_what_is_not_made_yet_is_not_found(web: Web, render_id: str, path: str, code: str) -> None:
    answer = web.get(f"/v1/renders/{render_id}/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)
    assert answer.json()["error"]["message"].endswith("not yet available")


@pytest.mark.parametrize(
    ("path", "name", "content_type"),
    [
        ("video", "video", "video/mp4"),
        ("video?quality=web", "web", "video/mp4"),
        ("poster", "poster", "image/png"),
        ("poster?quality=full", "poster_full", "image/png"),
        ("thumb", "thumb", "video/mp4"),
        ("strip", "strip", "image/webp"),
    ],
)
def test_each_file_of_a_finished_render(web: Web, render_id: str, path: str, name: str, content_type: str) -> None:
    data = web.finish(render_id, web=True)[name]
    url = f"/v1/renders/{render_id}/{path}"
    answer = web.get(url)
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == content_type
    assert answer.headers["content-length"] == str(len(data))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == FOREVER

    head = web.request("HEAD", url)
    assert (head.status_code, head.content) == (200, b"")
    own = {"x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in own} == {
        k: v for k, v in answer.headers.items() if k not in own
    }

    part = web.get(url, headers={"Range": "bytes=5-9", "If-Range": answer.headers["etag"]})
    assert (part.status_code, part.content) == (206, data[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(data)}"
    assert part.headers["content-length"] == "5"
    assert part.headers["cache-control"] == FOREVER

    tail = web.get(url, headers={"Range": "bytes=-4"})
    assert (tail.status_code, tail.content) == (206, data[-4:])

    several = web.get(url, headers={"Range": "bytes=0-1,5-6"})
    assert (several.status_code, several.content) == (200, data)

    same = web.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["cache-control"] == FOREVER

    outside = web.get(url, headers={"Range": "bytes=100000-"})
    assert outside.status_code == 416
    assert outside.headers["content-range"] == f"bytes */{len(data)}"
    assert outside.headers["cache-control"] == "no-store"
    assert outside.json()["error"]["code"] == "range_not_satisfiable"


def test_without_a_web_version_there_is_none_to_fetch(web: Web, render_id: str) -> None:
    web.finish(render_id)
    answer = web.get(f"/v1/renders/{render_id}/video?quality=web")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "video_not_found")
    assert answer.json()["error"]["message"] == "This render was made without a video?quality=web"


def message(web: Web, render_id: str, path: str) -> str:
    answer = web.get(f"/v1/renders/{render_id}/{path}")
    assert answer.status_code == 404
    text: str = answer.json()["error"]["message"]
    return text


def test_only_what_will_be_there_is_said_to_come(web: Web, render_id: str) -> None:
    model_id = web.get(f"/v1/renders/{render_id}").json()["data"]["modelId"]
    [preview] = [
        each["id"] for each in web.get(f"/v1/models/{model_id}").json()["data"]["renders"] if each["is_system_preview"]
    ]
    order = {"modelId": model_id, "renderSettings": {"output": "image"}}
    still = web.post("/v1/renders", json=order).json()["data"]["id"]
    own = f"below /v1/renders/{still}: /image, /thumb, /poster, /poster?quality=full"
    assert message(web, still, "video") == f"A still has no video, but {own}"
    assert message(web, still, "image") == "Image not yet available"
    assert "has no video?quality=web, but below" in message(web, preview, "video?quality=web")
    assert "has no dataset, but below" in message(web, render_id, "dataset")
    web.request("PATCH", f"/v1/renders/{render_id}/cancel")
    for path in ("video", "bundle"):
        assert message(web, render_id, path) == (
            "The render has failed: there is no video, and its errorMessage says why"
        )


def test_the_poster_of_a_running_render_is_not_kept(web: Web, render_id: str) -> None:
    claim = web.claim(render_id)
    poster = web.put(claim, render_id, "poster.png", b"\x89PNG", "image/png")
    with web.database.begin() as session:
        assert scheduling.publish(session, claim, {render_id: {"poster": poster}})
    answer = web.get(f"/v1/renders/{render_id}/poster")
    assert (answer.status_code, answer.content) == (200, b"\x89PNG")
    assert answer.headers["cache-control"] == "private, no-store"
    assert web.get(f"/v1/renders/{render_id}/bundle").json()["error"]["code"] == "video_not_found"


@pytest.mark.parametrize(("path", "code"), [("video", "video_not_found"), ("bundle", "video_not_found")])
def test_a_file_that_the_storage_lost_is_not_found(web: Web, render_id: str, path: str, code: str) -> None:
    web.finish(render_id)
    web.storage.delete_prefix(f"renders/{render_id}")
    answer = web.get(f"/v1/renders/{render_id}/{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)
    assert "no longer" in answer.json()["error"]["message"]
    assert web.request("HEAD", f"/v1/renders/{render_id}/{path}").status_code == 404


def test_a_file_that_is_deleted_while_it_is_asked_for_is_not_found(
    web: Web, render_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.finish(render_id)
    found = web.storage.stat

    def found_and_deleted(key: str) -> StoredFile:
        file = found(key)
        web.storage.delete(key)  # as when the render is deleted just then
        return file

    monkeypatch.setattr(web.storage, "stat", found_and_deleted)
    answer = web.get(f"/v1/renders/{render_id}/bundle")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "video_not_found")


def test_a_storage_that_is_away_is_told_before_the_download_begins(
    web: Web, render_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.finish(render_id)

    def piece(key: str) -> bytes:
        raise StorageUnavailable(f"no route to {key}")

    monkeypatch.setattr(web.storage, "read", lambda key, start, end: map(piece, [key]))
    answer = web.get(f"/v1/renders/{render_id}/video")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("with_web", [False, True])
def test_the_bundle_has_all_files_under_their_documented_names(web: Web, render_id: str, with_web: bool) -> None:
    contents = web.finish(render_id, web=with_web)
    url = f"/v1/renders/{render_id}/bundle"
    answer = web.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["cache-control"] == FOREVER
    expected = {
        "video.mp4": contents["video"], "poster.png": contents["poster_full"], "thumb.mp4": contents["thumb"]
    } | ({"web.mp4": contents["web"]} if with_web else {})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == expected

    assert web.get(url).content == answer.content
    same = web.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    head = web.request("HEAD", url)
    assert (head.content, head.headers["content-length"]) == (b"", answer.headers["content-length"])


def test_a_broken_download_of_the_bundle_can_be_continued(web: Web, render_id: str) -> None:
    web.finish(render_id)
    url = f"/v1/renders/{render_id}/bundle"
    answer = web.get(url)
    assert answer.headers["accept-ranges"] == "bytes"
    size = len(answer.content)
    unchanged = {"If-Range": answer.headers["etag"]}
    for asked, start, end in (("bytes=0-99", 0, 100), ("bytes=1500-", 1500, size), ("bytes=-22", size - 22, size)):
        part = web.get(url, headers={"Range": asked, **unchanged})
        assert (part.status_code, part.content) == (206, answer.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert part.headers["content-length"] == str(end - start)
        assert part.headers["content-disposition"] == f'attachment; filename="{render_id}.zip"'
        assert part.headers["cache-control"] == FOREVER
    changed = web.get(url, headers={"Range": "bytes=0-99", "If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, answer.content)
    outside = web.get(url, headers={"Range": f"bytes={size}-"})
    assert (outside.status_code, outside.headers["content-range"]) == (416, f"bytes */{size}")
    assert outside.json()["error"]["code"] == "range_not_satisfiable"


def test_a_prores_video_is_served_and_bundled_as_quicktime(web: Web, render_id: str) -> None:
    contents = web.finish(render_id, web=True, video=("video.mov", "video/quicktime"))
    url = f"/v1/renders/{render_id}"
    for answer in (web.get(f"{url}/video"), web.get(f"{url}/video", headers={"Range": "bytes=0-"})):
        assert answer.headers["content-type"] == "video/quicktime"
        assert answer.content == contents["video"]
    assert web.get(f"{url}/video?quality=web").headers["content-type"] == "video/mp4"
    with zipfile.ZipFile(io.BytesIO(web.get(f"{url}/bundle").content)) as archive:
        assert set(archive.namelist()) == {"video.mov", "web.mp4", "poster.png", "thumb.mp4"}
        assert archive.read("video.mov") == contents["video"]
