"""Clients that nobody here wrote: all requests of Glossi's two pages, in their order, as bash, curl and jq send them.

The scripts in glossi/ are the documents' commands; here are their farms, and what each answer must be.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.glossi.customer import GlossiCustomer, Script, run_script, two_colour_glb
from tests.integration.glossi.documents import DOCUMENTS, bodies_in, check_examples, objects, shape
from tests.support.origin import Origin, answer, running_origin
from tests.support.spec import reference
from tests.support.waiting import wait_for

ID = re.compile(r"[A-Za-z0-9]{12}")
EVENTS = [
    "model.processed", "model.failed", "project.created", "job.complete", "job.failed", "render.complete",
    "render.failed",
]  # fmt: skip


@pytest.fixture
def glossi(request: pytest.FixtureRequest) -> Iterator[GlossiCustomer]:
    """A new customer of a farm. In the end, no work of theirs is left."""
    customer = GlossiCustomer.of(request.getfixturevalue(request.param))
    yield customer
    customer.delete_projects()


EVERYWHERE = pytest.mark.parametrize("glossi", ["farm", pytest.param("farm_in_pieces", marks=pytest.mark.nightly)],
                                     indirect=True)  # fmt: skip
"""The embedded farm, and the one in pieces."""


@pytest.fixture
def receiver() -> Iterator[Origin]:
    """The customer's server, which is told of events."""
    with running_origin() as origin:
        origin.answers["/webhooks/glossi"] = answer()
        yield origin


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_scripts_send_every_body_that_the_documents_show(document: str) -> None:
    shown, sent = objects(reference(document)), bodies_in(DOCUMENTS[document].script)
    for number in DOCUMENTS[document].requests:
        assert shape(shown[number]) in sent, shown[number]


def ids(text: str) -> bool:
    return ID.fullmatch(text) is not None


def told(receiver: Origin, event: str) -> list[dict[str, Any]]:
    """The data of such events, as far as they have come."""
    bodies = [json.loads(body) for body in receiver.bodies]
    return [body["data"] for body in bodies if body["event"] == event]


def size_of(url: str) -> tuple[int, int]:
    """Width and height of a picture or a video, by ffprobe."""
    show = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries", "stream=width,height", url]
    width, height = subprocess.run(show, capture_output=True, check=True, text=True).stdout.strip().split(",")
    return int(width), int(height)


@pytest.mark.parametrize(
    ("glossi", "shots"),
    [("farm", False), pytest.param("farm_in_pieces", True, marks=pytest.mark.nightly)],
    indirect=["glossi"],
)
def test_the_step_workflow_answers_as_documented(
    glossi: GlossiCustomer, shots: bool, receiver: Origin, tmp_path: Path
) -> None:
    """`shots`: the template has a video, and more of what the script orders is waited for."""
    (tmp_path / "chair.glb").write_bytes(two_colour_glb(1.01))
    others = [glossi.ready_model(two_colour_glb(height), f"{name}.glb") for name, height in OTHERS.items()]
    moving = glossi.template(shots=True)
    template = glossi.template("Front View", "Top View", shots=shots)
    script = run_script("workflow.sh", tmp_path, {
        "API": glossi.api, "API_KEY": glossi.key, "MODEL": str(tmp_path / "chair.glb"), "OTHERS": " ".join(others),
        "TEMPLATE": template, "FAILED_JOB": glossi.failed_job(moving, others[0]),
        "WEBHOOK": f"{receiver.url}/webhooks/glossi", "POLL": "0.2",
    })  # fmt: skip
    model_id = check_model(script, glossi)
    check_templates(script, template)
    project_ids = check_projects(script, template, model_id, others)
    check_renders(script, glossi, project_ids, shots=shots)
    check_webhook(script, receiver)
    check_examples("glossi-workflow.md", script)
    if shots:
        for project_id in project_ids[1:]:
            glossi.ask("DELETE", f"/projects/{project_id}")  # the same again, thrice
        check_the_rest(script, glossi, receiver)


OTHERS = {"table": 1.02, "lamp": 1.03}


def check_model(script: Script, glossi: GlossiCustomer) -> str:
    [model] = script.answer("model")["models"]
    model_id: str = model["modelId"]
    assert ids(model_id)
    assert model.keys() == {"modelId", "name", "uploadUrl", "uploadKey"}
    assert model["name"] == "My Product"
    assert re.fullmatch(rf"workspaces/{glossi.account_id}/.+/model\.glb", model["uploadKey"])
    assert (script.text("upload.status"), script.text("upload.body")) == ("200", "")

    confirmed = script.answer("confirmed")
    assert confirmed.pop("filePath").startswith(f"workspaces/{glossi.account_id}/")
    assert confirmed == {"modelId": model_id, "name": "My Product", "status": "PENDING"}

    status = script.answer("status")
    now, ready = status["models"][0]["status"], status["models"][0]["ready"]
    assert now in ("PENDING", "ANALYZING", "READY")
    assert ready == (now == "READY")
    for name, state in (("status", now), ("ready", "READY")):
        assert script.answer(name) == {
            "models": [
                {"modelId": model_id, "name": "My Product", "status": state, "ready": state == "READY"}
            ],
            "allReady": state == "READY",
            "notFound": [],
        }  # fmt: skip
    assert script.printed.splitlines()[-1] == "Model ready! Proceeding to create project..."
    return model_id


