"""/portal/api/projects and /jobs: Glossi's things as people look through them."""

from typing import Any

import pytest

from api.domain.projects import projects as domain
from api.domain.projects import workflows
from tests.api.domain import projects as hand
from tests.api.http.portal.browser import PersonsBrowser, code

PATH = "/portal/api/projects"
PICTURES = {"renderShots": False, "renderVariants": False}


@pytest.fixture
def account_id(boss: PersonsBrowser) -> str:
    found: str = boss.get("/v1/account").json()["data"]["id"]
    return found


@pytest.fixture
def models(boss: PersonsBrowser) -> list[str]:
    """Two that were uploaded to the library, and are read."""
    ids = []
    for length, title in ((100, "Chair"), (200, None)):
        made = boss.request("POST", "/v1/models", files={"file": ("chair.glb", b"glTF" + bytes(length))})
        ids.append(made.json()["data"]["modelId"])
        boss.request("PATCH", f"/v1/models/{ids[-1]}", json={"title": title})
    hand.read_models(boss.web.database)
    hand.draw_all(boss.web.database)
    return ids


def make(boss: PersonsBrowser, models: list[str], **changes: Any) -> list[dict[str, Any]]:
    answer = boss.post(PATH, modelIds=models, templateId=hand.STUDIO, **changes)
    assert answer.status_code == 200, answer.text
    made: list[dict[str, Any]] = answer.json()["data"]
    return made


def test_a_project_is_made_of_models_of_the_library_priced_and_rendered(
    boss: PersonsBrowser, models: list[str]
) -> None:
    [made] = make(boss, models, name="Autumn")
    assert (made["name"], made["models"], made["template"]) == ("Autumn", 2, "Studio Light")
    assert boss.get(PATH).json()["data"] == [{**made, "status": "READY", "job": None}]
    asked = {"settings": PICTURES}
    assert boss.post(f"{PATH}/{made['id']}/price", **asked).json() == {"count": 8, "credits": 8}
    before = boss.get("/portal/api/session").json()["credits"]
    ordered = boss.post("/api/v1/renders", projectIds=[made["id"]], settings=PICTURES)
    assert ordered.status_code == 201, ordered.text
    assert boss.get("/portal/api/session").json()["credits"] == before - 8
    [job] = boss.get(f"{PATH}/{made['id']}").json()["jobs"]
    assert (job["status"], job["done"], len(job["outputs"])) == ("QUEUED", 0, 8)
    hand.draw_all(boss.web.database)
    told = boss.get(PATH).json()["data"][0]["job"]
    assert (told["id"], told["status"], told["done"]) == (job["id"], "COMPLETED", 8)
    names = [output["name"] for output in told["outputs"]]
    assert "Front View - Chair - Default" in names
    assert boss.get(f"/v1/renders/{told['outputs'][0]['renderId']}").json()["data"]["status"] == "done"


def test_the_same_models_need_no_second_announcement(boss: PersonsBrowser, models: list[str]) -> None:
    make(boss, models)
    before = boss.get("/api/v1/models").json()["total"]
    assert len(make(boss, models, perModel=True)) == 2
    assert boss.get("/api/v1/models").json()["total"] == before == 2


def test_templates_are_edited_by_glossis_own_routes(boss: PersonsBrowser) -> None:
    content = boss.get(f"/api/v1/templates/{hand.STUDIO}").json()["content"]
    made = boss.post("/api/v1/templates", name="Ours", content=content).json()
    content["bookmarks"] = [{"name": "Foot", "azimuth": 10, "elevation": -5, "zoom": 0.7}]
    changed = boss.request("PUT", f"/api/v1/templates/{made['templateId']}", json={"name": "Ours", "content": content})
    assert changed.json()["bookmarks"] == ["Foot"]


def test_jobs_of_programs_are_listed_with_their_steps(boss: PersonsBrowser, account_id: str) -> None:
    announced = hand.announce(boss.web.database, account_id, "lamp.glb")
    with hand.work(boss.web.database) as unit:
        workflows.create_workflow(
            unit, account_id, announced, template_id=None, create_projects=True, settings=None
        )
    [listed] = boss.get("/portal/api/jobs").json()["data"]
    assert listed["status"] == "AWAITING_UPLOADS"
    assert [(step["name"], step["done"], step["total"]) for step in listed["steps"]] == [
        ("uploaded", 0, 1), ("ready", 0, 1), ("projects", 0, 1), ("renders", 0, 0),
    ]  # fmt: skip


def test_other_accounts_see_none_of_it(boss: PersonsBrowser, models: list[str], account_id: str) -> None:
    [made] = make(boss, models)
    other = PersonsBrowser(boss.web)
    other.follow(boss.post("/portal/api/accounts", email="b@example.com").json()["path"], "b@example.com")
    assert other.get(PATH).json() == {"data": [], "meta": {"total": 0}}
    assert other.get("/portal/api/jobs").json()["data"] == []
    for path in (made["id"], "nonsense"):
        assert code(other.get(f"{PATH}/{path}")) == (404, "not_found")
    assert code(other.post(f"{PATH}/{made['id']}/price")) == (404, "not_found")
    assert code(other.post(PATH, modelIds=models, templateId=hand.STUDIO)) == (404, "model_not_found")


def test_what_can_be_no_project_is_refused(boss: PersonsBrowser, models: list[str]) -> None:
    wrong: list[tuple[dict[str, Any], tuple[int, str], str | None]] = [
        ({"modelIds": []}, (400, "invalid_request"), "modelIds"),
        ({"modelIds": models[:1] * 2}, (400, "invalid_request"), "modelIds"),
        ({"modelIds": ["nonsense"]}, (404, "model_not_found"), "modelIds"),
        ({"templateId": "nonsense"}, (404, "not_found"), None),
        ({"name": "x" * (domain.MAX_NAME_LENGTH + 1)}, (400, "invalid_request"), "name"),
    ]
    for changes, expected, param in wrong:
        answer = boss.post(PATH, **{"modelIds": models, "templateId": hand.STUDIO, **changes})
        assert (code(answer), answer.json()["error"].get("param")) == (expected, param), changes
    waiting = boss.request("POST", "/v1/models", files={"file": ("new.glb", b"glTF" + bytes(77))}).json()["data"]
    refused = boss.post(PATH, modelIds=[waiting["modelId"]], templateId=hand.STUDIO)
    assert code(refused) == (409, "model_not_ready")
