"""Templates, projects and renders as Glossi's API tells of them, and what becomes of the credits."""

from pathlib import Path

import pytest

from api.db.session import Database
from tests.api.http.glossi.workspace import CAMERA, CONTENT, SHOT, Workspace
from tests.support.glossi import error
from tests.support.web import Web

STUDIO = "studioLight1"


@pytest.fixture
def workspace(web: Web) -> Workspace:
    return Workspace(web)


def test_templates_are_made_shown_changed_and_deleted(workspace: Workspace) -> None:
    body = {"name": "Warm Studio", "description": "On cream", "tags": ["studio"], "content": CONTENT}
    created = workspace.ask("POST", "/templates", json=body)
    assert created.status_code == 201
    template_id = created.json()["templateId"]
    shown = workspace.get(f"/templates/{template_id}")
    assert shown == created.json()
    summary = {
        "templateId": template_id, "name": "Warm Studio", "description": "On cream", "tags": ["studio"],
        "public": False, "bookmarks": ["Front View"], "shots": ["360 Spin"],
    }  # fmt: skip
    assert {name: shown[name] for name in summary} == summary
    assert workspace.get("/templates?public=false") == {"templates": [summary]}
    body |= {"name": "Warm", "content": shown["content"]}
    again = workspace.ask("PUT", f"/templates/{template_id}", json=body)
    assert (again.status_code, again.json()) == (200, {**shown, "name": "Warm"})
    deleted = workspace.ask("DELETE", f"/templates/{template_id}")
    assert (deleted.status_code, deleted.json()) == (200, {"templateId": template_id, "deleted": True})
    assert error(workspace.ask("GET", f"/templates/{template_id}")) == (404, "NOT_FOUND")


def test_templates_are_listed_by_whose_they_are(workspace: Workspace) -> None:
    mine = workspace.template()
    Workspace.another(workspace.web).template()

    def listed(query: str) -> set[str]:
        return {each["templateId"] for each in workspace.get(f"/templates{query}")["templates"]}

    public = listed("?internal=false")
    assert STUDIO in public
    assert listed("?public=false") == {mine}
    assert listed("") == listed("?internal=true&public=true") == public | {mine}
    assert listed("?internal=false&public=false") == set()
    assert all(each["public"] for each in workspace.get("/templates?internal=false")["templates"])


def test_nobody_changes_a_public_template(workspace: Workspace) -> None:
    before = workspace.get(f"/templates/{STUDIO}")
    body = {"name": "Mine now", "content": CONTENT}
    assert error(workspace.ask("PUT", f"/templates/{STUDIO}", json=body)) == (404, "NOT_FOUND")
    assert error(workspace.ask("DELETE", f"/templates/{STUDIO}")) == (404, "NOT_FOUND")
    assert workspace.get(f"/templates/{STUDIO}") == before


def test_a_project_has_all_models_or_each_has_one(workspace: Workspace) -> None:
    chair, table = workspace.ready("chair"), workspace.ready("table")
    created = workspace.ask(
        "POST", "/projects", json={"name": "Spring", "modelIds": [table, chair], "templateId": STUDIO}
    )
    assert created.status_code == 201
    [project] = created.json()["projects"]
    assert project == {
        "projectId": project["projectId"], "name": "Spring", "status": "PENDING", "modelIds": [table, chair],
        "templateId": STUDIO,
    }  # fmt: skip
    assert workspace.get(f"/projects/{project['projectId']}") == {**project, "status": "READY"}
    each = workspace.post("/projects", modelIds=[table, chair], templateId=STUDIO, createPerModel=True)["projects"]
    assert [(one["name"], one["modelIds"]) for one in each] == [("table", [table]), ("chair", [chair])]
    page = workspace.get("/projects?limit=2")
    assert (page["total"], page["limit"], page["offset"], len(page["projects"])) == (3, 2, 0, 2)
    deleted = workspace.ask("DELETE", f"/projects/{project['projectId']}")
    assert deleted.json() == {"projectId": project["projectId"], "deleted": True}
    assert workspace.get("/projects")["total"] == 2


