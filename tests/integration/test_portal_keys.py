"""The portal by keys alone, in a real browser, on a real farm."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.integration.portal import PATIENCE_MS, Visit, visit
from tests.integration.support import box_glb
from tests.support.farm import Farm

expect.set_options(timeout=PATIENCE_MS)


def tab_to(visited: Visit, name: str) -> None:
    """Presses Tab until the element with a name that begins so has the focus."""
    focused = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
    for _ in range(60):
        visited.page.keyboard.press("Tab")
        if str(visited.page.evaluate(focused)).strip().startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name}")


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
