"""How often anybody may ask, and how much an account may have open: 429, with the seconds after which to try again."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.db.session import Database
from api.errors import TooManyRequests
from api.http.rates import REMEMBERED, Buckets
from tests.support.raw import connected
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, Web, serving


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    yield database
    database.dispose()


def refused(answer: httpx.Response) -> bool:
    """Whether the answer is a refusal, and a whole one if it is."""
    if answer.status_code != 429:
        return False
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert int(answer.headers["retry-after"]) > 0
    return True


def taken(buckets: Buckets, key: str, times: int) -> int:
    """How many of so many tries are let through."""
    count = 0
    for _ in range(times):
        with contextlib.suppress(TooManyRequests):
            buckets.take(key)
            count += 1
    return count


@pytest.mark.parametrize("per_minute", [1, 7, 60, 1200])
def test_a_bucket_holds_a_minute_and_fills_up_in_one(clock: Clock, per_minute: int) -> None:
    buckets = Buckets(per_minute, clock=clock)
    assert taken(buckets, "a", per_minute + 5) == per_minute
    clock.now += 60 / per_minute * 1.01
    assert taken(buckets, "a", 5) == 1
    clock.now += 3600
    assert taken(buckets, "a", per_minute + 5) == per_minute


def test_the_seconds_that_are_told_suffice(clock: Clock) -> None:
    buckets = Buckets(6, clock=clock)
    assert taken(buckets, "a", 7) == 6
    with pytest.raises(TooManyRequests) as refusal:
        buckets.take("a")
    assert refusal.value.retry_after == 10
    clock.now += refusal.value.retry_after - 1
    assert taken(buckets, "a", 1) == 0
    clock.now += 1
    assert taken(buckets, "a", 2) == 1


def test_each_has_a_bucket_of_its_own_and_not_all_are_remembered(clock: Clock) -> None:
    buckets = Buckets(1, clock=clock)
    assert [taken(buckets, key, 2) for key in ("a", "b")] == [1, 1]
    for number in range(REMEMBERED):
        buckets.take(str(number))
    assert len(buckets._full_at) == REMEMBERED
    assert taken(buckets, "a", 1) == 1


def test_threads_share_a_bucket(clock: Clock) -> None:
    buckets = Buckets(500, clock=clock)
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: taken(buckets, "a", 100), range(8))) == 500


def test_with_a_key_nothing_is_counted_unless_the_farm_says_so(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, client_requests=2)
    assert not any(refused(web.get("/v1/account")) for _ in range(10))
    assert not any(refused(web.get("/v1/health", token=None)) for _ in range(10))


def test_an_account_has_its_own_count(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, account_requests=3)
    other = web.another_token()
    assert [refused(web.get(path)) for path in ["/v1/account", "/v1/models", "/v1/nothing", "/v1/renders"]] == [
        False, False, False, False
    ]  # fmt: skip
    assert refused(web.get("/v1/account"))
    assert refused(web.upload())
    assert not refused(web.get("/v1/account", token=other))
    assert web.get("/v1/account", token="dxgl_sk_" + "A" * 43).status_code == 401
    assert web.stored() == []


@pytest.mark.parametrize("path", ["/api/v/Ab3kF9x2qL1m/Ab3kF9x2qL1m/video", "/storage/a.glb", "/docs", "/nowhere"])
def test_without_a_key_a_client_is_counted(database: Database, tmp_path: Path, path: str) -> None:
    web = Web.make(database, tmp_path, client_requests=3)
    assert [refused(web.get(path, token=None)) for _ in range(5)] == [False, False, False, True, True]


def test_an_account_has_so_many_streams_at_the_same_time(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, account_streams=2)
    other = web.another_token()
    render_id = web.upload().json()["data"]["renderId"]
    other_id = web.upload(token=other).json()["data"]["renderId"]

    @contextlib.contextmanager
    def stream(render_id: str, token: str) -> Iterator[httpx.Response]:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.stream("GET", f"{url}/v1/renders/{render_id}/events", headers=headers, timeout=HANG_S) as answer:
            lines = answer.iter_lines()
            if answer.status_code == 200:
                assert next(lines) == "event: progress"
            else:
                answer.read()
            yield answer

    with serving(web.app) as url:
        with stream(render_id, web.token), stream(render_id, web.token):
            with stream(render_id, web.token) as third:
                assert refused(third)
            with stream(other_id, other) as answer:
                assert answer.status_code == 200

        def again() -> bool:
            with stream(render_id, web.token) as answer:
                return answer.status_code == 200

        wait_for(again, "the slots of those that have left")


def test_an_account_has_so_many_uploads_at_the_same_time(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, account_uploads=1)
    head = (
        f"POST /v1/models HTTP/1.1\r\nHost: farm\r\nAuthorization: Bearer {web.token}\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=frontier\r\n\r\n"
        '--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.glb"\r\n\r\n'
    ).encode() + GLB
    with serving(web.app) as url:
        assert urlsplit(url).port
        with connected(url) as client:
            client.sendall(head)
            wait_for(web.stored, "the half file")
            assert refused(web.upload())
            assert refused(web.post("/v1/overlays", files={"file": ("a.png", b"x")}))
            assert refused(web.post("/v1/models/ingest", json={"url": "https://example.com/a.glb"}))
            assert web.upload(token=web.another_token()).status_code == 201
        wait_for(lambda: web.upload().status_code == 201, "the slot of who has left")


def test_a_slot_is_free_again_whatever_became_of_the_upload(database: Database, tmp_path: Path) -> None:
    web = Web.make(database, tmp_path, account_uploads=1)
    assert web.upload(b"no model").status_code == 400
    assert web.post("/v1/models", content=b"no form").status_code == 400
    assert web.upload(settings="{").status_code == 400
    assert web.upload().status_code == 201
