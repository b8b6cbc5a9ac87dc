"""Customers of all dialects, who order, ask again as long as the farm is away, and follow each order to its end."""

import base64
import dataclasses
import json
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from api.domain.accounts import accounts, credentials
from api.ids import new_id
from tests.integration.support import box_glb
from tests.support.farm import Farm
from tests.support.waiting import HANG_S

CREDITS = 1_000_000
PATIENCE_S = 3 * HANG_S
"""After so long, however busy the machine is and whatever else has happened, an order must have gone on."""
POLL_S = 0.3
PASSING = (409, 425, 429, 502, 503, 504, 507)
"""Statuses with which the farm asks to come back: 409 is an earlier try of the same order that is still at work."""
SMALL = {"length": 3, "aspect": "1:1", "shadows": False}


class Stuck(AssertionError):
    """Something that must come to an end, or be answered, doesn't."""


@dataclasses.dataclass
class Customer:
    """One account with a key for each dialect. `ended` are the orders that came to their end: kind, id, status.

    `ordered` counts orders by the table that has their rows; each was sent under a key of its own, as often as needed.
    """

    farm: Farm
    seed: int
    account_id: str = ""
    keys: dict[str, str] = dataclasses.field(default_factory=dict)
    ended: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)
    models: list[str] = dataclasses.field(default_factory=list)
    ordered: dict[str, int] = dataclasses.field(default_factory=lambda: {"renders": 0, "flows": 0, "workflows": 0})

    def __post_init__(self) -> None:
        self.chance = random.Random(f"customer {self.seed}")
        self.http = httpx.Client(timeout=10)
        with self.farm.database.begin() as session:
            self.account_id = accounts.sign_up(session, f"{new_id()}@example.com", credits=CREDITS).id
            for dialect in ("dxgl", "glossi", "generio"):
                self.keys[dialect] = credentials.issue(session, self.account_id, name="test", dialect=dialect).raw

    def ask(self, method: str, path: str, *, dialect: str = "dxgl", patient: bool = True, **arguments: Any) -> Any:
        """The answer to a request that is repeated, under the same key, until the farm has dealt with it."""
        key = self.keys.get(dialect, "")
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        headers |= {"X-API-Key": key} if dialect == "glossi" else {"Authorization": f"Bearer {key}"} if key else {}
        deadline = time.monotonic() + HANG_S
        while True:
            told = ""
            try:
                url = path if path.startswith("http") else self.farm.url + path
                answer = self.http.request(method, url, headers=headers, **arguments)
            except httpx.RequestError as error:
                told = repr(error)
            else:
                if answer.status_code not in PASSING or not patient:
                    return answer
                told = f"{answer.status_code} {answer.text}"
            if time.monotonic() > deadline:
                raise Stuck(f"{method} {path} is answered for {HANG_S:g} s with {told}")
            time.sleep(POLL_S)

    def get(self, path: str, dialect: str = "dxgl") -> Any:
        return self.wanted(self.ask("GET", path, dialect=dialect))

    def wanted(self, answer: httpx.Response) -> Any:
        """The JSON of an answer that is no refusal."""
        if not answer.is_success:
            raise AssertionError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
        return answer.json()

    def until(self, path: str, name: str, ends: Sequence[str], dialect: str = "dxgl") -> Any:
        """What the path tells once its `name` is one of `ends`."""
        seen, moved_at = None, time.monotonic()
        while True:
            told = self.get(path, dialect)
            told = told.get("data", told)
            if told[name] in ends:
                return told
            progress = told.get("progress")
            if isinstance(progress, dict):
                progress = {key: value for key, value in progress.items() if key != "secondsLeft"}
            if (told[name], progress) != seen:
                seen, moved_at = (told[name], progress), time.monotonic()
            if time.monotonic() - moved_at > PATIENCE_S:
                raise Stuck(f"{path} doesn't go on: {told}")
            time.sleep(POLL_S)

    def upload(self, settings: dict[str, Any]) -> tuple[str, str]:
        """Of a new model: its id, and that of the render."""
        model = box_glb(self.chance.uniform(0.5, 2.0))
        answer = self.ask(
            "POST", "/v1/models", data={"renderSettings": json.dumps(settings)},
            files={"file": ("box.glb", model, "model/gltf-binary")},
        )  # fmt: skip
        self.ordered["renders"] += 1
        made = self.wanted(answer)["data"]
        self.models.append(made["modelId"])
        return made["modelId"], made["renderId"]

    def render(self, settings: dict[str, Any]) -> str:
        """A further render of an old model; its id."""
        if not self.models:
            return self.upload(settings)[1]
        body = {"modelId": self.chance.choice(self.models), "renderSettings": settings}
        self.ordered["renders"] += 1
        return str(self.wanted(self.ask("POST", "/v1/renders", json=body))["data"]["id"])

    def follow(self, kind: str, render_id: str) -> str:
        status = str(self.until(f"/v1/renders/{render_id}", "status", ("done", "error", "failed"))["status"])
        self.ended.append((kind, render_id, status))
        return status


def upload(customer: Customer) -> None:
    _, render_id = customer.upload(SMALL)
    customer.follow("upload", render_id)


def video(customer: Customer) -> None:
    turned = {**SMALL, "rotateY": customer.chance.randrange(180)}
    customer.follow("video", customer.render(turned))


