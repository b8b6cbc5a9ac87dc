"""One account with keys for both APIs: its models are the same, and dx.gl's API can do with Glossi's pictures what it
does with all renders."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main
from tests.api.http.glossi.workspace import CAMERA, SHOT, Workspace
from tests.support.glossi import error
from tests.support.web import Web, serving

TOP = {"name": "Top View", "elevation": 90}


@pytest.fixture
def workspace(web: Web) -> Workspace:
    return Workspace(web)


@pytest.fixture
def job_id(workspace: Workspace) -> str:
    """A render job of two pictures, which are drawn together, and a ProRes video."""
    template_id = workspace.template(bookmarks=[CAMERA, TOP], shots=[SHOT])
    project_id = workspace.project(workspace.ready(), template_id=template_id)
    return workspace.order(project_id, videoQuality=2, imageQuality=2, videoResolution=0)


def renders(web: Web, query: str = "") -> list[dict[str, Any]]:
    """As GET /v1/renders lists them, but in the order of their template."""
    listed: list[dict[str, Any]] = web.get(f"/v1/renders{query}").json()["data"]
    order = ["Front View - Default", "Top View - Default", "360 Spin - Default"]
    return sorted(listed, key=lambda each: order.index(each["renderSettings"]["name"]))


def told(answer: Any) -> tuple[int, str]:
    """Status and code of one of dx.gl's errors."""
    return answer.status_code, answer.json()["error"]["code"]


def test_a_model_that_came_by_both_is_one(workspace: Workspace) -> None:
    web, data = workspace.web, b"glTF" + bytes(100)
    uploaded = web.upload(data).json()["data"]
    model_id = workspace.confirmed(data)
    web.inspect()
    assert [each["id"] for each in web.get("/v1/models").json()["data"]] == [uploaded["modelId"]]
    assert workspace.status(model_id)["allReady"] is True
    assert web.upload(data).json()["data"]["duplicate"] is True
    other = workspace.confirmed(data + b"2", "other.glb")
    again = web.upload(data + b"2", name="again.glb").json()["data"]
    assert again["duplicate"] is True
    web.request("DELETE", f"/v1/models/{again['modelId']}")
    assert error(workspace.ask("GET", f"/models/{other}")) == (404, "NOT_FOUND")


def test_pictures_and_videos_are_listed_shown_and_counted(workspace: Workspace, job_id: str) -> None:
    web = workspace.web
    front, top, spin = renders(web)
    assert [each["renderSettings"]["name"] for each in (front, top, spin)] == [
        "Front View - Default", "Top View - Default", "360 Spin - Default",
    ]  # fmt: skip
    assert (front["renderSettings"]["width"], top["renderSettings"]["elevation"]) == (3840, 90)
    for each in (front, top, spin):
        assert web.get(f"/v1/renders/{each['id']}").json()["data"] == each
        assert (each["status"], each["progress"]["stage"]) == ("pending", "queued")
    workspace.draw()
    assert {each["status"] for each in renders(web)} == {"done"}
    assert renders(web, "?status=pending") == []
    model = web.get(f"/v1/models/{front['modelId']}").json()["data"]
    assert {each["id"] for each in model["renders"]} == {each["id"] for each in (front, top, spin)}
    assert len(web.get("/v1/models").json()["data"]) == 1
    assert {each["id"] for each in workspace.get(f"/renders/{job_id}")["renders"]} == {
        front["id"], top["id"], spin["id"]
    }  # fmt: skip


def test_a_picture_has_the_files_of_a_still_without_a_poster(workspace: Workspace, job_id: str) -> None:
    web = workspace.web
    picture = renders(web)[0]["id"]
    assert told(web.get(f"/v1/renders/{picture}/image")) == (404, "image_not_found")
    assert told(web.get(f"/v1/renders/{picture}/bundle")) == (404, "image_not_found")
    workspace.draw()
    assert web.get(f"/v1/renders/{picture}/image").content == f"{picture} image".encode()
    assert web.get(f"/v1/renders/{picture}/thumb").content == f"{picture} thumb".encode()
    with zipfile.ZipFile(io.BytesIO(web.get(f"/v1/renders/{picture}/bundle").content)) as bundle:
        assert sorted(bundle.namelist()) == ["image.png", "thumb.png"]
    for file, code in {
        "video": "video_not_found", "poster": "poster_not_found", "poster?quality=full": "poster_not_found",
        "dataset": "dataset_not_found", "video?quality=web": "video_not_found",
    }.items():
        refused = web.get(f"/v1/renders/{picture}/{file}")
        assert told(refused) == (404, code)
        assert refused.json()["error"]["message"].startswith("A still has no")


def test_a_video_has_its_files(workspace: Workspace, job_id: str) -> None:
    web = workspace.web
    workspace.draw()
    video = renders(web)[2]["id"]
    assert web.get(f"/v1/renders/{video}/video").content == f"{video} video".encode()
    assert web.get(f"/v1/renders/{video}/poster").status_code == 200
    assert told(web.get(f"/v1/renders/{video}/video?quality=web")) == (404, "video_not_found")
    assert zipfile.ZipFile(io.BytesIO(web.get(f"/v1/renders/{video}/bundle").content)).testzip() is None


