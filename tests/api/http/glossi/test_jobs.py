"""Jobs of Glossi's API: each status of the documented flow, what each option does, and how a job fails."""

from typing import Any

import pytest

from tests.api.http.glossi.workspace import CAMERA, Workspace
from tests.support.glossi import error
from tests.support.web import Web

HTML = b"<!doctype html><title>Not found</title>"
PICTURES = {"renderBookmarks": True, "imageQuality": 1}


@pytest.fixture
def workspace(web: Web) -> Workspace:
    return Workspace(web)


def progress(uploaded: int, ready: int, total: int, projects: int, of: int, renders: tuple[int, int]) -> dict[str, int]:
    return {
        "modelsUploaded": uploaded, "modelsReady": ready, "modelsTotal": total, "projectsCreated": projects,
        "projectsTotal": of, "rendersComplete": renders[0], "rendersTotal": renders[1],
    }  # fmt: skip


def test_a_job_goes_through_the_documented_statuses(workspace: Workspace) -> None:
    template_id = workspace.template(bookmarks=[CAMERA])
    before = workspace.web.balance()
    job_id = workspace.job("chair", "table", templateId=template_id, renderSettings=PICTURES)
    told = workspace.get(f"/jobs/{job_id}")
    assert told == {"jobId": job_id, "status": "AWAITING_UPLOADS", "progress": progress(2, 0, 2, 0, 2, (0, 0))}
    confirmed = workspace.ask("POST", f"/jobs/{job_id}/confirm-uploads")
    assert confirmed.status_code == 200
    assert confirmed.json() == {"jobId": job_id, "status": "PROCESSING", "modelsConfirmed": 2}
    assert workspace.get(f"/jobs/{job_id}")["progress"] == progress(2, 0, 2, 0, 2, (0, 0))
    workspace.inspect()
    told = workspace.get(f"/jobs/{job_id}")
    assert (told["status"], told["progress"]) == ("RENDERING", progress(2, 2, 2, 2, 2, (0, 2)))
    assert told["batchProject"]["title"].startswith("API Job - 20")
    assert "results" not in told
    assert workspace.web.balance() == before - 2
    workspace.draw()
    told = workspace.get(f"/jobs/{job_id}")
    assert (told["status"], told["progress"]) == ("COMPLETE", progress(2, 2, 2, 2, 2, (2, 2)))
    assert [(each["model"]["name"], each["project"]["name"]) for each in told["results"]] == [
        ("chair.glb", "Chair Project"), ("table.glb", "Table Project"),
    ]  # fmt: skip
    for each in told["results"]:
        [picture] = each["renders"]
        assert workspace.web.get(picture["downloadUrl"], token=None).status_code == 200
        assert workspace.get(f"/renders/{each['renderJobId']}")["status"] == "COMPLETED"
        assert workspace.get(f"/projects/{each['project']['id']}")["modelIds"] == [each["model"]["id"]]
    again = workspace.ask("POST", f"/jobs/{job_id}/confirm-uploads")
    assert again.json() == {"jobId": job_id, "status": "COMPLETE", "modelsConfirmed": 2}
    assert workspace.web.balance() == before - 2


@pytest.mark.parametrize("settings", [
    None, {}, {"imageQuality": 2}, {"renderBookmarks": False, "renderShots": False}, {"renderVariants": True},
])  # fmt: skip
def test_without_a_flag_to_render_nothing_is_rendered_or_paid_for(
    workspace: Workspace, settings: dict[str, Any] | None
) -> None:
    before = workspace.web.balance()
    told = workspace.run(workspace.job("chair", renderSettings=settings))
    assert (told["status"], told["progress"]) == ("COMPLETE", progress(1, 1, 1, 1, 1, (0, 0)))
    assert [each.keys() for each in told["results"]] == [{"model", "project"}]
    public = [each["templateId"] for each in workspace.get("/templates?internal=false")["templates"]]
    assert workspace.get(f"/projects/{told['results'][0]['project']['id']}")["templateId"] in public
    assert workspace.web.balance() == before


@pytest.mark.parametrize(
    ("settings", "rendered"),
    [
        ({"renderBookmarks": True}, ["Front View - Default"]),
        ({"renderShots": True}, ["360 Spin - Default"]),
        ({"renderBookmarks": True, "renderShots": True}, ["Front View - Default", "360 Spin - Default"]),
    ],
)
def test_only_what_is_asked_for_is_rendered(
    workspace: Workspace, settings: dict[str, Any], rendered: list[str]
) -> None:
    told = workspace.run(workspace.job("chair", templateId=workspace.template(), renderSettings=settings))
    assert [each["name"] for each in told["results"][0]["renders"]] == rendered


def test_a_job_may_end_with_its_models(workspace: Workspace) -> None:
    job_id = workspace.job("chair", createProjects=False)
    told = workspace.run(job_id)
    assert told == {
        "jobId": job_id, "status": "COMPLETE", "progress": progress(1, 1, 1, 0, 0, (0, 0)),
        "results": [{"model": {"id": told["results"][0]["model"]["id"], "name": "chair.glb"}}],
    }  # fmt: skip
    assert workspace.get("/projects")["total"] == 0


