"""The portal by keys alone, in a real browser, on a real farm."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.portal import EMAIL, PASSWORD, PATIENCE_MS, Visit, visit, wait_until_plays
from tests.integration.support import box_glb
from tests.support.farm import Farm

expect.set_options(timeout=PATIENCE_MS)


FOCUSED = """
() => {
  const element = document.activeElement;
  const label = element.labels?.[0];
  const shows = [element, label].some((each) => each && getComputedStyle(each).outlineStyle !== "none");
  return [(element.getAttribute("aria-label") || label?.textContent || element.textContent).trim(), shows];
}
"""
"""What the element is called that has the focus, and whether one sees that it has."""


def tab_to(visited: Visit, name: str) -> None:
    """Presses Tab until the element with a name that begins so has the focus."""
    for _ in range(60):
        visited.page.keyboard.press("Tab")
        focused, shows = visited.page.evaluate(FOCUSED)
        if focused.startswith(name):
            assert shows, f"nobody sees that {focused} has the focus"
            return
    raise AssertionError(f"Tab does not lead to {name}")


def press(visited: Visit, name: str, key: str = "Enter") -> None:
    tab_to(visited, name)
    visited.page.keyboard.press(key)


def write(visited: Visit, name: str, text: str) -> None:
    tab_to(visited, name)
    visited.page.keyboard.type(text)


def test_keys_alone_lead_to_a_model_and_its_order(
    browser: Browser, farm: Farm, cookies: object, tmp_path: Path
) -> None:
    (tmp_path / "pole.glb").write_bytes(box_glb(height=2.0))
    with visit(browser, farm, storage_state=cookies) as boss:
        page = boss.page
        page.goto(f"{farm.url}/portal")
        page.locator("input[type=file]").first.set_input_files(tmp_path / "pole.glb")
        page.get_by_text("Here, and being drawn").wait_for()
        page.keyboard.press("?")
        page.get_by_role("heading", name="Keyboard").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("m")
        page.get_by_role("button", name="Look into pole").wait_for()
        tab_to(boss, "Look into pole")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_label("Title").wait_for()
        tab_to(boss, "Choose a look")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Order video")).to_be_enabled()
        tab_to(boss, "Order video")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Queue").wait_for()
        assert boss.troubles == []


@pytest.mark.nightly  # it draws four videos
def test_keys_alone_lead_from_signing_in_to_a_shared_turntable_a_key_and_the_ledger(
    browser: Browser, farm: Farm, cookies: object, tmp_path: Path
) -> None:
    (tmp_path / "mast.glb").write_bytes(box_glb(height=3.0))
    with visit(browser, farm) as boss:
        page = boss.page
        page.add_init_script("window.showOpenFilePicker = undefined")  # no script can use the browser's own window
        page.goto(f"{farm.url}/portal")
        page.get_by_role("heading", name="Sign in").wait_for()
        write(boss, "E-mail address", EMAIL)
        write(boss, "Password", PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Drop models here").wait_for()
        press(boss, "Skip to the page")
        with page.expect_file_chooser() as chooser:
            press(boss, "Choose files")
        chooser.value.set_files(tmp_path / "mast.glb")
        page.get_by_text("Here, and being drawn").wait_for()

        press(boss, "Choose a look")
        expect(page.get_by_role("slider", name="Moment of the video")).to_be_enabled()
        press(boss, "Preview", "ArrowRight")
        press(boss, "Use this view")
        expect(page.get_by_role("spinbutton", name="Starting angle")).to_have_value("5")
        press(boss, "Exact picture")
        page.get_by_role("img", name="Exact picture").wait_for()
        press(boss, "1:1", "Space")
        with farm.renders_held():
            press(boss, "Order 2 videos")
            expect(page.get_by_role("button", name="Cancel all")).to_be_visible()
            press(boss, "Cancel all")
            page.get_by_role("dialog").wait_for()
            page.keyboard.press("Escape")
            expect(page.get_by_role("button", name="Cancel all")).to_be_focused()
            press(boss, "Cancel")
            press(boss, "Cancel")  # in the dialog that asks
            expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
        press(boss, "Dismiss")
        expect(page.get_by_text("Nothing is waiting")).to_be_visible()

        page.keyboard.press("v")
        turntable = page.get_by_role("button", name=re.compile("Open mast, Turntable")).first
        turntable.wait_for()
        press(boss, "Open mast, Turntable")
        wait_until_plays(page)
        press(boss, "Link for everybody", "Space")
        page.get_by_role("textbox", name="Link for everybody").wait_for()
        page.keyboard.press("Escape")
        expect(turntable).to_be_focused()
        page.keyboard.press("ArrowRight")
        expect(turntable).not_to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(turntable).to_be_focused()

        page.keyboard.press("a")
        press(boss, "Credits", "ArrowRight")
        press(boss, "New key")
        write(boss, "What is it for?", "by keys")
        press(boss, "Make the key")
        page.get_by_role("textbox", name="Your new key").wait_for()
        press(boss, "Close")
        expect(page.get_by_role("button", name="New key")).to_be_focused()
        press(boss, "API keys", "ArrowLeft")
        with page.expect_download() as download:
            press(boss, "Download as CSV")
        assert "charge" in Path(download.value.path()).read_text()
        assert boss.troubles == []
