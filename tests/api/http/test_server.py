"""What only a real server and real sockets can show: memory, refusals in mid-upload, clients that go away."""

import http.client
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from api.db.session import Database
from api.domain.accounts import accounts, credentials
from tests.support.farm import Farm, running_farm
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import GLB, Web, serving

MB = 1024 * 1024
HEAD = b'--frontier\r\nContent-Disposition: form-data; name="file"; filename="big.glb"\r\n\r\n'
TAIL = b"\r\n--frontier--\r\n"
KIND = "multipart/form-data; boundary=frontier"


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """A farm that takes files up to 1 MB."""
    database = Database(sqlite_url)
    yield Web.make(database, tmp_path, max_upload_mb=1)
    database.dispose()


@pytest.fixture
def url(small: Web) -> Iterator[str]:
    with serving(small.app) as url:
        yield url


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def body(megabytes: int) -> Iterator[bytes]:
    yield HEAD + GLB
    yield bytes(64 * 1024 - len(GLB))
    for _ in range(megabytes * 16 - 1):
        yield bytes(64 * 1024)
    yield TAIL


def memory(pid: int, field: str) -> int:
    """A figure of /proc/<pid>/status, in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":"))


def test_a_100_mb_upload_takes_less_than_16_mb_of_memory(tmp_path: Path) -> None:
    with running_farm(Farm(tmp_path, workers=0, cache=tmp_path / "cache")) as farm:
        with farm.database.begin() as session:
            account = accounts.sign_up(session, "maker@example.com", credits=10)
            token = credentials.issue(session, account.id, name="test").raw
        # one small upload first, so that what is loaded and pooled once is not counted
        first = {"file": ("a.glb", GLB)}
        assert requests.post(f"{farm.url}/v1/models", files=first, headers=bearer(token), timeout=HANG_S).ok
        assert farm.server is not None
        pid = farm.server.pid
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts anew
        before = memory(pid, "VmRSS")

        parts = urlsplit(farm.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        length = len(HEAD) + 100 * MB + len(TAIL)
        headers = bearer(token) | {"Content-Type": KIND, "Content-Length": str(length)}
        connection.request("POST", "/v1/models", body=body(100), headers=headers)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        connection.close()

        assert memory(pid, "VmHWM") - before < 16 * MB
        stored = [path.stat().st_size for path in (farm.settings.files_dir / "models").iterdir()]
        assert sorted(stored) == [len(GLB), 100 * MB]


def test_a_file_too_large_is_told_to_a_client_that_sends_on(small: Web, url: str) -> None:
    answer = requests.post(
        f"{url}/v1/models", files={"file": ("big.glb", bytes(16 * MB))}, headers=bearer(small.token), timeout=HANG_S
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "file_too_large")
    assert small.stored() == []


def test_a_chunked_upload_is_counted_on_the_wire(small: Web, url: str) -> None:
    headers = bearer(small.token) | {"Content-Type": KIND}
    answer = requests.post(f"{url}/v1/models", data=body(16), headers=headers, timeout=HANG_S)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "file_too_large")
    assert small.stored() == []


def test_a_chunked_upload_within_the_limit_is_taken(small: Web, url: str) -> None:
    headers = bearer(small.token) | {"Content-Type": KIND}
    assert requests.post(f"{url}/v1/models", data=body(1), headers=headers, timeout=HANG_S).status_code == 201


def test_the_same_bytes_sent_at_once_are_one_model(small: Web, url: str) -> None:
    def upload(number: int) -> dict[str, object]:
        files = {"file": (f"{number}.glb", GLB)}
        answer = requests.post(f"{url}/v1/models", files=files, headers=bearer(small.token), timeout=HANG_S)
        data: dict[str, object] = answer.json()["data"]
        return data

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(upload, range(4)))
    assert len({answer["modelId"] for answer in answers}) == 1
    assert len({answer["renderId"] for answer in answers}) == 4
    assert [answer.get("duplicate", False) for answer in answers].count(False) == 1
    assert len(small.stored()) == 1
    assert small.balance() == 6


@pytest.mark.parametrize(
    ("name", "credits", "status", "code"), [("a.exe", 10, 400, "invalid_format"), ("a.glb", 0, 402, "no_credits")]
)
def test_other_early_refusals_arrive_too(
    small: Web, url: str, name: str, credits: int, status: int, code: str
) -> None:
    token = small.another_token(credits=credits)
    files = {"file": (name, bytes(MB))}
    answer = requests.post(f"{url}/v1/models", files=files, headers=bearer(token), timeout=HANG_S)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("expect", [[], ["-H", "Expect:"]])
def test_curl_sees_the_refusal(small: Web, url: str, tmp_path: Path, expect: list[str]) -> None:
    big = tmp_path / "big.glb"
    big.write_bytes(bytes(16 * MB))
    done = subprocess.run(
        ["curl", "-sS", *expect, "-H", f"Authorization: Bearer {small.token}", "-F", f"file=@{big}",
         f"{url}/v1/models"],
        capture_output=True, text=True, timeout=HANG_S, check=True,
    )
    assert json.loads(done.stdout)["error"]["code"] == "file_too_large"


def test_a_client_that_leaves_in_mid_upload_leaves_nothing(small: Web, url: str) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as client:
        client.sendall(
            f"POST /v1/models HTTP/1.1\r\nHost: farm\r\nAuthorization: Bearer {small.token}\r\n"
            f"Content-Type: {KIND}\r\nContent-Length: {MB}\r\n\r\n".encode()
        )
        client.sendall(HEAD + GLB + bytes(100_000))
        wait_for(small.stored, "the half upload")
    wait_for(lambda: not small.stored(), "the half upload to go")
    assert requests.get(f"{url}/v1/health", timeout=HANG_S).ok


def test_a_connection_is_reused_after_an_ordinary_error(small: Web, url: str) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    for _ in range(2):
        connection.request("POST", "/v1/renders", body=b"{}", headers=bearer(small.token))
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("connection")) == (400, None)
        answer.read()
    connection.close()


def test_a_refused_client_that_never_ends_is_let_go(small: Web, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.limits._LINGER_SECONDS", 0.5)
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=HANG_S) as client:
        client.sendall(b"POST /v1/models HTTP/1.1\r\nHost: farm\r\nContent-Length: 1000000\r\n\r\nabc")
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"connection: close" in answer.lower()
