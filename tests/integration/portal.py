"""A person at the portal: a real Chromium that notes whatever goes wrong in its pages."""

import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from api.http.portal.pages import STATIC
from tests.support.browser import chromium
from tests.support.farm import Farm
from tests.support.node import node_package
from tests.support.waiting import wait_for

EMAIL, PASSWORD = "boss@example.com", "a turn of the table"
PATIENCE_MS = 120_000
"""After so long a step fails, however busy the machine is."""

SERIOUS = ("serious", "critical")
"""Of axe's faults, those that keep somebody from using a page."""


@dataclasses.dataclass
class Visit:
    """`troubles` are errors in the console, and requests to anybody but the farm."""

    page: Page
    url: str
    troubles: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.troubles.append(f"{error}"))
        self.page.on("request", self._note_request)

    def _note_message(self, message: ConsoleMessage) -> None:
        refused = re.search(r"the server responded with a status of 4\d\d", message.text)  # the page tells it itself
        if message.type == "error" and not refused:
            self.troubles.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.url, f"blob:{self.url}", "data:")):
            self.troubles.append(f"asked {request.url}")

    def open(self, name: str) -> None:
        """One of the pages, by its tab."""
        self.page.get_by_role("link", name=re.compile(f"^{name}")).click()
        self.page.wait_for_selector(f'a[aria-current="page"]:has-text("{name}")')

    def faults(self) -> list[str]:
        """What axe finds in the page as it is now that would keep somebody from using it."""
        axe = (node_package("axe-core") / "axe.min.js").read_text()
        self.page.evaluate(axe)
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then((result) => result.violations)")
        return [
            f"{self.page.url} {each['id']}: {node['html'][:200]}"
            for each in found
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]


def wait_until_plays(page: Page) -> None:
    """Of the video with controls: some frames of it have been shown."""
    video = page.locator("video[controls]")
    video.wait_for()
    wait_for(lambda: video.evaluate("(video) => video.currentTime > 0.2"), "the video to play")


def first_link(farm: Farm) -> str:
    """The link that the server's log shows as long as nobody can sign in."""
    [*_, last] = re.findall(r"http://\S+/portal/join#\S+", farm.log)
    return f"{last}"


@contextmanager
def built_portal() -> Iterator[Browser]:
    """A browser, and pages for it that are made of today's sources."""
    subprocess.run([sys.executable, "-m", "api.processes.build_portal"], check=True)
    assert (STATIC / "index.html").is_file()
    with chromium() as browser:
        yield browser


def come_in(visited: Visit, farm: Farm) -> None:
    """As the farm's first administrator, by the link in the log."""
    visited.page.goto(first_link(farm))
    visited.page.get_by_label("E-mail address").fill(EMAIL)
    visited.page.get_by_label("Password").fill(PASSWORD)
    visited.page.get_by_role("button", name="Start").click()
    visited.page.get_by_role("heading", name="Drop models here").wait_for()


@contextmanager
def visit(browser: Browser, farm: Farm, **options: Any) -> Iterator[Visit]:
    """A browser of its own, in which nobody is signed in unless `storage_state` says so."""
    with browser.new_context(viewport={"width": 1280, "height": 800}, **options) as context:
        yield Visit(context.new_page(), farm.url)