def test_a_job_goes_from_queued_to_completed_and_shows_each_picture_and_video(workspace: Workspace) -> None:
    project_id = workspace.project(workspace.ready("chair", "Walnut"))
    before = workspace.web.balance()
    ordered = workspace.ask("POST", "/renders", json={"projectIds": [project_id]})
    assert ordered.status_code == 201
    [job] = ordered.json()["jobs"]
    assert ordered.json() == {"jobs": [job], "totalProjects": 1, "batchId": ordered.json()["batchId"]}
    assert job == {"jobId": job["jobId"], "status": "QUEUED", "projectId": project_id}
    assert workspace.web.balance() == before - 2 * (1 + 4)
    queued = workspace.get(f"/renders/{job['jobId']}")
    assert queued == {**job, "batchId": ordered.json()["batchId"]}
    workspace.draw()
    told = workspace.get(f"/renders/{job['jobId']}")
    assert told["status"] == "COMPLETED"
    assert "errorMessage" not in told
    assert [(each["name"], each["fileType"], each["isVideo"]) for each in told["renders"]] == [
        ("Front View - Default", "PNG", False), ("360 Spin - Default", "MP4", True),
        ("Front View - Walnut", "PNG", False), ("360 Spin - Walnut", "MP4", True),
    ]  # fmt: skip
    for each in told["renders"]:
        name = "video" if each["isVideo"] else "image"
        downloaded = workspace.web.get(each["downloadUrl"], token=None)
        assert downloaded.content == f"{each['id']} {name}".encode()
        assert f'filename="{each["name"]}.' in downloaded.headers["content-disposition"]
        key = each["filePath"].removeprefix(f"workspaces/{workspace.web.account_id}/")
        assert workspace.web.storage.stat(key).size == len(downloaded.content)


@pytest.mark.parametrize(
    ("settings", "names", "credits"),
    [
        ({"renderShots": False}, ["Front View - Default", "Front View - Red"], 2),
        ({"renderBookmarks": False, "renderVariants": False}, ["360 Spin - Default"], 4),
        ({"renderBookmarks": False, "renderVariants": False, "videoResolution": 0, "videoQuality": 0},
         ["360 Spin - Default"], 2),
        ({"renderBookmarks": False, "renderVariants": False, "videoResolution": 2, "videoQuality": 2},
         ["360 Spin - Default"], 64),
        ({"renderShots": False, "imageQuality": 2, "renderVariants": None},
         ["Front View - Default", "Front View - Red"], 2),
    ],
)  # fmt: skip
def test_settings_say_what_is_rendered_for_which_price(
    sqlite_url: str, tmp_path: Path, settings: dict[str, object], names: list[str], credits: int
) -> None:
    database = Database(sqlite_url)
    workspace = Workspace(Web.make(database, tmp_path, credits=100))
    job_id = workspace.order(workspace.project(workspace.ready("chair", "Red")), **settings)
    assert workspace.web.balance() == 100 - credits
    workspace.draw()
    assert [each["name"] for each in workspace.get(f"/renders/{job_id}")["renders"]] == names
    database.dispose()


def test_variants_of_one_name_are_one(workspace: Workspace) -> None:
    template_id = workspace.template(bookmarks=[CAMERA])
    before = workspace.web.balance()
    job_id = workspace.order(workspace.project(workspace.ready("chair", "Red", "Red"), template_id=template_id))
    workspace.draw()
    rendered = workspace.get(f"/renders/{job_id}")["renders"]
    assert [each["name"] for each in rendered] == ["Front View - Default", "Front View - Red"]
    assert workspace.web.balance() == before - 2


