"""Bodies that travel compressed: lists to clients, long orders from them."""

import gzip
import json
import zlib

import brotli
import httpx
import pytest

from api.http.inflate import IDLE_BYTES
from tests.support.web import Web, serving


def long_order(model_id: str, count: int) -> bytes:
    return json.dumps({"renders": [{"modelId": model_id}] * count}).encode()


def post(web: Web, data: bytes, **headers: str) -> httpx.Response:
    given = {"Content-Type": "application/json", "Content-Encoding": "gzip", **headers}
    return web.post("/v1/renders/batch", content=data, headers=given)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
def test_a_long_list_is_compressed_as_the_client_asks(web: Web, model_id: str, encoding: str) -> None:
    for _ in range(5):
        web.post("/v1/renders", json={"modelId": model_id})
    plain = web.get("/v1/renders", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    headers = {"Accept-Encoding": encoding, "Authorization": f"Bearer {web.token}"}
    with serving(web.app) as url, httpx.stream("GET", f"{url}/v1/renders", headers=headers) as answer:
        sent = b"".join(answer.iter_raw())
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(sent) == int(answer.headers["Content-Length"]) < len(plain.content) / 3
    if encoding == "gzip":
        assert gzip.decompress(sent) == plain.content


def test_short_answers_and_files_travel_as_they_are(web: Web, model_id: str) -> None:
    accept = {"Accept-Encoding": "gzip, br, zstd"}
    assert "Content-Encoding" not in web.get("/v1/account", headers=accept).headers
    file = web.get(f"/v1/models/{model_id}/file", headers=accept)
    assert "Content-Encoding" not in file.headers
    assert int(file.headers["Content-Length"]) > 1024


PACKERS = {"gzip": gzip.compress, "br": brotli.compress}


@pytest.mark.parametrize("encoding", PACKERS)
def test_an_order_may_arrive_compressed(web: Web, model_id: str, encoding: str) -> None:
    answer = post(web, PACKERS[encoding](long_order(model_id, 3)), **{"Content-Encoding": encoding})
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["data"]) == 3


def test_an_upload_may_arrive_compressed(web: Web) -> None:
    request = httpx.Request("POST", "http://farm", files={"file": ("chair.glb", b"glTF" + bytes(100_000))})
    answer = web.post(
        "/v1/models", content=gzip.compress(request.read()),
        headers={"Content-Type": request.headers["Content-Type"], "Content-Encoding": "gzip"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert len(web.get(f"/v1/models/{answer.json()['data']['modelId']}/file").content) == 100_004


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_small_body_that_swells_is_refused_at_the_limit(web: Web, encoding: str) -> None:
    packed = PACKERS[encoding](b'{"renders": "' + bytes(50_000_000) + b'"}')
    answer = post(web, packed, **{"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "longer than 1024 KB" in answer.json()["error"]["message"]


PACKED = gzip.compress(b'{"renders": []}', mtime=0)
BROTLI = brotli.compress(b'{"renders": []}' * 20)
EMPTY_BLOCK = zlib.compressobj(wbits=-15).flush(zlib.Z_FULL_FLUSH)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no gzip at all", "not valid gzip data"),
        (PACKED[:-9], "ends before"),
        (PACKED[:-8] + bytes(8), "not valid gzip data"),
        (PACKED + b"more", "goes on after"),
        (PACKED[:10] + EMPTY_BLOCK * (2 * IDLE_BYTES // len(EMPTY_BLOCK)), "without content"),
        (b"", "ends before"),
    ],
    ids=["no gzip", "cut off", "wrong checksum", "too long", "empty blocks", "nothing"],
)  # fmt: skip
def test_a_damaged_body_is_refused(web: Web, data: bytes, message: str) -> None:
    answer = post(web, data, **{"Transfer-Encoding": "chunked"} if not data else {})
    assert answer.status_code == 400, answer.text
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"no Brotli at all", "not valid Brotli data"), (BROTLI[:-3], "ends before"), (BROTLI + b"more", "Brotli data"),
        (b"", "ends before"),
    ],
    ids=["no brotli", "cut off", "too long", "nothing"],
)  # fmt: skip
def test_a_damaged_brotli_body_is_refused(web: Web, data: bytes, message: str) -> None:
    answer = post(web, data, **{"Content-Encoding": "br"}, **{"Transfer-Encoding": "chunked"} if not data else {})
    assert answer.status_code == 400, answer.text
    assert message in answer.json()["error"]["message"]


def test_an_unknown_encoding_is_refused_with_what_would_do(web: Web) -> None:
    answer = post(web, b"{}", **{"Content-Encoding": "zstd"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_encoding")
    assert answer.headers["Accept-Encoding"] == "gzip, br"