def test_a_job_waits_for_the_file_that_is_missing_or_wrong(workspace: Workspace) -> None:
    models = [{"fileName": "chair.glb", "fileType": "glb"}, {"fileName": "table.glb", "fileType": "glb"}]
    created = workspace.post("/jobs", models=models)
    chair, table = (model["uploadUrl"] for model in created["models"])
    confirm = f"/jobs/{created['jobId']}/confirm-uploads"
    workspace.put(chair)
    refused = workspace.ask("POST", confirm)
    assert error(refused) == (400, "UPLOAD_NOT_FOUND")
    assert "table.glb" in refused.json()["error"]
    workspace.put(table, HTML)
    refused = workspace.ask("POST", confirm)
    assert error(refused) == (400, "INVALID_FILE")
    assert "table.glb" in refused.json()["error"]
    assert not [key for key in workspace.web.stored() if key.startswith("uploads/")]
    told = workspace.get(f"/jobs/{created['jobId']}")
    assert (told["status"], told["progress"]["modelsUploaded"]) == ("AWAITING_UPLOADS", 1)
    workspace.put(table, b"glTF table" + bytes(100))
    assert workspace.ask("POST", confirm).json()["modelsConfirmed"] == 2
    assert workspace.run(created["jobId"])["status"] == "COMPLETE"


def test_a_model_that_can_not_be_read_fails_the_job_and_is_named(workspace: Workspace) -> None:
    job_id = workspace.job("chair", "table", templateId=workspace.template(), renderSettings=PICTURES)
    before = workspace.web.balance()
    assert workspace.ask("POST", f"/jobs/{job_id}/confirm-uploads").status_code == 200
    workspace.refuse("It is no model")
    workspace.inspect()
    told = workspace.get(f"/jobs/{job_id}")
    assert told["status"] == "FAILED"
    assert told["error"] in [
        f'1 of 2 models can\'t be processed: "{name}": It is no model' for name in ("chair.glb", "table.glb")
    ]
    assert (told["progress"]["modelsReady"], told["progress"]["projectsCreated"]) == (1, 0)
    assert [each.keys() for each in told["results"]] == [{"model"}]
    assert workspace.web.balance() == before


def test_pictures_that_can_not_be_drawn_fail_the_job_and_are_paid_back(workspace: Workspace) -> None:
    job_id = workspace.job("chair", templateId=workspace.template(), renderSettings=PICTURES)
    before = workspace.web.balance()
    assert workspace.ask("POST", f"/jobs/{job_id}/confirm-uploads").status_code == 200
    workspace.inspect()
    assert workspace.web.balance() == before - 1
    workspace.draw(failing="It is empty")
    told = workspace.get(f"/jobs/{job_id}")
    assert told["status"] == "FAILED"
    assert told["error"] == (
        '1 of 1 renders failed: "chair.glb": 1 of 1 could not be rendered, first "Front View - Default": It is empty'
    )
    assert (told["progress"]["projectsCreated"], told["progress"]["rendersComplete"]) == (1, 0)
    assert told["results"][0]["renders"] == []
    assert workspace.web.balance() == before


def test_a_job_that_can_not_be_paid_for_fails_when_it_comes_to_that_and_its_projects_stay(web: Web) -> None:
    workspace = Workspace.another(web, credits=1)
    template_id = workspace.template(bookmarks=[CAMERA])
    told = workspace.run(workspace.job("chair", "table", templateId=template_id, renderSettings=PICTURES))
    assert told["status"] == "FAILED"
    assert told["error"] == "No render credits remaining for this: it costs 2, the account has 1"
    assert told["progress"] == progress(2, 2, 2, 2, 2, (0, 0))
    assert workspace.get("/projects")["total"] == 2
    assert workspace.web.balance() == 1


def test_a_job_is_made_once_under_its_key(workspace: Workspace) -> None:
    body = {"models": [{"fileName": "chair.glb", "fileType": "glb"}], "createProjects": True}
    key = {"Idempotency-Key": "once"}
    first, second = (workspace.ask("POST", "/jobs", json=body, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert workspace.get("/models")["total"] == 1
    other = workspace.ask("POST", "/jobs", json={**body, "createProjects": False}, headers=key)
    assert error(other) == (409, "CONFLICT")


def test_one_file_in_two_places_of_a_job_is_two_models_of_it(workspace: Workspace) -> None:
    job_id = workspace.job("chair", "chair", templateId=workspace.template(bookmarks=[CAMERA]),
                           renderSettings=PICTURES)  # fmt: skip
    told = workspace.run(job_id)
    assert (told["status"], told["progress"]) == ("COMPLETE", progress(2, 2, 2, 2, 2, (2, 2)))
    assert len({each["model"]["id"] for each in told["results"]}) == 2
