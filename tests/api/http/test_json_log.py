"""In JSON, the log says of each line which request it is about."""

import json
import logging

import pytest

from api.observe.log import Structured
from tests.support.web import Web


def test_a_request_is_a_line_with_its_parts_and_lines_within_name_it(
    web: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("at redis://:hush@redis")

    caplog.handler.setFormatter(Structured("server"))
    monkeypatch.setattr("api.http.dxgl.renders.renders.get_render", break_down)
    with caplog.at_level(logging.INFO, logger="api.http"):
        answer = web.get("/v1/renders/Ab3kF9x2qL1m")
    assert answer.status_code == 500
    failed, request = map(json.loads, caplog.text.splitlines())
    assert failed["request"] == request["request"] == answer.headers["x-request-id"]
    assert "RuntimeError: at redis://***@redis" in failed["exception"]
    assert {name: request[name] for name in ("method", "path", "status", "account", "client")} == {
        "method": "GET", "path": "/v1/renders/Ab3kF9x2qL1m", "status": 500, "account": web.account_id,
        "client": "127.0.0.1",
    }  # fmt: skip
    assert request["ms"] >= 0
