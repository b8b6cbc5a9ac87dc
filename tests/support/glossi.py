"""A team that scripts Glossi: requests with its key, and plain curl for what needs none."""

import dataclasses
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.support.waiting import HANG_S
from tests.support.web import GLB, Web

API = "/api/v1"


@dataclasses.dataclass(frozen=True)
class Team:
    """`key` is the workspace's own unless told otherwise."""

    web: Web

    def ask(self, method: str, path: str, *, key: str | None = "", **arguments: Any) -> httpx.Response:
        token = self.web.glossi_key if key == "" else key
        return self.web.request(method, f"{API}{path}", token=token, **arguments)

    def announce(self, *file_names: str, **arguments: Any) -> list[dict[str, str]]:
        """`modelId`, `name`, `uploadUrl` and `uploadKey` of each."""
        wanted = [{"fileName": name, "fileType": name.rpartition(".")[2]} for name in file_names]
        answer = self.ask("POST", "/models", json={"models": wanted}, **arguments)
        assert answer.status_code == 201, answer.text
        announced: list[dict[str, str]] = answer.json()["models"]
        return announced

    def put(self, url: str, data: bytes = GLB, **headers: str) -> httpx.Response:
        """Sends a file to a signed link, which leads to the farm in this process or to the storage's server."""
        if url.startswith("http://farm/"):
            return self.web.request("PUT", url, token=None, content=data, headers=headers)
        return httpx.put(url, content=data, headers=headers)

    def confirm(self, model_id: str, file_type: str | None = "glb") -> httpx.Response:
        body = {} if file_type is None else {"fileType": file_type}
        return self.ask("POST", f"/models/{model_id}/confirm", json=body)

    def status(self, *model_ids: str) -> dict[str, Any]:
        told: dict[str, Any] = self.ask("POST", "/models/status", json={"modelIds": model_ids}).json()
        return told

    def confirmed(self, data: bytes = GLB, file_name: str = "chair.glb") -> str:
        """The id of a model whose file is confirmed."""
        [model] = self.announce(file_name)
        assert self.put(model["uploadUrl"], data).status_code == 200
        answer = self.confirm(model["modelId"], None)
        assert answer.status_code == 200, answer.text
        return model["modelId"]


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a failure."""
    return answer.status_code, answer.json()["code"]


def curl_put(url: str, file: Path, *options: str) -> tuple[int, str]:
    """Sends a file as Glossi's document does; status and body of the answer."""
    command = ["curl", "-sS", "-X", "PUT", url, "--data-binary", f"@{file}", "-w", "\n%{http_code}", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_S, check=True)
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body