def still(customer: Customer) -> None:
    customer.follow("still", customer.render({"output": "image", "rotateY": customer.chance.randrange(180)}))


def dataset(customer: Customer) -> None:
    customer.follow("dataset", customer.render({"output": "dataset"}))


def cancelled(customer: Customer) -> None:
    """Ordered, not wanted any more and, if that was in time, wanted after all."""
    render_id = customer.render(SMALL)
    time.sleep(customer.chance.uniform(0, 2))
    answer = customer.ask("PATCH", f"/v1/renders/{render_id}/cancel")
    if customer.follow("cancelled", render_id) == "error" and customer.chance.random() < 0.5:
        customer.ask("PATCH", f"/v1/renders/{render_id}/retry")
        customer.follow("retried", render_id)
    assert answer.status_code in (200, 400), answer.text


def deleted(customer: Customer) -> None:
    render_id = customer.render(SMALL)
    time.sleep(customer.chance.uniform(0, 3))
    answer = customer.ask("DELETE", f"/v1/renders/{render_id}")
    assert answer.status_code in (200, 404), answer.text  # the answer to an earlier try may have been lost
    customer.ordered["renders"] -= 1


def usdz(customer: Customer) -> None:
    model_id, render_id = customer.upload({"output": "image"})
    customer.follow("still", render_id)
    deadline = time.monotonic() + PATIENCE_S
    while (answer := customer.ask("GET", f"/v1/models/{model_id}/file?format=usdz")).status_code == 404:
        if time.monotonic() > deadline:
            raise Stuck(f"there is no USDZ of {model_id}: {answer.text}")
        time.sleep(POLL_S)
    assert answer.content.startswith(b"PK"), answer.text
    customer.ended.append(("usdz", model_id, "done"))


def glossi(customer: Customer) -> None:
    """A job with one picture."""
    content = {"look": {"shadows": False}, "bookmarks": [{"name": "Front View", "azimuth": 0, "elevation": 12}]}
    template = customer.wanted(customer.ask(
        "POST", "/api/v1/templates", dialect="glossi", json={"name": "Small", "content": content}
    ))  # fmt: skip
    job = customer.wanted(customer.ask("POST", "/api/v1/jobs", dialect="glossi", json={
        "models": [{"fileName": "box.glb", "fileType": "glb"}], "templateId": template["templateId"],
        "renderSettings": {"renderBookmarks": True, "imageQuality": 0},
    }))  # fmt: skip
    customer.ordered["workflows"] += 1
    url, model = job["models"][0]["uploadUrl"], box_glb(customer.chance.uniform(0.5, 2))
    if "/storage/" in url:
        url = url[url.index("/storage/") :]  # the farm's own, which has another port when it is started again
    put = customer.ask("PUT", url, dialect="", content=model)
    assert put.is_success, put.text
    path = f"/api/v1/jobs/{job['jobId']}"
    customer.wanted(customer.ask("POST", f"{path}/confirm-uploads", dialect="glossi"))
    told = customer.until(path, "status", ("COMPLETE", "FAILED"), "glossi")
    customer.ended.append(("glossi", job["jobId"], told["status"]))


def flow(customer: Customer, template: str, data: str, parameters: Mapping[str, Any]) -> None:
    made = customer.wanted(customer.ask("POST", "/flows", dialect="generio", json={
        "template": template, "parameters": dict(parameters), "inputs": [{"data": data, "additional": None}],
    }))  # fmt: skip
    customer.ordered["flows"] += 1
    told = customer.until(f"/flows/{made['flow_id']}", "state", ("completed", "failed", "aborted"), "generio")
    customer.ended.append((template, made["flow_id"], told["state"]))


def optimised(customer: Customer) -> None:
    model = base64.b64encode(box_glb(customer.chance.uniform(0.5, 2))).decode()
    flow(customer, "model_optimize", f"data:model/gltf-binary;base64,{model}", {"polygon_count": 1000})


def generated(customer: Customer) -> None:
    flow(customer, "model_generate_fromprompt", "a red box", {"quality": "low"})


def grok(customer: Customer) -> None:
    """Nobody's key, and none by which an order can be repeated: one whose answer gets lost may be made twice."""
    job = customer.wanted(customer.ask("POST", "/api/generate", dialect="", json={"prompt": "a red box"}))
    told = customer.until(f"/api/status/{job['job_id']}", "status", ("complete", "error"), "")
    customer.ended.append(("grok", job["job_id"], told["status"]))


ORDERS: Mapping[str, Callable[[Customer], None]] = {
    each.__name__: each
    for each in (upload, video, still, dataset, cancelled, deleted, usdz, glossi, optimised, generated, grok)
}


class Custom(threading.Thread):
    """A customer's orders, one after the other, until it `stops`; the last is still followed to its end. `error` is
    what went wrong."""

    def __init__(self, customer: Customer, kinds: Sequence[str]) -> None:
        super().__init__(name=f"customer {customer.seed}", daemon=True)
        self.customer = customer
        self.error: BaseException | None = None
        self._kinds = kinds
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        try:
            for kind in self._kinds:
                if self._stopping.is_set():
                    return
                ORDERS[kind](self.customer)
        except BaseException as error:  # noqa: BLE001 (whatever it is, it is told)
            self.error = error
        finally:
            self.customer.http.close()
