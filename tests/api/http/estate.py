"""An account with a bit of everything, and requests about it: for tests that walk all routes of openapi.json.

A new route of any dialect is walked as soon as it exists. If its path or body has an id, say here what to put there.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from api.db.tables import Base
from api.domain.accounts import accounts, credentials
from api.domain.accounts.credentials import SCOPES, USUAL_SCOPES
from api.domain.projects import templates, variants, workflows
from api.http.app import DIALECTS
from api.http.dialect import Dialects
from tests.api.domain import projects as hand
from tests.support.flows import finish_steps
from tests.support.web import GLB, Web

HOOK_URL = "https://shop.example/hook"
HOOK = {"url": HOOK_URL, "events": ["project.created"]}

STRANGER = "StrangerStra"
"""Id of another account."""

Keys = Mapping[str, str | None]
"""By dialect."""
NOBODY: Keys = {dialect.name: None for dialect in DIALECTS}

dialect_of = Dialects(DIALECTS).of

PUBLIC = ("/api/v/", "/s/", "/i/", "/g", "/embed/", "/api/generate", "/api/status/", "/api/asset/", "/api/examples",
          "/api/jobs/")  # fmt: skip
"""Where what there is is everybody's: test_shares, test_pictures, test_galleries, and tests of the Grok pipeline."""

LARGE: dict[str, Any] = {"name": "large.glb", "size": 9, "sha256": "1a" * 32}
"""An upload in parts."""
FLOW = "model_generate_fromprompt"
TEMPLATE = {"name": "Mine", "content": next(iter(templates.BUILTIN.values())).content.to_json()}


