"""The portal's pages for projects, galleries, webhooks, training sets and modes in a real browser, on a real farm."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.portal import PATIENCE_MS, Visit, visit, wait_until_plays
from tests.integration.support import box_glb
from tests.support.browser import FLAGS, IN_NETWORK
from tests.support.farm import Farm
from tests.support.node import LIGHTHOUSE, node_package
from tests.support.waiting import HANG_S, wait_for

expect.set_options(timeout=PATIENCE_MS)

PAGES = (
    "upload", "generate?way=prompt", "generate?way=picture", "generate?way=lighter", "library", "look", "queue",
    "videos", "videos?show=galleries", "videos?gallery=new", "datasets", "projects", "projects?show=templates",
    "projects?show=jobs", "projects?template=studioLight1&new=", "account",
)  # fmt: skip
WIDTHS = (320, 390, 768, 1280, 1920, 3840)
"""Pixels: from the smallest telephone to 4K."""

FITS = "document.documentElement.scrollWidth <= innerWidth"
"""Whether nothing lies beyond the page's right edge; grids of cards are laid out anew after the window has changed."""

LEAST_SCORE = 0.95
"""Of each of Lighthouse's four categories."""


@pytest.fixture
def boss(browser: Browser, farm: Farm, cookies: object) -> Iterator[Visit]:
    with visit(browser, farm, storage_state=cookies) as boss:
        yield boss
        assert boss.troubles == []


@pytest.fixture(scope="module")
def lamp(browser: Browser, farm: Farm, cookies: object, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a model of the library that has a picture."""
    path = tmp_path_factory.mktemp("lamp") / "floor-lamp.glb"
    path.write_bytes(box_glb(height=1.25))
    with visit(browser, farm, storage_state=cookies) as boss:
        boss.page.goto(f"{farm.url}/portal/upload")
        boss.page.locator("input[type=file]").first.set_input_files(path)
        expect(boss.page.get_by_text("Here, and being drawn")).to_be_visible()
        boss.open("Models")
        card = boss.page.get_by_role("listitem").filter(has_text="floor-lamp")
        card.locator("img").first.wait_for()
        found = asked(boss.page, "/v1/models?q=floor-lamp")
    return str(found["data"][0]["id"])


def asked(page: Page, path: str) -> Any:
    """What the farm answers to the page's person."""
    return page.request.get(f"{page.url.split('/portal')[0]}{path}").json()


def turn(page: Page, *keys: str) -> None:
    """Turns the live view by keys."""
    page.locator("canvas.turnable").focus()
    for key in keys:
        page.keyboard.press(key)


def test_on_plain_http_files_are_uploaded_and_a_code_leads_telephones_to_see_them_in_the_room(
    browser: Browser, farm: Farm, cookies: Any, tmp_path: Path
) -> None:
    (tmp_path / "stool.glb").write_bytes(box_glb(height=0.4))
    with visit(browser, farm) as boss:
        page = boss.page
        boss.url = farm.url.replace("127.0.0.1", IN_NETWORK)
        page.context.add_cookies([
            {"name": each["name"], "value": each["value"], "url": boss.url} for each in cookies["cookies"]
        ])  # fmt: skip
        page.goto(f"{boss.url}/portal/upload")
        assert not page.evaluate("isSecureContext"), "there is no crypto.subtle, and no picker that gives handles"
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        chooser.value.set_files(tmp_path / "stool.glb")
        expect(page.get_by_text("Here, and being drawn")).to_be_visible()
        page.get_by_role("button", name="Show it").click()
        page.get_by_role("button", name="See it in your room").click()
        page.get_by_role("img", name="This page's address, for a camera").wait_for()
        expect(page.get_by_role("link", name="Download the USDZ")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="See it in your room")).to_be_focused()
        assert boss.troubles == []


def test_a_view_of_the_live_model_becomes_the_settings_of_an_order(boss: Visit, lamp: str) -> None:
    page = boss.page
    page.goto(f"{boss.url}/portal/look?models={lamp}")
    expect(page.get_by_role("slider", name="Moment of the video")).to_be_enabled()
    turn(page, "ArrowRight", "ArrowRight", "+")
    page.get_by_role("button", name="Use this view").click()
    expect(page.get_by_role("spinbutton", name="Starting angle")).to_have_value("10")
    expect(page.get_by_role("spinbutton", name="Distance", exact=True)).to_have_value("0.91")
    expect(page.get_by_role("button", name="Use this view")).to_have_count(0)