def check_templates(script: Script, own: str) -> None:
    listed, public, of_the_workspace = (
        script.answer(name)["templates"] for name in ("templates", "public-templates", "own-templates")
    )
    assert all(isinstance(each[name], str) for each in listed for name in ("templateId", "name", "description"))
    assert own in [each["templateId"] for each in of_the_workspace]
    assert "Studio Light" in [each["name"] for each in public]
    by_id = [sorted(each["templateId"] for each in some) for some in (listed, [*public, *of_the_workspace])]
    assert by_id[0] == by_id[1]


def check_projects(script: Script, template: str, model_id: str, others: list[str]) -> list[str]:
    [project] = script.answer("project")["projects"]
    each_of = script.answer("projects")["projects"]
    project_ids = [each.pop("projectId") for each in (project, *each_of)]
    assert all(map(ids, project_ids))
    assert project == {
        "name": "Product Photoshoot", "status": "PENDING", "modelIds": [model_id], "templateId": template,
    }  # fmt: skip
    named = {model_id: "My Product", **dict(zip(others, OTHERS, strict=True))}
    assert each_of == [
        {"name": name, "status": "PENDING", "modelIds": [each], "templateId": template}
        for each, name in named.items()
    ]
    return project_ids


def check_renders(script: Script, glossi: GlossiCustomer, project_ids: list[str], *, shots: bool) -> None:
    for name, of in (("render", project_ids[:1]), ("renders", project_ids[1:]), ("images-4k", project_ids[:1])):
        ordered = script.answer(name)
        assert ordered["totalProjects"] == len(of)
        assert [(each["status"], each["projectId"]) for each in ordered["jobs"]] == [("QUEUED", each) for each in of]
        assert all(each.keys() == {"jobId", "status", "projectId"} for each in ordered["jobs"])
    job_id = script.answer("render")["jobs"][0]["jobId"]

    rendering = script.answer("rendering")
    assert (rendering["jobId"], rendering["projectId"]) == (job_id, project_ids[0])
    assert rendering["status"] in ("QUEUED", "RENDERING", "COMPLETED")
    assert ("renders" in rendering) == (rendering["status"] == "COMPLETED")

    rendered = script.answer("rendered")
    assert (rendered["jobId"], rendered["status"], rendered["projectId"]) == (job_id, "COMPLETED", project_ids[0])
    assert "errorMessage" not in rendered
    cameras = ["Front View", "Top View", *(["360 Spin"] if shots else [])]
    assert [each["name"] for each in rendered["renders"]] == [
        f"{camera} - {variant}" for variant in ("Default", "Blue") for camera in cameras
    ]
    for each in rendered["renders"]:
        is_video = each["name"].startswith("360")
        assert ids(each["id"])
        assert re.fullmatch(rf"workspaces/{glossi.account_id}/.+\.{'mp4' if is_video else 'png'}", each["filePath"])
        assert (each["fileType"], each["isVideo"]) == ("MP4" if is_video else "PNG", is_video)
        assert each.keys() == {"id", "name", "filePath", "fileType", "isVideo", "downloadUrl"}
        assert size_of(each["downloadUrl"]) == (1920, 1080)

    retried = script.answer("retried")
    assert retried.keys() == {"jobId", "status", "projectId", "batchId"}
    assert retried["status"] == "QUEUED"
    assert ids(retried["batchId"])


def check_webhook(script: Script, receiver: Origin) -> None:
    configured = script.answer("webhook")
    assert configured.keys() == {"id", "url", "secret", "events", "enabled"}
    assert (configured["url"], configured["events"]) == (f"{receiver.url}/webhooks/glossi", EVENTS)
    assert configured["enabled"] is True


def check_the_rest(script: Script, glossi: GlossiCustomer, receiver: Origin) -> None:
    """What the script has ordered besides ends well, and the webhook is told of it."""
    [of_4k] = glossi.wait(f"/renders/{script.answer('images-4k')['jobs'][0]['jobId']}")["renders"][:1]
    assert size_of(of_4k["downloadUrl"]) == (3840, 2160)
    retried = glossi.wait(f"/renders/{script.answer('retried')['jobId']}")
    assert (retried["status"], len(retried["renders"])) == ("COMPLETED", 1)
    job_id = script.answer("render")["jobs"][0]["jobId"]
    [data] = wait_for(
        lambda: [each for each in told(receiver, "render.complete") if each["jobId"] == job_id], "the webhook"
    )
    assert data == {
        "jobId": job_id, "status": "COMPLETED", "projectId": script.answer("rendered")["projectId"],
        "renderIds": [each["id"] for each in script.answer("rendered")["renders"]],
    }  # fmt: skip


