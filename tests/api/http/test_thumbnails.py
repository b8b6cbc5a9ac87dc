"""GET /v1/models/:id/file?thumbnail=1: the model's file with its newest poster in it."""

import json

import numpy as np
import pytest

from renderer.encode.png import png
from tests.renderer.load.glb_builder import make_glb
from tests.support.web import GLTF, Web

BINARY = bytes(range(64))
BUFFERED = make_glb(b'{"asset":{"version":"2.0"},"buffers":[{"byteLength":64}]}', BINARY)
SMALL, FULL = (png(np.full((side, side, 3), side, np.uint8)) for side in (4, 16))


def posted(web: Web, data: bytes, name: str = "chair.glb", full: bytes = FULL) -> str:
    """The path of the file of a model that has posters."""
    made = web.upload(data, name=name).json()["data"]
    web.finish(made["renderId"], given={"poster": SMALL, "poster_full": full})
    return f"/v1/models/{made['modelId']}/file"


def thumbnail_in(glb: bytes) -> bytes:
    length = int.from_bytes(glb[12:16], "little")
    document = json.loads(glb[20 : 20 + length])
    view = document["bufferViews"][document["images"][document["asset"]["thumbnail"]]["bufferView"]]
    start = 28 + length + view["byteOffset"]
    return glb[start : start + view["byteLength"]]


def test_the_poster_is_in_the_file_and_the_rest_is_as_it_was(web: Web) -> None:
    path = posted(web, BUFFERED)
    assert web.get(path).content == BUFFERED
    answer = web.get(f"{path}?thumbnail=1")
    whole = answer.content
    assert thumbnail_in(whole) == FULL
    assert BINARY in whole
    assert (answer.headers["content-type"], answer.headers["content-length"]) == ("model/gltf-binary", str(len(whole)))
    assert 'filename="chair.glb"' in answer.headers["content-disposition"]
    for start in (0, 11, len(whole) - 300, len(whole) - 1):
        part = web.get(f"{path}?thumbnail=1", headers={"Range": f"bytes={start}-{start + 120}"})
        assert (part.status_code, part.content) == (206, whole[start : start + 121])
    kept = web.get(f"{path}?thumbnail=1", headers={"If-None-Match": answer.headers["etag"]})
    assert (kept.status_code, kept.content) == (304, b"")
    assert answer.headers["etag"] != web.get(path).headers["etag"]
    head = web.request("HEAD", f"{path}?thumbnail=1")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole)))


def test_a_heavy_poster_is_the_smaller_one(web: Web) -> None:
    path = posted(web, BUFFERED, full=FULL + bytes(256 * 1024))
    assert thumbnail_in(web.get(f"{path}?thumbnail=1").content) == SMALL


def test_there_is_none_before_there_is_a_poster(web: Web) -> None:
    model_id = web.upload(BUFFERED).json()["data"]["modelId"]
    answer = web.get(f"/v1/models/{model_id}/file?thumbnail=1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "poster_not_found")


@pytest.mark.parametrize(("data", "name"), [(GLTF, "chair.gltf"), (make_glb(b"{}"), "chair.glb")])
def test_what_can_hold_none_is_refused(web: Web, data: bytes, name: str) -> None:
    error = web.get(f"{posted(web, data, name)}?thumbnail=1").json()["error"]
    assert (error["status"], error["code"], error["param"]) == (400, "invalid_format", "thumbnail")
