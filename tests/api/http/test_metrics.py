"""GET /metrics: who may read it, and that what it tells is so."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from api.counts import COUNTS
from api.db.session import Database
from api.domain.watching import farm
from api.domain.work import condition, fleet
from api.errors import Unavailable
from api.http import metrics
from api.processes.counting import Counting
from api.settings import LIMITS, Settings
from tests.support.web import Web

Samples = dict[str, dict[tuple[str, ...], float]]
"""By a sample's name and its labels' values, in the order of the labels' names."""


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 0.0)


def samples(answer: httpx.Response) -> Samples:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            key = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[key] = sample.value
    return found


def read(web: Web) -> Samples:
    return samples(web.get("/metrics", token=None))


def test_what_waits_is_read_from_the_database(web: Web, model_id: str) -> None:
    found = read(web)
    assert found["pirouette_pending_segments"][("awaited", "inspect")] == 1
    assert found["pirouette_oldest_pending_seconds"][("inspect",)] >= 0
    assert set(found["pirouette_running_segments"].values()) == {0}
    assert {("inspect",), ("render",)} <= found["pirouette_running_segments"].keys()
    assert found["pirouette_storage_bytes"][()] > 0
    assert found["pirouette_up"] == {("database",): 1, ("schema",): 1, ("storage",): 1, ("broker",): 1}


def test_workers_are_told_by_state_and_device(web: Web) -> None:
    with web.database.begin() as session:
        fleet.announce(session, "a", "H100", False, "x264")
        fleet.announce(session, "b", "llvmpipe", True, "x264")
        fleet.announce(session, "c", "llvmpipe", True, "x264", "its disk is full")
    assert read(web)["pirouette_workers"] == {
        ("gpu", "idle"): 1, ("software", "idle"): 1, ("software", "unfit"): 1,
    }  # fmt: skip


def test_every_limit_is_told_as_the_settings_have_it(web: Web) -> None:
    assert read(web)["pirouette_limit"] == {(name,): float(getattr(web.settings, name)) for name in LIMITS}


@pytest.fixture
def counting(web: Web) -> Counting:
    return Counting(web.database)


def test_requests_are_counted_by_the_route_and_never_by_the_path(web: Web, counting: Counting) -> None:
    web.get("/v1/renders/abc/")
    web.get("/v1/no/such/path")
    web.request("BREW", "/v1/renders", token=None)
    counting.write()
    told = read(web)["pirouette_http_request_seconds_count"]
    assert told[("GET", "/v1/renders/{render_id}", "404")] == 1
    assert told[("GET", "none", "404")] == 1
    assert {method for method, *_ in told} <= {"GET", "POST", "other"}
    assert "abc" not in str(told)


def test_what_uploads_and_orders_come_to_is_counted(web: Web, counting: Counting, model_id: str) -> None:
    web.finish_all()
    counting.write()
    found = read(web)
    assert found["pirouette_upload_bytes_total"][()] > 1000
    assert found["pirouette_renders_total"][("video", "done")] >= 1


def test_refusals_are_counted_by_their_codes(web: Web, counting: Counting) -> None:
    assert web.get("/v1/account", token="dxgl_nobody").status_code == 401
    counting.write()
    assert read(web)["pirouette_refused_total"] == {("unauthorized",): 1}


def test_a_histogram_is_one(web: Web, counting: Counting) -> None:
    web.get("/healthz", token=None)
    counting.write()
    found = read(web)
    count = found["pirouette_http_request_seconds_count"][("GET", "/healthz", "200")]
    buckets = {key: value for key, value in found["pirouette_http_request_seconds_bucket"].items() if "/healthz" in key}
    assert len(buckets) == len(COUNTS["http_request_seconds"].buckets) + 1
    assert max(buckets.values()) == count == 1


def test_without_a_token_only_this_machine_is_told(web: Web) -> None:
    for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}, {"Via": "1.1 proxy"}):
        answer = web.get("/metrics", token=None, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    answer = web.get("/metrics", token=None, client=("203.0.113.7", 5000))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert web.get("/metrics", token=None, client=("::1", 5000)).status_code == 200


def test_with_a_token_whoever_has_it_is_told_and_nobody_else(web: Web) -> None:
    settings = web.settings.model_copy(update={"metrics_token": SecretStr("whisper")})
    guarded = Web.of(web.database, settings, email="o@example.com")
    for given in ({}, {"Authorization": "Bearer whispeR"}, {"Authorization": "whisper"}, {"Authorization": "Bearer "}):
        answer = guarded.get("/metrics", token=None, headers=given)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    headers = {"Authorization": "Bearer whisper", "X-Forwarded-For": "203.0.113.7"}
    samples(guarded.get("/metrics", token=None, headers=headers, client=("203.0.113.7", 5000)))


@pytest.mark.parametrize("moment", ["before it is asked", "after it was found to be there"])
def test_without_the_database_what_else_is_known_is_told(
    web: Web, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if moment == "before it is asked":
        monkeypatch.setattr(condition, "ask", lambda *_, **__: 1 / 0)
    else:
        monkeypatch.setattr(farm, "ask", raise_outage)
    found = read(web)
    assert found["pirouette_up"][("database",)] == (moment != "before it is asked")
    assert "pirouette_limit" in found
    assert "pirouette_running_segments" not in found


def raise_outage(*_: object, **__: object) -> None:
    raise Unavailable


def test_a_database_with_another_schema_is_not_asked(tmp_path: Path, web: Web) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    found = read(Web(empty, web.storage, Settings(data_dir=tmp_path), "", ""))
    assert found["pirouette_up"][("schema",)] == 0
    assert "pirouette_running_segments" not in found
    empty.dispose()
