"""Somebody who uses a farm by Glossi's API, and has a key for dx.gl's as well."""

import dataclasses
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from api.domain.accounts import accounts, credentials
from api.domain.kit.unit import Unit
from api.domain.renders import removal
from api.ids import new_id
from tests.integration.support import box_glb
from tests.support.farm import Farm
from tests.support.waiting import HANG_S, wait_for

HERE = Path(__file__).parent
ENDED = ("COMPLETE", "COMPLETED", "FAILED")


def two_colour_glb(height: float) -> bytes:
    """A thin red box that is blue in the variant "Blue"."""
    return box_glb(height, {"Blue": [0.1, 0.1, 0.8, 1]})


@dataclasses.dataclass
class GlossiCustomer:
    """`key` is for Glossi's API and `token` for dx.gl's."""

    farm: Farm
    account_id: str
    key: str
    token: str

    @classmethod
    def of(cls, farm: Farm, credits: int = 1000) -> "GlossiCustomer":
        """A new account."""
        with farm.database.begin() as session:
            account = accounts.sign_up(session, f"{new_id()}@example.com", credits=credits)
            key = credentials.issue(session, account.id, name="test", dialect="glossi").raw
            return cls(farm, account.id, key, credentials.issue(session, account.id, name="test").raw)

    @property
    def api(self) -> str:
        """Glossi's base URL, which changes where the server is started again."""
        return f"{self.farm.url}/api/v1"

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request that succeeds."""
        answer = httpx.request(
            method, self.api + path, headers={"X-API-Key": self.key}, json=body, timeout=HANG_S
        )
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, **body: Any) -> Any:
        return self.ask("POST", path, body)

    def upload(self, url: str, data: bytes) -> None:
        put = httpx.put(url, content=data, headers={"Content-Type": "model/gltf-binary"}, timeout=HANG_S)
        assert (put.status_code, put.content) == (200, b"")

    def ready_model(self, data: bytes, file_name: str = "product.glb") -> str:
        """The id of a model that is READY."""
        [model] = self.post("/models", models=[{"fileName": file_name, "fileType": "glb"}])["models"]
        self.upload(model["uploadUrl"], data)
        self.post(f"/models/{model['modelId']}/confirm", fileType="glb")
        self.wait_until_ready(model["modelId"])
        return str(model["modelId"])

    def wait_until_ready(self, *model_ids: str) -> None:
        wait_for(lambda: self.post("/models/status", modelIds=list(model_ids))["allReady"], "the models")

    def template(self, *bookmarks: str, shots: bool = False, **look: Any) -> str:
        """The id of a template with these cameras, and with a shot of three seconds."""
        angles = {"Front View": (0, 12), "Three-Quarter View": (45, 25), "Side View": (90, 12), "Top View": (0, 90)}
        content = {
            "look": {"shadows": False, **look},
            "bookmarks": [
                {"name": name, "azimuth": angles[name][0], "elevation": angles[name][1]} for name in bookmarks
            ],
            "shots": [{"name": "360 Spin", "effect": "turntable", "length": 3}] if shots else [],
        }
        return str(self.post("/templates", name="Small", content=content)["templateId"])

    def project(self, template_id: str, *model_ids: str) -> str:
        body = {"modelIds": list(model_ids), "templateId": template_id}
        return str(self.post("/projects", **body)["projects"][0]["projectId"])

    def order(self, project_id: str, **settings: Any) -> str:
        """The id of the render job."""
        return str(self.post("/renders", projectIds=[project_id], settings=settings)["jobs"][0]["jobId"])

    def wait(self, path: str) -> Any:
        """Of a job or a render job that has ended, what the path tells."""
        return wait_for(lambda: told if (told := self.get(path))["status"] in ENDED else None, f"{path} to end")

    def failed_job(self, template_id: str, model_id: str) -> str:
        """The id of a render job that has FAILED: its video was cancelled behind the API's back while it was drawn."""
        with self.farm.renders_held():
            job_id = self.order(self.project(template_id, model_id), renderVariants=False, videoResolution=0)
            with self.farm.client(self.token) as client:
                [render] = [each for each in client.renders.list() if not each.is_over]
            with self.farm.database.begin_as(Unit) as unit:
                removal.cancel_render(unit, self.account_id, render.id)
            assert self.wait(f"/renders/{job_id}")["status"] == "FAILED"
        return job_id

    def delete_projects(self) -> None:
        """Nobody draws for this customer any more."""
        while projects := self.get("/projects")["projects"]:
            for project in projects:
                self.ask("DELETE", f"/projects/{project['projectId']}")


@dataclasses.dataclass
class Script:
    """What a script of the documents' requests has printed, and its answers."""

    printed: str
    folder: Path

    def answer(self, name: str) -> Any:
        """The JSON of a step."""
        return json.loads((self.folder / f"{name}.json").read_text())

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()


def run_script(name: str, folder: Path, environment: Mapping[str, str]) -> Script:
    """Runs it in `folder`, to its end."""
    done = subprocess.run(
        ["bash", HERE / name], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=HANG_S * 2, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Script(done.stdout, folder)
