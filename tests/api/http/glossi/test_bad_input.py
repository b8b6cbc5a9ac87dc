"""What can't be is told in Glossi's envelope; nothing is charged, and nothing stays in the storage or the rows."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.db.session import Database
from tests.api.http.glossi.workspace import CAMERA, CONTENT, Workspace
from tests.support.glossi import error
from tests.support.web import Web

UNKNOWN = "Ab3kF9x2qL1m"
BAD = (400, "VALIDATION_ERROR")
ABSENT = (404, "NOT_FOUND")
GLB_FILE = {"fileName": "chair.glb", "fileType": "glb"}
MANY = [f"{number:012}" for number in range(1001)]


class Estate:
    """A workspace that has something of everything, and the ids of another one's."""

    def __init__(self, web: Web) -> None:
        other = Workspace.another(web)
        self.other_model = other.ready("shelf")
        self.other_template = other.template(bookmarks=[CAMERA])
        self.other_project = other.project(self.other_model, template_id=self.other_template)
        self.other_done = other.order(self.other_project)
        self.other_job = other.job("stool")
        self.workspace = workspace = Workspace(web)
        self.template = workspace.template()
        self.still_template = workspace.template(bookmarks=[{"name": f"View {number}"} for number in range(10)])
        self.ready = workspace.ready()
        self.project = workspace.project(self.ready, template_id=self.template)
        self.done = workspace.order(self.project)
        workspace.draw()
        [awaited] = workspace.announce("table.glb")
        self.awaited = awaited["modelId"]
        self.pending = workspace.confirmed(b"glTF" + bytes(200), "lamp.glb")
        self.job = workspace.job("desk")
        self.before = workspace.state()

    def is_unchanged(self) -> bool:
        return self.workspace.state() == self.before


@pytest.fixture(scope="module")
def estate(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """One for all tests here, which change nothing."""
    folder = tmp_path_factory.mktemp("estate")
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'pirouette.sqlite3')}")
    yield Estate(Web.make(database, folder))
    database.dispose()


def project(**changes: Any) -> Callable[[Estate], dict[str, Any]]:
    return lambda estate: {"modelIds": [estate.ready], "templateId": estate.template, **made(changes, estate)}


def renders(**changes: Any) -> Callable[[Estate], dict[str, Any]]:
    return lambda estate: {"projectIds": [estate.project], **made(changes, estate)}


def job(**changes: Any) -> Callable[[Estate], dict[str, Any]]:
    return lambda estate: {"models": [GLB_FILE], "templateId": estate.template, **made(changes, estate)}


def template(**changes: Any) -> Callable[[Estate], dict[str, Any]]:
    return lambda estate: {"name": "Mine", "content": {**CONTENT, **changes}}


def made(changes: dict[str, Any], estate: Estate) -> dict[str, Any]:
    """Those of the values that are functions, of the estate."""
    return {name: value(estate) if callable(value) else value for name, value in changes.items()}


def settings(**wrong: Any) -> dict[str, Any]:
    return {"renderBookmarks": True, **wrong}


Case = tuple[str, Callable[[Estate], Any], tuple[int, str], str]
"""Path below /api/v1, body, status and code, and what the message says."""

