"""What a server does about its own machine when it starts."""

import logging
import socket
import threading
from pathlib import Path

import httpx
import pytest

from api.processes.serve import _Server
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import Web


def test_a_server_that_starts_on_a_full_disk_serves(
    web: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has answered requests already: those would get a 500, and what restarts it would meet the same disk."""

    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", no_room)
    with socket.create_server(("127.0.0.1", 0)) as listener, caplog.at_level(logging.INFO):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = _Server(web.app, url, tmp_path / "server.json", has_accounts=True, first_link=None)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_for(lambda: "Serving on" in caplog.text or not thread.is_alive(), "the server")
        try:
            assert httpx.get(f"{url}/healthz").status_code == 200
        finally:
            server.should_exit = True
            thread.join(HANG_S)
    assert "No space left on device" in caplog.text