class Estate:
    """The account of `web`. Ids are by what openapi.json calls them in a path."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self._glossi = self._make_glossis()
        self._dxgl = self._make_dxgls()
        self.make_flows()
        self.sha256 = web.get(f"/v1/models/{self._dxgl['model_id']}").json()["data"]["sha256"]
        document = web.get("/openapi.json", token=None).json()
        self.operations: list[tuple[str, str, dict[str, Any]]] = [
            (method.upper(), path, operation)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if not path.startswith(PUBLIC)
        ]

    def _make_dxgls(self) -> dict[str, str]:
        web = self.web
        notify = {"notifyUrl": HOOK_URL}
        uploaded = web.post("/v1/models", files={"file": ("chair.glb", GLB)}, data=notify).json()["data"]
        ids = {"model_id": uploaded["modelId"], "render_id": uploaded["renderId"]}
        web.finish(uploaded["renderId"], web=True)
        ids["delivery_id"] = web.get("/v1/webhooks/deliveries").json()["data"][0]["id"]
        picture = io.BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        overlay = web.post("/v1/overlays", files={"file": ("sky.png", picture.getvalue())})
        ids["overlay_id"] = overlay.json()["data"]["id"]
        begun = web.post("/v1/uploads", json=LARGE).json()["data"]
        ids["upload_id"] = begun["id"]
        with web.database.begin() as session:
            ids["key_id"] = credentials.issue(session, web.account_id, name="to be revoked").id
        return ids

    def _make_glossis(self) -> dict[str, str]:
        """`spare_id` is a model that nothing else has to do with, `workflow_id` a job of /jobs."""
        web, database, account_id = self.web, self.web.database, self.web.account_id
        assert web.request("PUT", "/api/v1/webhooks", token=web.glossi_key, json=HOOK).status_code == 200
        made = web.post("/api/v1/templates", token=web.glossi_key, json=TEMPLATE)
        ids = {"template_id": made.json()["templateId"]}
        for name in ("model_id", "variant_id", "spare_id"):
            ids[name] = hand.ready_model(database, account_id, f"{name}.glb")
        with hand.work(database) as unit:
            variants.attach_variant(unit, account_id, ids["model_id"], ids["variant_id"], "Oak")
        ids["project_id"] = hand.create_project(database, account_id, ids["model_id"]).id
        [job] = hand.order(database, account_id, ids["project_id"])
        hand.draw_all(database)
        announced = hand.announce(database, account_id, "job.glb")
        with hand.work(database) as unit:
            ids["workflow_id"] = workflows.create_workflow(
                unit, account_id, announced, template_id=ids["template_id"], create_projects=True, settings=None
            ).id
        told = web.get("/api/v1/webhooks/deliveries", token=web.glossi_key).json()
        return ids | {"job_id": job.id, "delivery_id": told["deliveries"][0]["id"]}

    def make_flows(self) -> None:
        """`flow_id` has ended; `waiting_id` and `startable_id` have an input, and aren't started."""
        web, chair = self.web, {"data": "A chair"}

        def ask(method: str, path: str, **arguments: Any) -> Any:
            answer = web.request(method, path, token=web.generio_key, **arguments)
            assert answer.status_code == 200, answer.text
            return answer.json()

        ids = {"flow_id": ask("POST", "/flows", json={"template": FLOW, "inputs": [chair]})["flow_id"]}
        finish_steps(web)
        for name in ("waiting_id", "startable_id"):
            ids[name] = ask("POST", "/flows", json={"template": FLOW})["flow_id"]
            ask("POST", f"/flows/{ids[name]}/inputs", json=chair)
        ids["input_id"] = ask("GET", f"/flows/{ids['flow_id']}/inputs")["inputs"][0]["id"]
        ids["output_id"] = ask("GET", f"/flows/{ids['flow_id']}/outputs")["outputs"][0]["id"]
        self._generio = ids

    def ids(self, path: str) -> dict[str, str]:
        """What may be put into a path, or a body that is sent there."""
        if dialect_of(path).name == "generio":
            own = self._generio
            flow = {"/flows/{flow_id}": "startable_id", "/flows/{flow_id}/inputs": "waiting_id"}.get(path, "flow_id")
            asset = own["output_id"] if "outputs" in path else own["input_id"]
            return {"flow_id": own[flow], "asset_id": asset, "template_id": FLOW}
        if dialect_of(path).name in ("dxgl", "grok"):
            return self._dxgl | {"number": "1"}
        return self._glossi | ({"job_id": self._glossi["workflow_id"]} if path.startswith("/api/v1/jobs/") else {})

    @property
    def all_ids(self) -> set[str]:
        return {*self._dxgl.values(), *self._glossi.values(), *self._generio.values()}

    def keys(self, account_id: str, scopes: Sequence[str] = USUAL_SCOPES) -> Keys:
        """Keys of an account for all dialects."""
        with self.web.database.begin() as session:
            return {
                dialect.name: credentials.issue(
                    session, account_id, name="test", dialect=dialect.name, scopes=scopes
                ).raw
                for dialect in DIALECTS
            }

    def stranger(self, monkeypatch: pytest.MonkeyPatch, credits: int = 10) -> Keys:
        """Keys of another account, whose id is STRANGER, for all that keys can be for."""
        with monkeypatch.context() as patch, self.web.database.begin() as session:
            patch.setattr(accounts, "new_id", lambda: STRANGER)
            accounts.sign_up(session, "other@example.com", credits=credits)
        return self.keys(STRANGER, SCOPES)

    def body(self, method: str, path: str) -> dict[str, Any]:
        """What to send so that the request is about this account."""
        bodies = {"glossi": self._glossi_bodies, "generio": self._generio_bodies}.get(
            dialect_of(path).name, self._dxgl_bodies
        )()
        return bodies[method, path] if method == "POST" else bodies.get((method, path), {})

    def _dxgl_bodies(self) -> dict[tuple[str, str], dict[str, Any]]:
        model_id, render_id = self._dxgl["model_id"], self._dxgl["render_id"]
        return {
            ("POST", "/v1/models"): {"files": {"file": ("chair.glb", GLB)}},
            ("POST", "/v1/models/generate"): {"json": {"from": self._generio["output_id"]}},
            ("POST", "/v1/models/ingest"): {"json": {"url": "http://127.0.0.1/chair.glb"}},
            ("POST", "/v1/models/check-hash"): {"json": {"sha256": self.sha256}},
            ("POST", "/v1/uploads"): {"json": LARGE},
            ("PUT", "/v1/uploads/{upload_id}/{number}"): {"content": GLB[: LARGE["size"]]},
            ("POST", "/v1/uploads/{upload_id}/complete"): {},
            ("POST", "/v1/renders"): {"json": {"modelId": model_id}},
            ("POST", "/v1/renders/batch"): {"json": {"renders": [{"modelId": model_id}]}},
            ("POST", "/v1/overlays"): {"files": {"file": ("sky.png", b"no picture")}},
            ("POST", "/v1/quote"): {"json": {"renders": [{}]}},
            ("POST", "/v1/renders/{render_id}/share"): {},
            ("POST", "/v1/models/{model_id}/image-url"): {"json": {"width": 64}},
            ("POST", "/v1/image-key"): {},
            ("POST", "/v1/renders/{render_id}/restore"): {},
            ("POST", "/v1/models/{model_id}/restore"): {},
            ("POST", "/v1/tickets"): {},
            ("POST", "/v1/keys"): {"json": {"name": "mine", "scopes": ["admin"]}},
            ("POST", "/v1/renders/cancel"): {"json": {"ids": [render_id]}},
            ("POST", "/v1/renders/delete"): {"json": {"ids": [render_id]}},
            ("POST", "/v1/models/delete"): {"json": {"ids": [model_id]}},
            ("POST", "/v1/webhooks/secret"): {},
            ("POST", "/v1/webhooks/deliveries/{delivery_id}/send-again"): {},
            ("PATCH", "/v1/models/{model_id}"): {"json": {"title": "mine"}},
        }

    def _glossi_bodies(self) -> dict[tuple[str, str], dict[str, Any]]:
        ids = self._glossi
        files = [{"fileName": "chair.glb", "fileType": "glb"}]
        return {
            ("POST", "/api/v1/models"): {"json": {"models": files}},
            ("POST", "/api/v1/models/{model_id}/confirm"): {},
            ("POST", "/api/v1/models/status"): {"json": {"modelIds": [ids["model_id"]]}},
            ("POST", "/api/v1/models/{model_id}/variants"): {"json": {"modelId": ids["spare_id"], "name": "Ash"}},
            ("POST", "/api/v1/templates"): {"json": TEMPLATE},
            ("PUT", "/api/v1/templates/{template_id}"): {"json": TEMPLATE},
            ("POST", "/api/v1/projects"): {"json": {"modelIds": [ids["model_id"]], "templateId": hand.STUDIO}},
            ("POST", "/api/v1/renders"): {"json": {"projectIds": [ids["project_id"]]}},
            ("POST", "/api/v1/renders/{job_id}/retry"): {},
            ("POST", "/api/v1/jobs"): {"json": {"models": files, "templateId": ids["template_id"]}},
            ("POST", "/api/v1/jobs/{job_id}/confirm-uploads"): {},
            ("PUT", "/api/v1/webhooks"): {"json": HOOK},
            ("POST", "/api/v1/webhooks/deliveries/{delivery_id}/send-again"): {},
        }

    def _generio_bodies(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {
            ("POST", "/flows"): {"json": {"template": FLOW}},
            ("POST", "/flows/{flow_id}/inputs"): {"json": {"data": "A lamp"}},
            ("PATCH", "/flows/{flow_id}"): {"json": {"action": "start"}},
        }

    def ask(self, method: str, path: str, keys: Keys) -> httpx.Response:
        token = keys[dialect_of(path).name]
        return self.web.request(method, path.format(**self.ids(path)), token=token, **self.body(method, path))

    def state(self) -> tuple[object, ...]:
        """All rows of all tables, and all files, but the stranger's rows, when tokens were used, and secrets, which are
        made when they are needed first."""
        with self.web.database.read() as session:
            rows = [
                sorted(row for row in map(repr, session.execute(select(table))) if STRANGER not in row)
                for table in Base.metadata.sorted_tables
                if table.name not in ("tokens", "webhook_secrets", "picture_keys")
            ]
        return rows, [key for key in self.web.stored() if key != ".signing-secret"]
