"""The Grok 3D pipeline's API: what its document says, and what it leaves open."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from api.db.session import Database
from api.db.tables import StoredBytes
from api.domain.accounts import accounts, credentials, ledger, quotas
from api.domain.generations import pipeline
from api.http.app import create_app
from api.settings import Settings
from tests.support.flows import claim_step, contents, fail_step, finish_step, finish_steps, lose_results
from tests.support.web import Web

CAT = "A futuristic robot cat with glowing blue eyes"
SHOP = "https://shop.example.com"


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Web:
    return Web.make(Database(sqlite_url), tmp_path)


def ask(web: Web, method: str, path: str, **arguments: Any) -> httpx.Response:
    return web.request(method, path, token=None, **arguments)


def generate(web: Web, prompt: str = CAT) -> str:
    answer = ask(web, "POST", "/api/generate", json={"prompt": prompt})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "queued"
    job_id: str = answer.json()["job_id"]
    return job_id


def status(web: Web, job_id: str) -> dict[str, Any]:
    answer = ask(web, "GET", f"/api/status/{job_id}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body.keys() == {"error", "detail"}
    assert body["error"] == body["detail"]
    return answer.status_code, body["error"]


def test_a_job_goes_through_the_documented_stages_and_its_files_are_there_as_soon_as_theirs_is_over(web: Web) -> None:
    job_id = generate(web, f"  {CAT}\n")
    assert re.fullmatch(r"[0-9a-f]{8}", job_id)
    told = status(web, job_id)
    created_at = dt.datetime.fromisoformat(told.pop("created_at"))
    assert created_at.tzinfo is None
    assert abs(created_at - dt.datetime.now()) < dt.timedelta(minutes=5)
    queued = {"job_id": job_id, "status": "queued", "stage": "initializing", "progress": 0, "prompt": CAT,
              "error": None}  # fmt: skip
    assert told == queued
    there: list[str] = []
    for kind, asset, stage, progress in (
        ("generate-image", "image", "generating_image", 10), ("generate-mesh", "glb", "generating_3d", 50),
        ("generated-usdz", "usdz", "converting_usdz", 80),
    ):
        claim = claim_step(web)
        assert claim.kind == kind
        now = status(web, job_id)
        assert (now["status"], now["stage"], now["progress"]) == ("processing", stage, progress)
        for each in ("image", "glb", "usdz"):
            found = ask(web, "GET", f"/api/asset/{job_id}?asset_type={each}")
            assert found.status_code == (200 if each in there else 404)
        finish_step(web, claim)
        there.append(asset)
    done = status(web, job_id)
    assert (done["status"], done["stage"], done["progress"], done["error"]) == ("complete", "complete", 100, None)


def test_assets_are_downloads_named_as_the_original_names_them(web: Web) -> None:
    job_id = generate(web)
    finish_steps(web)
    for asset, name, kind in (
        ("image", "image.jpg", "generate-image"), ("glb", "model.glb", "generate-mesh"),
        ("usdz", "model.usdz", "generated-usdz"), (None, "model.usdz", "generated-usdz"),
    ):
        answer = ask(web, "GET", f"/api/asset/{job_id}", params={"asset_type": asset} if asset else {})
        assert answer.content == contents(kind)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    part = ask(web, "GET", f"/api/asset/{job_id}", headers={"Range": "bytes=0-3"})
    assert (part.status_code, len(part.content)) == (206, 4)
    head = ask(web, "HEAD", f"/api/asset/{job_id}?asset_type=glb")
    assert (head.status_code, head.content) == (200, b"")


def test_an_asset_that_the_storage_lost_is_not_found(web: Web) -> None:
    job_id = generate(web)
    finish_steps(web)
    lose_results(web)
    answer = ask(web, "GET", f"/api/asset/{job_id}")
    assert refusal(answer) == (404, "The file is no longer in the storage")
    assert ask(web, "HEAD", f"/api/asset/{job_id}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [{"json": {}}, {"json": {"prompt": "  \n"}}, {"json": {"prompt": 7}}, {"json": []}, {"content": b"{"},
     {"content": b"\xff"}, {}, {"json": {"prompt": None}}],
)  # fmt: skip
def test_without_a_prompt_nothing_is_made(web: Web, body: dict[str, Any]) -> None:
    assert refusal(ask(web, "POST", "/api/generate", **body)) == (400, "No prompt provided")


def test_prompts_have_up_to_2000_characters_and_no_control_characters(web: Web) -> None:
    generate(web, "x" * 2000)
    generate(web, "椅子 — كرسي — стул — 🪑")
    refused = {"x" * 2001: "prompt has up to 2,000 characters", "a\x00b": "prompt must be without control characters"}
    for prompt, says in refused.items():
        code, message = refusal(ask(web, "POST", "/api/generate", json={"prompt": prompt}))
        assert code == 400
        assert says in message


def test_what_is_not_there_is_told_in_the_documents_words(web: Web) -> None:
    job_id = generate(web)
    for absent in ("6cb6d335", "nothing", "ex_nothing", "%00", "a" * 200):
        assert refusal(ask(web, "GET", f"/api/status/{absent}")) == (404, "Job not found")
        assert refusal(ask(web, "GET", f"/api/asset/{absent}?asset_type=obj")) == (404, "Job not found")
    assert refusal(ask(web, "GET", f"/api/asset/{job_id}?asset_type=obj")) == (400, "Invalid asset type")
    assert refusal(ask(web, "GET", f"/api/asset/{job_id}?asset_type=glb")) == (404, "Asset not found")
    assert refusal(ask(web, "GET", "/api/status")) == (404, "No such path")
    assert refusal(ask(web, "DELETE", "/api/generate"))[0] == 405


def test_a_failed_job_says_why_and_has_no_files(web: Web) -> None:
    job_id = generate(web)
    finish_step(web, claim_step(web))
    fail_step(web, claim_step(web), "Nothing stands out from the background")
    told = status(web, job_id)
    assert (told["status"], told["stage"], told["progress"]) == ("error", "error", 0)
    assert told["error"] == "Nothing stands out from the background"
    assert refusal(ask(web, "GET", f"/api/asset/{job_id}?asset_type=image")) == (404, "Asset not found")


def test_examples_are_listed_once_they_are_made_and_look_like_jobs(web: Web) -> None:
    assert ask(web, "GET", "/api/examples").json() == {"examples": []}
    for _ in range(2):
        with web.app.state.farm.work() as unit:
            pipeline.order_examples(unit, web.app.state.farm.terms)
    finish_steps(web)
    examples = ask(web, "GET", "/api/examples").json()["examples"]
    assert [example["job_id"] for example in examples] == ["ex_elon-figurine", "ex_mars-habitat", "ex_xai-robot"]
    assert examples[1] == {
        "job_id": "ex_mars-habitat", "name": "Mars Habitat",
        "description": "Futuristic Mars habitat dome with sci-fi architecture",
        "image_url": "/api/asset/ex_mars-habitat?asset_type=image",
    }  # fmt: skip
    assert ask(web, "GET", examples[0]["image_url"]).content == contents("generate-image")
    assert status(web, "ex_xai-robot") == {
        "job_id": "ex_xai-robot", "status": "complete", "stage": "complete", "progress": 100, "created_at": None,
        "prompt": "Pre-rendered example", "error": None,
    }  # fmt: skip


def test_administrators_delete_jobs_that_have_ended(web: Web) -> None:
    job_id = generate(web)
    with web.database.begin() as session:
        keys = [
            credentials.issue(session, accounts.sign_up(session, f"{admin}@x.org", credits=0, is_admin=admin).id,
                              name="k", dialect="grok").raw
            for admin in (False, True)
        ]  # fmt: skip
    path = f"/api/jobs/{job_id}"
    assert refusal(ask(web, "DELETE", path))[0] == 401
    assert refusal(web.request("DELETE", path, token=keys[0])) == (403, "Only administrators delete jobs")
    assert refusal(web.request("DELETE", path, token=keys[1]))[0] == 409
    finish_steps(web)
    assert [key for key in web.stored() if key.startswith("steps/")]
    assert web.request("DELETE", path, token=keys[1]).json() == {"job_id": job_id, "deleted": True}
    assert not [key for key in web.stored() if key.startswith("steps/")]
    assert refusal(ask(web, "GET", f"/api/status/{job_id}")) == (404, "Job not found")
    assert refusal(web.request("DELETE", path, token=keys[1])) == (404, "Job not found")


def test_any_page_may_ask_unless_the_settings_name_those_that_may(web: Web) -> None:
    origin = {"Origin": SHOP}
    preflight = origin | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    for origins, allowed in (("*", "*"), (SHOP, SHOP), ("https://other.example.com", None), ("", None)):
        settings = Settings(data_dir=web.settings.data_dir, grok_origins=origins)
        app = create_app(settings, web.database, web.storage, lambda: None)
        answers = [
            ask(web, "GET", "/api/examples", headers=origin, app=app),
            ask(web, "OPTIONS", "/api/generate", headers=preflight, app=app),
        ]
        assert [answer.headers.get("Access-Control-Allow-Origin") for answer in answers] == [allowed] * 2
    with pytest.raises(ValueError, match="PIROUETTE_GROK_ORIGINS"):
        Settings(grok_origins="shop")


def test_too_many_jobs_at_once_or_in_a_minute_are_refused(sqlite_url: str, tmp_path: Path) -> None:
    web = Web.make(Database(sqlite_url), tmp_path, grok_unfinished_jobs=1, grok_job_requests=3)
    generate(web)
    waiting = ask(web, "POST", "/api/generate", json={"prompt": CAT})
    assert refusal(waiting) == (429, "Too many jobs are waiting; try again after a while")
    assert waiting.headers["Retry-After"]
    finish_steps(web)
    generate(web)
    assert refusal(ask(web, "POST", "/api/generate", json={"prompt": CAT}))[0] == 429
    assert ask(web, "GET", "/api/examples").status_code == 200


def test_it_can_be_switched_off(sqlite_url: str, tmp_path: Path) -> None:
    web = Web.make(Database(sqlite_url), tmp_path, grok=False)
    assert ask(web, "POST", "/api/generate", json={"prompt": CAT}).json()["error"]["code"] == "not_found"
    assert not [path for path in web.get("/openapi.json").json()["paths"] if path.startswith("/api/generate")]


def test_jobs_cost_what_the_settings_say_and_come_back_when_they_fail(sqlite_url: str, tmp_path: Path) -> None:
    web = Web.make(Database(sqlite_url), tmp_path, price_grok_job=2)
    assert refusal(ask(web, "POST", "/api/generate", json={"prompt": CAT}))[0] == 402
    with web.database.begin() as session:
        web.account_id = accounts.own(session, "grok")
        ledger.grant(session, web.account_id, 3)
    generate(web)
    assert web.balance() == 1
    fail_step(web, claim_step(web), "It broke")
    assert web.balance() == 3


def test_strangers_fill_no_more_of_the_storage_than_the_account_may_have(sqlite_url: str, tmp_path: Path) -> None:
    web = Web.make(Database(sqlite_url), tmp_path)
    generate(web)
    finish_steps(web)
    with web.database.begin() as session:
        quotas.set_own(session, accounts.own(session, "grok"), {"storage_mb": 1})
        session.execute(update(StoredBytes).values(total=2 * quotas.MEGABYTE))
    assert refusal(ask(web, "POST", "/api/generate", json={"prompt": CAT}))[0] == 403