def test_a_shared_picture_is_shown_to_everybody(workspace: Workspace, job_id: str) -> None:
    web = workspace.web
    for render in renders(web):
        shared = web.request("PUT", f"/v1/renders/{render['id']}/share").json()["data"]
        assert "not finished yet" in web.get(shared["page"], token=None).text
    workspace.draw()
    for render in renders(web):
        shared = web.get(f"/v1/renders/{render['id']}/share").json()["data"]
        page = web.get(shared["page"], token=None)
        assert page.status_code == 200
        links = re.findall(r'(?:src|href|poster)="((?!data:).+?)"', page.text)
        links += re.findall(r'property="og:(?:image|video)" content="(.+?)"', page.text)
        assert len(links) == (3 if "elevation" in render["renderSettings"] else 5)
        for url in links:
            assert web.get(url, token=None).status_code == 200, url


def test_pictures_and_videos_are_exported_with_links_that_lead_somewhere(workspace: Workspace, job_id: str) -> None:
    web = workspace.web
    workspace.draw()
    urls = web.get("/v1/renders/export?format=urls").text.split()
    rows = list(csv.DictReader(io.StringIO(web.get("/v1/renders/export?format=csv").text)))
    assert len(urls) == len(rows) == 3
    links = [value for row in rows for value in row.values() if value.startswith("http")]
    assert len(links) == 3 + 1, "a file of each, and the video's poster"
    for url in (*urls, *links):
        assert web.get(url).status_code == 200, url


def test_the_ledger_shows_the_job_and_sums_up(workspace: Workspace, job_id: str) -> None:
    web = workspace.web
    entries = web.get("/v1/ledger").json()["data"]
    [charge] = [each for each in entries if each["kind"] == "charge"]
    assert charge["credits"] == -(1 + 1 + 8)
    assert web.get("/v1/account").json()["data"]["credits"] == sum(each["credits"] for each in entries) == web.balance()
    assert web.get("/v1/ledger?format=csv").status_code == 200
    assert web.get("/v1/renders/export").status_code == 200


def test_pieces_of_a_job_stay_until_it_has_ended_and_are_not_tried_again_alone(
    workspace: Workspace, job_id: str
) -> None:
    web = workspace.web
    before = web.balance()
    picture = renders(web)[0]["id"]
    for method, path in (("PATCH", "/cancel"), ("PATCH", "/retry"), ("DELETE", "")):
        refused = web.request(method, f"/v1/renders/{picture}{path}")
        assert told(refused) == (409, "invalid_state")
        assert f"the job {job_id}" in refused.json()["error"]["message"]
    for path in ("cancel", "delete"):
        [outcome] = web.post(f"/v1/renders/{path}", json={"ids": [picture]}).json()["data"]
        assert (outcome["ok"], outcome["error"]["code"]) == (False, "invalid_state")
    workspace.draw()
    assert workspace.get(f"/renders/{job_id}")["status"] == "COMPLETED"
    assert web.request("DELETE", f"/v1/renders/{picture}").status_code == 200
    assert len(workspace.get(f"/renders/{job_id}")["renders"]) == 2
    assert web.balance() == before


def test_dxgls_command_line_fetches_them_as_what_they_are(
    workspace: Workspace, job_id: str, tmp_path: Path
) -> None:
    web = workspace.web
    workspace.draw()
    front, _, spin = (each["id"] for each in renders(web))
    with serving(web.app) as url:
        farm = ["--url", url, "--token", web.token]
        listed = CliRunner().invoke(main, ["list", *farm])
        fetched = CliRunner().invoke(main, ["download", *farm, front, spin, "-o", str(tmp_path)])
    assert sorted(line.split()[4] for line in listed.stdout.splitlines()) == ["image", "image", "video"]
    assert fetched.exit_code == 0, fetched.output
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith((front, spin))} == {
        f"{front}.png", f"{spin}.mov", f"{spin}.png", f"{spin}.thumb.mp4",
    }  # fmt: skip
    assert (tmp_path / f"{front}.png").read_bytes() == f"{front} image".encode()


def test_a_model_that_is_deleted_there_is_gone_here_and_what_was_ordered_of_it_is_made(
    workspace: Workspace, job_id: str
) -> None:
    web = workspace.web
    before = web.balance()
    project_id = workspace.get(f"/renders/{job_id}")["projectId"]
    model_id = renders(web)[0]["modelId"]
    assert web.request("DELETE", f"/v1/models/{model_id}").status_code == 200
    workspace.draw()
    assert workspace.get("/models")["models"] == []
    assert workspace.get(f"/projects/{project_id}")["status"] == "FAILED"
    assert error(workspace.ask("POST", "/renders", json={"projectIds": [project_id]})) == (409, "MODEL_NOT_READY")
    assert (workspace.get(f"/renders/{job_id}")["status"], web.balance()) == ("COMPLETED", before)