def test_several_projects_are_one_batch_of_jobs(workspace: Workspace) -> None:
    template = workspace.template(bookmarks=[CAMERA])
    projects = [workspace.project(workspace.ready(name), template_id=template) for name in ("chair", "table")]
    ordered = workspace.post("/renders", projectIds=projects)
    assert [each["projectId"] for each in ordered["jobs"]] == projects
    assert ordered["totalProjects"] == 2
    batches = {workspace.get(f"/renders/{each['jobId']}")["batchId"] for each in ordered["jobs"]}
    assert batches == {ordered["batchId"]}


def test_a_failed_job_is_paid_back_keeps_what_there_is_and_is_tried_again(workspace: Workspace) -> None:
    project_id = workspace.project(workspace.ready(), template_id=workspace.template(bookmarks=[CAMERA], shots=[SHOT]))
    before = workspace.web.balance()
    job_id = workspace.order(project_id)
    first_batch = workspace.get(f"/renders/{job_id}")["batchId"]
    workspace.draw(failing="It is no model")
    failed = workspace.get(f"/renders/{job_id}")
    assert (failed["status"], failed["renders"]) == ("FAILED", [])
    assert failed["errorMessage"] == '2 of 2 could not be rendered, first "Front View - Default": It is no model'
    assert workspace.web.balance() == before
    retried = workspace.ask("POST", f"/renders/{job_id}/retry")
    assert retried.status_code == 200
    batch_id = retried.json()["batchId"]
    assert retried.json() == {"jobId": job_id, "status": "QUEUED", "projectId": project_id, "batchId": batch_id}
    assert batch_id != first_batch
    assert workspace.web.balance() == before - 5
    assert error(workspace.ask("POST", f"/renders/{job_id}/retry")) == (409, "CONFLICT")
    workspace.draw()
    assert workspace.get(f"/renders/{job_id}")["status"] == "COMPLETED"
    refused = workspace.ask("POST", f"/renders/{job_id}/retry")
    assert error(refused) == (409, "CONFLICT")
    assert refused.json()["error"] == "Only a job that has FAILED can be tried again; this one is COMPLETED"
    assert workspace.web.balance() == before - 5


def test_who_has_no_credits_gets_no_renders(workspace: Workspace) -> None:
    project_id = workspace.project(workspace.ready("chair", "A", "B"))
    before = workspace.state()
    refused = workspace.ask("POST", "/renders", json={"projectIds": [project_id]})
    assert error(refused) == (402, "INSUFFICIENT_CREDITS")
    assert workspace.state() == before


def test_an_order_is_made_once_under_its_key(workspace: Workspace) -> None:
    model_id, template_id = workspace.ready(), workspace.template(bookmarks=[CAMERA])
    project = {"modelIds": [model_id], "templateId": template_id}
    order = {"projectIds": [workspace.project(model_id, template_id=template_id)]}
    before = workspace.web.balance()
    for path, body, other in (
        ("/projects", project, {**project, "name": "Other"}),
        ("/renders", order, {**order, "settings": {"imageQuality": 2}}),
    ):
        key = {"Idempotency-Key": f"once {path}"}
        first, second = (workspace.ask("POST", path, json=body, headers=key) for _ in range(2))
        assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
        assert second.headers["idempotent-replayed"] == "true"
        assert error(workspace.ask("POST", path, json=other, headers=key)) == (409, "CONFLICT")
    assert workspace.web.balance() == before - 1
    assert workspace.get("/projects")["total"] == 2


def test_what_is_not_drawn_of_a_deleted_project_is_paid_back(workspace: Workspace) -> None:
    project_id = workspace.project(workspace.ready())
    before = workspace.web.balance()
    job_id = workspace.order(project_id)
    workspace.ask("DELETE", f"/projects/{project_id}")
    assert workspace.web.balance() == before
    assert error(workspace.ask("GET", f"/renders/{job_id}")) == (404, "NOT_FOUND")
    workspace.draw()
    assert [key for key in workspace.web.stored() if key.startswith("renders/")] == []
