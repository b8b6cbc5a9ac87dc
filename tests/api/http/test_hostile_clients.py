"""A farm as `pirouette serve` starts it, and clients that want it to fall: they cost little, and others are served."""

import contextlib
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from tests.support.farm import Farm, running_farm
from tests.support.raw import connected
from tests.support.waiting import HANG_S, wait_for

MB = 1024 * 1024
SILENT = 1100
"""More than Linux's usual limit of open files."""


@contextlib.contextmanager
def open_files(most: int) -> Iterator[None]:
    """This process, and those that it starts meanwhile, have a limit of open files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    folder = tmp_path_factory.mktemp("farm")
    farm = Farm(folder, workers=0, cache=folder / "cache", extra={"PIROUETTE_MAX_CONNECTIONS_PER_CLIENT": "2000"})
    with contextlib.ExitStack() as closing:
        with open_files(1024):
            closing.enter_context(running_farm(farm))
        yield farm


def server(farm: Farm) -> psutil.Process:
    assert farm.server is not None
    return psutil.Process(farm.server.pid)


def answers(farm: Farm) -> bool:
    return requests.get(f"{farm.url}/v1/health", timeout=HANG_S).status_code == 200


def test_a_server_may_open_more_files_than_is_usual(farm: Farm) -> None:
    soft, hard = server(farm).rlimit(psutil.RLIMIT_NOFILE)
    assert soft == (65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard))


@pytest.mark.parametrize(
    ("beginning", "endless"),
    [
        (b"GET /v1/", b"a" * 65536),
        (b"GET /v1/models HTTP/1.1\r\nX-A: ", b"a" * 65536),
        (b"GET /v1/models HTTP/1.1\r\n", b"a:b\r\n" * 13107),
        (b"POST /v1/models HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a" * 65536),
        (b"", b"GET /v1/health HTTP/1.1\r\n\r\n" * 2500),
    ],
    ids=["url", "header", "headers", "chunk", "requests"],
)
def test_an_endless_request_costs_no_memory(farm: Farm, beginning: bytes, endless: bytes) -> None:
    assert answers(farm)
    process = server(farm)
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak starts anew
    before = process.memory_info().rss
    sent = 0
    with connected(farm.url) as client, contextlib.suppress(ConnectionError):
        client.sendall(beginning)
        for _ in range(40 * MB // len(endless)):
            client.sendall(endless)
            sent += len(endless)
            with contextlib.suppress(BlockingIOError):
                client.recv(MB, socket.MSG_DONTWAIT)  # else the answers would hold it up
    assert sent < 40 * MB
    assert answers(farm)
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak - before < 5 * MB


def test_silent_connections_are_as_if_they_were_not_there(farm: Farm) -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < SILENT + 300:
        pytest.skip(f"needs {SILENT + 300} open files")
    with open_files(SILENT + 300), contextlib.ExitStack() as opened:
        for number in range(SILENT):
            client = opened.enter_context(connected(farm.url))
            if number % 2:
                client.sendall(b"GET /v1/health HTTP/1.1\r\nHost: farm\r\nX-A: ")
        wait_for(lambda: server(farm).num_fds() > SILENT, "the connections")
        assert answers(farm)
        assert answers(farm)
    wait_for(lambda: server(farm).num_fds() < SILENT, "the connections to be closed")
