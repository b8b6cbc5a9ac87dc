"""The portal in a real browser, on a real farm: from the link in the log to a shared turntable."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.domain.accounts import credentials, sessions
from api.http.auth import SESSION_COOKIE
from tests.integration.portal import EMAIL, PASSWORD, PATIENCE_MS, Visit, visit, wait_until_plays
from tests.integration.support import box_glb
from tests.support.farm import Farm
from tests.support.waiting import wait_for

expect.set_options(timeout=PATIENCE_MS)


def upload(boss: Visit, folder: Path) -> None:
    """A model, the same once more, and what is none."""
    for name, data in (("lamp.glb", box_glb()), ("lamp-copy.glb", box_glb()), ("notes.txt", b"a note")):
        (folder / name).write_bytes(data)
    boss.page.get_by_label("Tags for all of them").fill("Lamps, lamps, autumn")
    boss.page.locator("input[type=file]").first.set_input_files(
        [folder / name for name in ("lamp.glb", "lamp-copy.glb", "notes.txt")]
    )
    expect(boss.page.get_by_text("This is no .glb, .gltf, .usdz, .stl, .ply or .zip file")).to_be_visible()
    expect(boss.page.get_by_text("Here, and being drawn")).to_be_visible()
    expect(boss.page.get_by_text("It was here already; nothing was sent")).to_be_visible()


def test_from_the_first_link_to_a_shared_turntable(
    browser: Browser, farm: Farm, cookies: object, tmp_path: Path
) -> None:
    with visit(browser, farm, storage_state=cookies) as boss:
        page = boss.page
        page.goto(f"{farm.url}/portal")
        upload(boss, tmp_path)

        page.get_by_role("button", name="Choose a look").click()
        expect(page.get_by_role("slider", name="Moment of the video")).to_be_enabled()  # the preview is there
        page.get_by_role("spinbutton", name="Length").fill("3")
        page.get_by_role("spinbutton", name="Length").blur()
        page.get_by_role("button", name="Exact picture").click()
        exact = page.get_by_role("img", name="Exact picture")
        wait_for(lambda: exact.evaluate("(image) => image.naturalWidth == 960"), "the exact picture")
        page.get_by_role("button", name="Back to the preview").click()
        page.get_by_text("1:1", exact=True).click()
        expect(page.get_by_text("2 credits", exact=True)).to_be_visible()
        with farm.renders_held():
            page.get_by_role("button", name="Order 2 videos").click()
            expect(page.get_by_role("heading", name="Queue")).to_be_visible()
            square = page.get_by_role("listitem").filter(has_text="1:1")
            wide = page.get_by_role("listitem").filter(has_text="16:9").first
            expect(wide.get_by_text(re.compile(r"\d+ of \d+"))).to_be_visible()  # it is told while it goes on
            square.get_by_role("button", name="Cancel").click()
            page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
            expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
            expect(page.get_by_text("Needs a look")).to_have_count(0)
        page.get_by_role("button", name="Dismiss").click()
        expect(page.get_by_text("Nothing is waiting")).to_be_visible()

        boss.open("Videos")
        turntable = page.get_by_role("button", name=re.compile("Open lamp, Turntable")).first
        turntable.hover()
        expect(turntable.locator(".turn img")).to_be_visible()
        turntable.click()
        wait_until_plays(page)
        page.get_by_role("switch", name="Link for everybody").click()
        link = page.get_by_role("textbox", name="Link for everybody").input_value()
        with visit(browser, farm) as stranger:
            stranger.page.goto(link)
            wait_until_plays(stranger.page)
            assert stranger.troubles == []
            page.get_by_role("switch", name="Link for everybody").click()
            expect(page.get_by_role("textbox", name="Link for everybody")).to_have_count(0)
            answer = stranger.page.goto(link)
            assert answer is not None
            assert answer.status == 404
        assert boss.troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_can_be_used_by_everybody(browser: Browser, farm: Farm, cookies: object, scheme: str) -> None:
    with visit(browser, farm, color_scheme=scheme) as stranger:
        stranger.page.goto(f"{farm.url}/portal")
        stranger.page.get_by_role("heading", name="Sign in").wait_for()
        assert stranger.faults() == []
    with visit(browser, farm, storage_state=cookies, color_scheme=scheme) as boss:
        boss.page.goto(f"{farm.url}/portal")
        for name in ("Upload", "Generate", "Models", "Look", "Queue", "Videos", "Projects", "Account"):
            boss.open(name)
            boss.page.wait_for_selector("h1")
            assert boss.faults() == []


def test_an_account_has_people_keys_and_a_ledger(browser: Browser, farm: Farm, cookies: object) -> None:
    with visit(browser, farm, storage_state=cookies) as boss, visit(browser, farm) as maker:
        page = boss.page
        page.goto(f"{farm.url}/portal/account")
        page.get_by_text("People", exact=True).click()
        page.get_by_role("button", name="Invite").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("E-mail address").fill("maker@example.com")
        dialog.get_by_role("button", name="Invite").click()
        maker.page.goto(page.get_by_role("textbox", name="Send this link").input_value())
        maker.page.get_by_label("Password").fill(PASSWORD)
        maker.page.get_by_role("button", name="Start").click()
        maker.page.get_by_role("heading", name="Drop models here").wait_for()
        maker.open("Account")
        maker.page.get_by_text("API keys").click()
        maker.page.get_by_text("For programs that upload and order").wait_for()
        expect(maker.page.get_by_role("button", name="New key")).to_have_count(0)  # administrators make them

        page.get_by_role("button", name="Close").click()
        page.get_by_text("API keys").click()
        page.get_by_role("button", name="New key").click()
        dialog.get_by_label("What is it for?").fill("shop")
        dialog.get_by_label("Spends at most").fill("5")
        dialog.get_by_role("button", name="Make the key").click()
        key = page.get_by_role("textbox", name="Your new key").input_value()
        with farm.client(key) as client:
            assert client.account().credits >= 0
        page.get_by_role("button", name="Close").click()
        shop = page.get_by_role("listitem").filter(has_text="shop")
        expect(shop.get_by_text("0 of 5 spent")).to_be_visible()
        shop.get_by_role("button", name="Revoke").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(shop.get_by_text("Revoked")).to_be_visible()

        page.get_by_text("Credits", exact=True).click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download as CSV").click()
        assert "grant" in Path(download.value.path()).read_text()
        assert boss.troubles + maker.troubles == []


def sign_in(visited: Visit) -> None:
    visited.page.get_by_label("E-mail address").fill(EMAIL)
    visited.page.get_by_label("Password").fill(PASSWORD)
    visited.page.keyboard.press("Enter")


def end_session(farm: Farm, visited: Visit) -> None:
    """As if its time were over."""
    [value] = [each["value"] for each in visited.page.context.cookies() if each["name"] == SESSION_COOKIE]
    with farm.database.begin() as session:
        sessions.end(session, credentials.authenticate(session, sessions.DIALECT, value).token_id)


def test_work_goes_on_after_a_session_has_ended(
    browser: Browser, farm: Farm, cookies: object, tmp_path: Path
) -> None:
    hostile = tmp_path / "<img src=x onerror=alert(1)>.glb"
    hostile.write_bytes(box_glb(height=1.5))
    with visit(browser, farm) as boss:
        page = boss.page
        page.goto(f"{farm.url}/portal")
        sign_in(boss)
        page.get_by_role("heading", name="Drop models here").wait_for()
        end_session(farm, boss)
        page.locator("input[type=file]").first.set_input_files(hostile)
        page.get_by_role("heading", name="Sign in again").wait_for()
        sign_in(boss)
        expect(page.get_by_text("Here, and being drawn")).to_be_visible()
        boss.open("Models")
        hostile_card = page.get_by_role("listitem").filter(has_text="<img src=x onerror=alert(1)>")
        expect(hostile_card).to_be_visible()  # a name is a text
        hostile_card.get_by_role("checkbox").check(force=True)
        page.get_by_role("button", name="Delete").click()
        expect(hostile_card).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        hostile_card.get_by_role("checkbox").check(force=True)
        page.get_by_role("button", name="Tags", exact=True).click()
        page.get_by_role("dialog").get_by_label("Add to all of them").fill("odd, names")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(hostile_card.get_by_text("odd, names")).to_be_visible()
        assert boss.troubles == []


LARGE = 91 * 1024 * 1024
"""Bytes of a file in two parts."""

PICKABLE = """
window.showOpenFilePicker = async () => [await (await navigator.storage.getDirectory()).getFileHandle("hall.glb")]
"""
"""The browser's window for files, which no script can use, chooses the one that `MAKE_LARGE` has made."""