CASES: list[Case] = [
    # templates
    ("/templates", lambda _: {}, BAD, "name"),
    ("/templates", lambda _: {"name": "Mine"}, BAD, "content"),
    ("/templates", lambda _: {"name": "", "content": CONTENT}, BAD, "name"),
    ("/templates", lambda _: {"name": 7, "content": CONTENT}, BAD, "name"),
    ("/templates", lambda _: {"name": "Mine", "content": []}, BAD, "content"),
    ("/templates", lambda _: {"name": "Mine", "content": CONTENT, "tags": "studio"}, BAD, "tags"),
    ("/templates", template(bookmarks=[], shots=[]), BAD, "bookmarks"),
    ("/templates", template(bookmarks=[CAMERA] * 51), BAD, "bookmarks"),
    ("/templates", template(bookmarks=[CAMERA, CAMERA]), BAD, "bookmarks[1].name"),
    ("/templates", template(bookmarks=[{**CAMERA, "elevation": 100}]), BAD, "bookmarks[0].elevation"),
    ("/templates", template(bookmarks=[{**CAMERA, "elevation": "12"}]), BAD, "bookmarks[0].elevation"),
    ("/templates", template(shots=[{"name": "Spin", "length": 31}]), BAD, "shots[0].length"),
    ("/templates", template(shots=[{"name": "Spin", "effect": "dataset"}]), BAD, "shots[0].effect"),
    ("/templates", template(look={"quality": "4k"}), BAD, "quality"),
    ("/templates", template(look={"bgColor": "red"}), BAD, "look.bgColor"),
    # projects
    ("/projects", lambda _: {}, BAD, "modelIds"),
    ("/projects", project(modelIds=[]), BAD, ""),
    ("/projects", project(modelIds=MANY), BAD, ""),
    ("/projects", project(modelIds=lambda e: e.ready), BAD, "modelIds"),
    ("/projects", project(modelIds=lambda e: [e.ready, 7]), BAD, "modelIds[1]"),
    ("/projects", project(modelIds=lambda e: [e.ready, e.ready]), BAD, ""),
    ("/projects", project(modelIds=[UNKNOWN]), ABSENT, UNKNOWN),
    ("/projects", project(modelIds=["\0", "a" * 100_000]), ABSENT, ""),
    ("/projects", project(modelIds=lambda e: [e.ready, e.other_model]), ABSENT, "There is no model"),
    ("/projects", project(modelIds=lambda e: [e.pending]), (409, "MODEL_NOT_READY"), "PENDING, not READY"),
    ("/projects", project(modelIds=lambda e: [e.ready, e.awaited]), (409, "MODEL_NOT_READY"), "AWAITING_UPLOAD"),
    ("/projects", project(templateId=UNKNOWN), ABSENT, "emplate"),
    ("/projects", project(templateId=lambda e: e.other_template), ABSENT, "emplate"),
    ("/projects", project(templateId=None), BAD, "templateId"),
    ("/projects", project(name=7), BAD, "name"),
    ("/projects", project(name="n" * 201), BAD, "name"),
    ("/projects", project(name="a\0b"), BAD, "name"),
    ("/projects", project(createPerModel="true"), BAD, "createPerModel"),
    ("/projects", project(createPerModel=1), BAD, "createPerModel"),
    # renders
    ("/renders", lambda _: {}, BAD, "projectIds"),
    ("/renders", renders(projectIds=[]), BAD, ""),
    ("/renders", renders(projectIds=MANY), BAD, ""),
    ("/renders", renders(projectIds={}), BAD, "projectIds"),
    ("/renders", renders(projectIds=lambda e: [e.project, e.project]), BAD, ""),
    ("/renders", renders(projectIds=lambda e: [e.project, UNKNOWN]), ABSENT, UNKNOWN),
    ("/renders", renders(projectIds=lambda e: [e.project, e.other_project]), ABSENT, "There is no project"),
    ("/renders", renders(settings=[]), BAD, "settings"),
    ("/renders", renders(settings={"imageQuality": 7}), BAD, "settings.imageQuality must be one of 0 (720p)"),
    ("/renders", renders(settings={"imageQuality": -1}), BAD, "settings.imageQuality"),
    ("/renders", renders(settings={"imageQuality": "1"}), BAD, "settings.imageQuality"),
    ("/renders", renders(settings={"imageQuality": 1.5}), BAD, "settings.imageQuality"),
    ("/renders", renders(settings={"imageQuality": True}), BAD, "settings.imageQuality"),
    ("/renders", renders(settings={"videoQuality": 3}), BAD, "settings.videoQuality"),
    ("/renders", renders(settings={"videoResolution": 10**30}), BAD, "settings.videoResolution"),
    ("/renders", renders(settings={"renderShots": "false"}), BAD, "settings.renderShots"),
    ("/renders", renders(settings={"renderBookmarks": False, "renderShots": False}), BAD, "nothing to render"),
    # jobs
    ("/jobs", lambda _: {}, BAD, "models"),
    ("/jobs", job(models=[]), BAD, "models"),
    ("/jobs", job(models=[GLB_FILE] * 1001), BAD, "models"),
    ("/jobs", job(models=GLB_FILE), BAD, "models"),
    ("/jobs", job(models=[{"fileName": "chair.glb"}]), BAD, "models[0].fileType"),
    ("/jobs", job(models=[GLB_FILE, {**GLB_FILE, "fileName": 7}]), BAD, "models[1].fileName"),
    ("/jobs", job(models=[{**GLB_FILE, "fileType": "fbx"}]), (400, "UNSUPPORTED_FILE_TYPE"), "chair.glb"),
    ("/jobs", job(templateId=UNKNOWN), ABSENT, "emplate"),
    ("/jobs", job(templateId=lambda e: e.other_template), ABSENT, "emplate"),
    ("/jobs", job(templateId=7), BAD, "templateId"),
    ("/jobs", job(createProjects="true"), BAD, "createProjects"),
    ("/jobs", job(renderSettings=settings(imageQuality=7)), BAD, "imageQuality must be one of 0 (720p)"),
    ("/jobs", job(renderSettings={"renderBookmarks": "yes"}), BAD, "renderSettings.renderBookmarks"),
    ("/jobs", job(renderSettings=True), BAD, "renderSettings"),
    ("/jobs", job(renderSettings=settings(), templateId=None), BAD, "name a template"),
    ("/jobs", job(renderSettings=settings(), createProjects=False), BAD, "projects"),
    ("/jobs", job(renderSettings={"renderShots": True}, templateId=lambda e: e.still_template), BAD,
     "nothing to render"),
    ("/jobs", job(renderSettings=settings(), templateId=lambda e: e.still_template, models=[GLB_FILE] * 501), BAD,
     "more than 5,000 pictures and videos"),
    ("/jobs", job(webhookUrl="http://your-app.com/hook"), BAD, "https://"),
    ("/jobs", job(webhookUrl="https://127.0.0.1/hook"), BAD, "public address"),
    ("/jobs", job(webhookUrl="https://169.254.169.254/"), BAD, "public address"),
    ("/jobs", job(webhookUrl="https://[::ffff:127.0.0.1]/"), BAD, "public address"),
    ("/jobs", job(webhookUrl="your-app.com/hook"), BAD, ""),
    ("/jobs", job(webhookUrl=""), BAD, ""),
    ("/jobs", job(webhookUrl="https://your-app.com/" + "a" * 2000), BAD, "2000 characters"),
    ("/jobs", job(webhookUrl=["https://your-app.com/hook"]), BAD, "webhookUrl"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "told", "says"), CASES)