def test_nothing_is_ordered_of_a_model_that_is_gone(boss: Visit) -> None:
    boss.page.goto(f"{boss.url}/portal/look?models=AbsentModel1")
    expect(boss.page.get_by_text("Model not found")).to_be_visible()
    expect(boss.page.get_by_role("button", name=re.compile("^Order"))).to_have_count(0)
    boss.page.get_by_role("button", name="To the models").click()
    boss.page.get_by_role("heading", name="Models").wait_for()


def test_a_template_is_placed_in_the_live_view_and_a_project_is_made_with_it(boss: Visit, lamp: str) -> None:
    page = boss.page
    page.goto(f"{boss.url}/portal/projects?show=templates")
    page.get_by_role("button", name="New template").click()
    expect(page.get_by_text("0° around, 8° up, distance 1.15").first).to_be_visible()
    turn(page, "ArrowRight", "ArrowUp", "ArrowUp")
    expect(page.get_by_text("5° around, 18° up, distance 1.15", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add this view").click()
    page.get_by_role("textbox", name="Name of View 5").fill("From the right")
    page.get_by_role("textbox", name="Name", exact=True).last.fill("Ours")
    page.get_by_role("button", name="Save the template").click()
    card = page.get_by_role("listitem").filter(has_text="Ours")
    expect(card.get_by_text(re.compile("Top View · From the right"))).to_be_visible()
    [template] = [each for each in asked(page, "/api/v1/templates")["templates"] if each["name"] == "Ours"]
    content = asked(page, f"/api/v1/templates/{template['templateId']}")["content"]
    assert content["bookmarks"][-1] == {"name": "From the right", "azimuth": 5, "elevation": 18, "zoom": 1.15}

    page.get_by_text("Projects", exact=True).last.click()
    page.get_by_role("button", name="New project").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Template").select_option("Ours")
    dialog.get_by_role("checkbox", name="floor-lamp").check()
    dialog.get_by_role("button", name="Make the project").click()
    expect(page.get_by_text("6 pictures and videos, 9 credits")).to_be_visible()
    page.get_by_role("switch", name="Videos").click()
    expect(page.get_by_text("5 pictures and videos, 5 credits")).to_be_visible()


@pytest.mark.nightly
def test_a_gallery_is_made_embedded_and_taken_back(
    boss: Visit, browser: Browser, farm: Farm, lamp: str
) -> None:
    page = boss.page
    page.goto(f"{boss.url}/portal/videos?show=galleries")
    wait_for(lambda: asked(page, f"/v1/renders?model={lamp}&status=done")["data"], "the lamp's turntable")
    page.get_by_role("button", name="New gallery").click()
    page.get_by_role("textbox", name="Title").fill("Lamps <b>")
    page.get_by_role("button", name=re.compile("^Show .*, Turntable")).first.click()
    page.get_by_role("button", name="Save the gallery").click()
    link = page.get_by_role("textbox", name="Link to the gallery").input_value()
    with visit(browser, farm) as stranger:
        stranger.page.goto(link)
        stranger.page.get_by_role("heading", name="Lamps <b>").wait_for()
        stranger.page.get_by_role("listitem").first.click()
        wait_until_plays(stranger.page)
        assert stranger.troubles == []
        assert stranger.faults() == []
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("No galleries yet")).to_be_visible()
        stranger.page.goto(link)
        stranger.page.get_by_role("heading", name="This link no longer works").wait_for()


def test_a_webhook_is_made_tried_and_its_log_is_told(boss: Visit) -> None:
    page = boss.page
    page.goto(f"{boss.url}/portal/account?show=hooks")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_role("textbox", name="Address").fill("http://127.0.0.1:9/hook")  # where nobody listens
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The URL's server could not be reached").first).to_be_visible()  # one for each attempt
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()


def test_a_mode_shows_what_belongs_to_it_and_the_browser_keeps_it(boss: Visit, lamp: str) -> None:
    page = boss.page
    page.goto(f"{boss.url}/portal/queue")
    for mode, there, not_there in (("Social", "Videos", "Projects"), ("Data", "Datasets", "Generate")):
        page.get_by_role("button", name=re.compile("^Mode: ")).click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{mode}")).click()
        page.reload()
        page.get_by_role("link", name=re.compile(f"^{there}")).wait_for()
        expect(page.get_by_role("link", name=re.compile(f"^{not_there}"))).to_have_count(0)
    page.goto(f"{boss.url}/portal/look?models={lamp}")
    expect(page.get_by_role("button", name="Order training set")).to_be_visible()
    expect(page.get_by_text("4 credits", exact=True)).to_be_visible()


@pytest.mark.nightly
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_every_screen_and_everybody(
    browser: Browser, farm: Farm, cookies: object, lamp: str, scheme: str
) -> None:
    with visit(browser, farm, storage_state=cookies, color_scheme=scheme) as boss:
        page = boss.page
        for name in (f"look?models={lamp}", *PAGES):
            page.goto(f"{farm.url}/portal/{name}")
            page.wait_for_selector("h1")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wait_for(lambda: page.evaluate(FITS), f"{name} to fit into {width} pixels")
            assert boss.faults() == []
        page.get_by_text("Webhooks", exact=True).click()
        page.get_by_text("What was sent").wait_for()
        assert boss.faults() == []
        assert boss.troubles == []


def made(boss: Visit, model_id: str, settings: dict[str, object]) -> str:
    """The id of a render that is ordered and done."""
    page = boss.page
    page.goto(f"{boss.url}/portal/queue")
    order = page.request.post(
        f"{boss.url}/v1/renders", data={"modelId": model_id, "renderSettings": settings}, headers={"Origin": boss.url}
    ).json()
    render_id = str(order["data"]["id"])
    wait_for(lambda: asked(page, f"/v1/renders/{render_id}")["data"]["status"] == "done", "the render")
    return render_id


@pytest.mark.nightly
def test_a_video_without_a_background_is_seen_before_others_or_says_what_would_let_it(boss: Visit, lamp: str) -> None:
    page = boss.page
    render_id = made(boss, lamp, {"transparent": True, "size": "128x128", "length": 3, "lighting": "soft"})
    page.goto(f"{boss.url}/portal/videos?open={render_id}")
    wait_until_plays(page)
    page.get_by_role("button", name="Order a WebM").click()
    expect(page.get_by_role("checkbox", name="WebM", exact=True)).to_be_checked()
    expect(page.get_by_role("switch", name="No background")).to_be_checked()
    expect(page.get_by_role("radio", name="Soft")).to_be_checked()
    expect(page.get_by_text("1 credit", exact=True)).to_be_visible()
    render_id = made(boss, lamp, {"size": "128x128", "length": 3, "transparent": True, "formats": ["webp"]})
    page.goto(f"{boss.url}/portal/videos?open={render_id}")
    page.get_by_role("dialog").get_by_role("radio", name="Black").check(force=True)
    expect(page.get_by_role("dialog").locator("img").first).to_have_js_property("naturalWidth", 128)


@pytest.mark.nightly
def test_a_training_set_is_looked_into(boss: Visit, lamp: str) -> None:
    page = boss.page
    render_id = made(boss, lamp, {"output": "dataset", "datasetQuality": "100x800"})
    page.goto(f"{boss.url}/portal/datasets?open={render_id}")
    expect(page.get_by_text(re.compile("100 views, .* points"))).to_be_visible()
    page.get_by_role("slider", name="View").fill("42")
    for plane in ("Depth", "Normals", "Mask", "Colour"):
        page.get_by_text(plane, exact=True).click()
        picture = page.get_by_role("img", name=f"{plane} of view 43")
        expect(picture).to_have_js_property("naturalWidth", 800)
    assert boss.faults() == []


@pytest.mark.nightly
@pytest.mark.parametrize("device", ["desktop", "mobile"])
def test_lighthouse_finds_the_library_page_good(
    browser: Browser, farm: Farm, cookies: Any, lamp: str, device: str, tmp_path: Path
) -> None:
    headers, report = tmp_path / "headers.json", tmp_path / "report.json"
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies["cookies"])
    headers.write_text(json.dumps({"Cookie": cookie}))
    program = node_package("lighthouse", LIGHTHOUSE) / "cli" / "index.js"
    command = [
        "node", str(program), f"{farm.url}/portal/library", "--quiet", "--no-enable-error-reporting", "--output=json",
        f"--output-path={report}", f"--extra-headers={headers}",
        f"--chrome-flags=--headless=new {' '.join(FLAGS)}", *(["--preset=desktop"] if device == "desktop" else []),
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
    subprocess.run(command, check=True, timeout=HANG_S, env=environment)
    scores = {name: each["score"] for name, each in json.loads(report.read_text())["categories"].items()}
    assert set(scores) == {"performance", "accessibility", "best-practices", "seo"}
    assert all(score >= LEAST_SCORE for score in scores.values()), scores