MAKE_LARGE = """
async (size) => {
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getFileHandle("hall.glb", { create: true })).createWritable();
  await file.write("glTF");
  await file.truncate(size);
  await file.close();
}
"""


@pytest.mark.nightly  # it hashes and sends 90 MB, some of them twice
def test_a_large_file_survives_lost_connections_reloads_and_the_end_of_a_session(
    browser: Browser, farm: Farm, cookies: object, tmp_path: Path
) -> None:
    large = tmp_path / "hall.glb"
    with large.open("wb") as file:
        file.write(b"glTF")
        file.truncate(LARGE)
    with visit(browser, farm) as boss:
        page = boss.page
        page.add_init_script(PICKABLE)
        page.goto(f"{farm.url}/portal")
        sign_in(boss)
        page.get_by_role("heading", name="Drop models here").wait_for()
        page.evaluate(MAKE_LARGE, LARGE)
        page.get_by_label("Tags for all of them").fill("halls")
        lost = "**/v1/uploads/*/2"
        page.route(lost, lambda route: route.abort("connectionfailed"))
        page.get_by_role("button", name="Choose files").click()
        expect(page.get_by_text("The farm can't be reached")).to_be_visible()

        page.reload()
        expect(page.get_by_text("50 % is here")).to_be_visible()
        page.get_by_role("button", name="Go on").click()  # with the file that the browser remembers
        expect(page.get_by_text("The farm can't be reached")).to_be_visible()
        page.evaluate("navigator.storage.getDirectory().then((root) => root.removeEntry('hall.glb'))")  # it is moved

        page.reload()
        page.unroute(lost)
        sent: list[str] = []
        page.get_by_text("50 % is here").wait_for()
        page.on("request", lambda request: sent.append(request.url[-2:]) if request.method == "PUT" else None)
        end_session(farm, boss)
        page.get_by_role("button", name="Go on").click()  # which asks for the file, since that one is gone
        page.locator("input[aria-label='Choose the file again']").set_input_files(large)
        page.get_by_role("heading", name="Sign in again").wait_for()
        sign_in(boss)
        expect(page.get_by_text("Here, and being drawn")).to_be_visible()
        expect(page.get_by_text("Not finished yet")).to_have_count(0)
        assert sent == ["/2"]


def test_without_webgl_a_look_is_ordered_all_the_same(
    browser: Browser, farm: Farm, cookies: object, tmp_path: Path
) -> None:
    (tmp_path / "shelf.glb").write_bytes(box_glb(height=0.5))
    with visit(browser, farm, storage_state=cookies) as boss:
        page = boss.page
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        page.goto(f"{farm.url}/portal")
        page.locator("input[type=file]").first.set_input_files(tmp_path / "shelf.glb")
        page.get_by_role("button", name="Choose a look").click()
        expect(page.get_by_text("This browser shows no 3D here")).to_be_visible()
        expect(page.get_by_role("button", name="Order video")).to_be_enabled()
