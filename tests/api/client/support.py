"""A farm for the client's tests that says what it is told to say."""

from collections.abc import Callable
from typing import Any

import httpx

from api.client import FarmClient

Answer = Callable[[httpx.Request], httpx.Response]
ACCOUNT = {"id": "a", "email": "a@example.com", "credits": 3}


def farm(*answers: Answer | httpx.Response | Exception) -> tuple[FarmClient, list[httpx.Request]]:
    """A client whose requests meet `answers` in turn, the last one for ever; and the requests it made."""
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        request.read()
        answer = answers[min(len(requests), len(answers) - 1)]
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if callable(answer) else answer

    return FarmClient("http://farm/", "dxgl_sk_x", transport=httpx.MockTransport(handle)), requests


def data(value: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"data": value})


def error(code: str, status: int, **headers: str) -> httpx.Response:
    body = {"error": {"code": code, "message": f"it is {code}", "status": status, "param": "zoom"}}
    return httpx.Response(status, json=body, headers=headers)


def render(status: str, render_id: str = "r", **more: Any) -> dict[str, Any]:
    return {"id": render_id, "modelId": "m", "status": status, "renderSettings": {}, **more}


def model(model_id: str = "m", **more: Any) -> dict[str, Any]:
    return {
        "id": model_id, "originalName": "chair.glb", "title": None, "sku": None, "tags": ["a", "b"], "fileSize": 4,
        "sha256": "0" * 64, "createdAt": "2026-02-15T20:00:00.000Z", **more,
    }  # fmt: skip