def test_a_body_that_can_not_be_is_refused_and_changes_nothing(
    estate: Estate, path: str, body: Callable[[Estate], Any], told: tuple[int, str], says: str
) -> None:
    refused = estate.workspace.ask("POST", path, json=body(estate))
    assert error(refused) == told, refused.text
    assert refused.json().keys() == {"error", "code"}
    assert says in refused.json()["error"]
    assert len(refused.json()["error"]) < 1000
    assert estate.is_unchanged()


PATHS: list[tuple[str, str, tuple[int, str]]] = [
    *((method, f"/{noun}/{each}{rest}", ABSENT)
      for method, noun, rest in (
          ("GET", "templates", ""), ("DELETE", "templates", ""), ("GET", "projects", ""), ("DELETE", "projects", ""),
          ("GET", "renders", ""), ("POST", "renders", "/retry"), ("GET", "jobs", ""),
          ("POST", "jobs", "/confirm-uploads"),
      )
      for each in (UNKNOWN, "job-uuid", "%00", "a" * 500)),
    ("POST", "/renders/{0.done}/retry", (409, "CONFLICT")),
    ("GET", "/jobs/{0.other_job}", ABSENT),
    ("POST", "/jobs/{0.other_job}/confirm-uploads", ABSENT),
    ("GET", "/projects/{0.other_project}", ABSENT),
    ("DELETE", "/projects/{0.other_project}", ABSENT),
    ("GET", "/renders/{0.other_done}", ABSENT),
    ("POST", "/renders/{0.other_done}/retry", ABSENT),
    ("GET", "/templates/{0.other_template}", ABSENT),
    ("DELETE", "/templates/{0.other_template}", ABSENT),
    ("GET", "/renders/{0.project}", ABSENT),
    ("GET", "/jobs/{0.done}", ABSENT),
    ("GET", "/renders/{0.job}", ABSENT),
    ("GET", "/templates?internal=7x", BAD),
    ("GET", "/projects?limit=many", BAD),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "told"), PATHS)
def test_a_path_that_leads_nowhere_is_refused_and_changes_nothing(
    estate: Estate, method: str, path: str, told: tuple[int, str]
) -> None:
    refused = estate.workspace.ask(method, path.format(estate))
    assert error(refused) == told
    assert refused.json().keys() == {"error", "code"}
    assert estate.is_unchanged()


@pytest.mark.parametrize("path", ["/templates", "/projects", "/renders", "/jobs"])
@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b'"text"', b"null", b"\xff", b'{"modelIds": NaN}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(estate: Estate, path: str, body: bytes) -> None:
    assert error(estate.workspace.ask("POST", path, content=body)) == BAD
    assert estate.is_unchanged()


def test_a_refused_order_does_not_keep_its_key(estate: Estate) -> None:
    key = {"Idempotency-Key": "again"}
    for path, body in (("/projects", project(modelIds=[UNKNOWN])), ("/renders", renders(projectIds=[UNKNOWN])),
                       ("/jobs", job(templateId=UNKNOWN))):  # fmt: skip
        for _ in range(2):
            assert error(estate.workspace.ask("POST", path, json=body(estate), headers=key)) == ABSENT
    assert estate.is_unchanged()


def test_html_that_is_called_glb_leaves_nothing(web: Web) -> None:
    workspace = Workspace(web)
    created = workspace.post("/jobs", models=[GLB_FILE])
    workspace.put(created["models"][0]["uploadUrl"], b"<!doctype html><title>Not found</title>")
    refused = workspace.ask("POST", f"/jobs/{created['jobId']}/confirm-uploads")
    assert error(refused) == (400, "INVALID_FILE")
    assert "a web page" in refused.json()["error"]
    assert not [key for key in web.stored() if key.startswith(("models/", "uploads/"))]
    assert workspace.get(f"/jobs/{created['jobId']}")["status"] == "AWAITING_UPLOADS"