@EVERYWHERE
def test_the_jobs_endpoint_answers_as_documented(glossi: GlossiCustomer, receiver: Origin, tmp_path: Path) -> None:
    (tmp_path / "chair.glb").write_bytes(two_colour_glb(1.04))
    (tmp_path / "table.glb").write_bytes(two_colour_glb(1.05))
    template = glossi.template("Front View", "Top View")
    script = run_script("jobs.sh", tmp_path, {
        "API": glossi.api, "API_KEY": glossi.key, "CHAIR": str(tmp_path / "chair.glb"),
        "TABLE": str(tmp_path / "table.glb"), "TEMPLATE": template, "WEBHOOK": f"{receiver.url}/webhooks/glossi",
        "POLL": "0.2",
    })  # fmt: skip
    check_created(script, glossi)
    check_progress(script)
    check_complete(script, glossi)
    check_told(script, receiver)
    check_examples("glossi-jobs.md", script)


def check_created(script: Script, glossi: GlossiCustomer) -> None:
    for name, files in (("job", ["chair.glb", "table.glb"]), ("rendering-job", ["chair.glb"])):
        created = script.answer(name)
        assert created.keys() == {"jobId", "status", "models"}
        assert (ids(created["jobId"]), created["status"]) == (True, "AWAITING_UPLOADS")
        assert [each["fileName"] for each in created["models"]] == files
        for each in created["models"]:
            assert each.keys() == {"id", "fileName", "uploadUrl", "uploadKey"}
            assert re.fullmatch(rf"workspaces/{glossi.account_id}/.+/model\.glb", each["uploadKey"])
    assert (script.text("upload.status"), script.text("upload.body")) == ("200", "")
    for created, confirmed, count in (
        ("job", "confirmed", 2), ("rendering-job", "rendering-confirmed", 1), ("told-job", "told-confirmed", 1),
    ):  # fmt: skip
        assert script.answer(confirmed) == {
            "jobId": script.answer(created)["jobId"], "status": "PROCESSING", "modelsConfirmed": count,
        }  # fmt: skip


def progress(models: int, projects: int, rendered: int = 0) -> dict[str, int]:
    return {
        "modelsUploaded": models, "modelsReady": models, "modelsTotal": models, "projectsCreated": projects,
        "projectsTotal": projects, "rendersComplete": rendered, "rendersTotal": rendered,
    }  # fmt: skip


def check_progress(script: Script) -> None:
    now = script.answer("in-progress")
    assert now["status"] in ("PROCESSING", "CREATING_PROJECTS", "COMPLETE")
    assert ("batchProject" in now) == (now["status"] != "PROCESSING")
    assert ("results" in now) == (now["status"] == "COMPLETE")
    end = progress(2, 2)
    assert now["progress"].keys() == end.keys()
    assert now["progress"] | {"modelsReady": 2, "projectsCreated": 2} == end
    printed = script.printed.split("Final response:")
    assert set(re.findall("Status: (.*)", script.printed)) <= {
        "PROCESSING", "CREATING_PROJECTS", "RENDERING", "COMPLETE"
    }  # fmt: skip
    assert len(printed) == 4


def check_complete(script: Script, glossi: GlossiCustomer) -> None:
    expected = {
        "complete": ("job", progress(2, 2), ["chair.glb", "table.glb"]),
        "example": (None, progress(1, 1), ["chair.glb"]),
        "rendered": ("rendering-job", progress(1, 1, 4), ["chair.glb"]),
    }
    for name, (created, counts, files) in expected.items():
        ended = script.answer(name)
        assert ended.keys() == {"jobId", "status", "batchProject", "progress", "results"}
        assert (ended["status"], ended["progress"]) == ("COMPLETE", counts)
        assert re.fullmatch(r"API Job - \d{4}-\d\d-\d\d", ended["batchProject"]["title"])
        assert ended["batchProject"].keys() == {"id", "title"}
        assert [each["model"]["name"] for each in ended["results"]] == files
        projects = [f"{file.removesuffix('.glb').title()} Project" for file in files]
        assert [each["project"]["name"] for each in ended["results"]] == projects
        assert all(ids(each[what]["id"]) for each in ended["results"] for what in ("model", "project"))
        if created is not None:
            models = [each["id"] for each in script.answer(created)["models"]]
            assert [each["model"]["id"] for each in ended["results"]] == models
    [result] = script.answer("rendered")["results"]
    assert script.answer("example")["results"][0].keys() == {"model", "project"}
    assert glossi.get(f"/renders/{result['renderJobId']}")["status"] == "COMPLETED"


def check_told(script: Script, receiver: Origin) -> None:
    job_id = script.answer("told-job")["jobId"]
    [data] = wait_for(lambda: told(receiver, "job.complete"), "the job's webhook")
    assert data.keys() == {"jobId", "status", "results"}
    assert (data["jobId"], data["status"]) == (job_id, "COMPLETE")
    [result] = data["results"]
    assert result["model"] == {"id": script.answer("told-job")["models"][0]["id"], "name": "chair.glb"}
    assert (result["project"].keys(), result["project"]["name"]) == ({"id", "name"}, "Chair Project")
    assert len(receiver.bodies) == 1
    [request] = receiver.requests
    assert re.search(r"\r\nX-Glossi-Signature: [0-9a-f]{64}\r\n", request, re.IGNORECASE)
