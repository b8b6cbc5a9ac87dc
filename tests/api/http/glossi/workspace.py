"""A team that has models, templates and projects, and a hand that draws for it what workers would."""

import dataclasses
from typing import Any

from sqlalchemy import select

from api.db.tables import Base
from api.domain.kit.failures import Failure
from api.domain.work import claims, scheduling
from api.domain.work.claims import Claim
from api.domain.work.states import Role
from tests.support.glossi import Team
from tests.support.web import VIDEO_FILES, Web

FILES = {
    "thumbnail": {"thumb": ("image.png", "image/png")},
    "stills": {"image": ("image.png", "image/png"), "thumb": ("thumb.png", "image/png")},
    "video": VIDEO_FILES,
}
"""File names and content types of what each kind of work makes, by the names in the database."""

CAMERA = {"name": "Front View", "azimuth": 0, "elevation": 12}
SHOT = {"name": "360 Spin", "length": 3}
CONTENT = {"bookmarks": [CAMERA], "shots": [SHOT]}


@dataclasses.dataclass(frozen=True)
class Workspace(Team):
    """Its helpers fail where the farm refuses."""

    @classmethod
    def another(cls, web: Web, *, credits: int = 100) -> "Workspace":
        """One of another account of the same farm."""
        return cls(Web.of(web.database, web.settings, credits=credits, email="other@example.com"))

    def get(self, path: str) -> Any:
        return self._done(self.ask("GET", path))

    def post(self, path: str, **body: Any) -> Any:
        return self._done(self.ask("POST", path, json=body))

    def _done(self, answer: Any) -> Any:
        assert answer.is_success, answer.text
        return answer.json()

    def ready(self, name: str = "chair", *variants: str) -> str:
        """The id of a model that is READY, and has these material variants."""
        model_id = self.confirmed(b"glTF" + name.encode() + bytes(100), f"{name}.glb")
        self.web.inspect(variants=list(variants))
        self.draw()
        return model_id

    def template(self, **content: Any) -> str:
        body = {"name": "Mine", "content": content or CONTENT}
        return str(self.post("/templates", **body)["templateId"])

    def project(self, *model_ids: str, template_id: str | None = None) -> str:
        body = {"modelIds": list(model_ids), "templateId": template_id or self.template()}
        return str(self.post("/projects", **body)["projects"][0]["projectId"])

    def order(self, project_id: str, **settings: Any) -> str:
        """The id of the render job."""
        return str(self.post("/renders", projectIds=[project_id], settings=settings)["jobs"][0]["jobId"])

    def job(self, *names: str, **body: Any) -> str:
        """The id of a job that has the files of its models, and isn't confirmed yet."""
        models = [{"fileName": f"{name}.glb", "fileType": "glb"} for name in names]
        created = self.post("/jobs", models=models, **body)
        for name, model in zip(names, created["models"], strict=True):
            assert self.put(model["uploadUrl"], b"glTF" + name.encode() + bytes(100)).status_code == 200
        return str(created["jobId"])

    def run(self, job_id: str) -> Any:
        """Confirms the job's files, and has its models read and its pictures drawn; what is told of it then."""
        self._done(self.ask("POST", f"/jobs/{job_id}/confirm-uploads"))
        self.inspect()
        self.draw()
        return self.get(f"/jobs/{job_id}")

    def inspect(self, **told: Any) -> None:
        """Workers read all models that wait for it, and what comes after it happens."""
        self._work("inspect", told=told)

    def refuse(self, why: str) -> None:
        """A worker can't read the model that has waited longest."""
        with self.web.database.begin() as session:
            claim = claims.claim(session, worker="test", queues=["inspect"], lease_seconds=60)
        assert claim is not None
        self._fail(claim, why)

    def draw(self, *, failing: str | None = None) -> None:
        """Workers draw all that waits for it, or fail with `failing`."""
        self._work("render", failing=failing)

    def _work(self, queue: str, *, failing: str | None = None, told: Any = None) -> None:
        web = self.web
        while True:
            with web.database.begin() as session:
                claim = claims.claim(session, worker="test", queues=[queue], lease_seconds=60)
            if claim is None:
                return
            if failing is not None:
                self._fail(claim, failing)
                continue
            files = {
                owner: {
                    name: web.put(claim, owner, file, f"{owner} {name}".encode(), kind)
                    for name, (file, kind) in FILES.get(claim.kind, {}).items()
                }
                for owner in claim.variants
                if claim.role != Role.PART
            }
            with web.app.state.farm.work() as unit:
                if claim.role == Role.PART:
                    assert scheduling.settle_part(unit, claim, {})
                else:
                    assert scheduling.settle_done(unit, claim, files, told)

    def _fail(self, claim: Claim, why: str) -> None:
        failure = Failure("invalid_model", why)
        with self.web.app.state.farm.work() as unit:
            assert scheduling.settle_error(unit, claim, failure, retry=False, max_attempts=3)

    def state(self) -> tuple[object, ...]:
        """All rows of all tables, but when keys were used, and all files."""
        with self.web.database.read() as session:
            rows = [
                sorted(map(repr, session.execute(select(table))))
                for table in Base.metadata.sorted_tables
                if table.name != "tokens"
            ]
        return rows, self.web.stored()
