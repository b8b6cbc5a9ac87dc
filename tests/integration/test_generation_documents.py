"""Clients that nobody here wrote: all code of Generio's document and of the Grok pipeline's, with nothing but the URL
and the key replaced. By day a hand makes the files; by night a whole farm does.
"""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import PIL.Image
import PIL.ImageDraw
import pytest
from playwright.sync_api import Browser, Page

from api.db.session import Database
from api.domain.accounts import accounts, credentials
from api.domain.generations import pipeline
from renderer.load import load_model
from tests.integration.support import box_glb
from tests.support.browser import chromium
from tests.support.farm import Farm, running_farm
from tests.support.flows import finish_steps, served
from tests.support.spec import reference
from tests.support.waiting import HANG_S, wait_for
from tests.support.web import Web

PAGE = '<!doctype html><title>A shop</title><div id="examples-container"></div>'
PROMPT = "A futuristic robot cat with glowing blue eyes"
JOB_MS = 200_000


@pytest.fixture
def by_hand(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URL of a server, and a key of Generio's API."""
    database = Database(f"sqlite:///{tmp_path}/farm.sqlite3")
    database.migrate()
    web = Web.make(database, tmp_path / "farm")
    with web.app.state.farm.work() as unit:
        pipeline.order_examples(unit, web.app.state.farm.terms)
    finish_steps(web)
    with served(web) as url:
        yield url, web.generio_key
    database.dispose()


@pytest.fixture
def by_farm(tmp_path: Path, light: Path) -> Iterator[tuple[str, str]]:
    folder = tmp_path / "farm"
    folder.mkdir()
    with running_farm(Farm(folder, workers=2, cache=light, extra={"PIROUETTE_GROK": "true"})) as farm:
        with farm.database.begin() as session:
            account_id = accounts.sign_up(session, "maker@example.com", credits=10).id
            key = credentials.issue(session, account_id, name="documents", dialect="generio").raw
        wait_for(lambda: examples_done(farm) == len(pipeline.EXAMPLES), "the examples")
        yield farm.url, key


def examples_done(farm: Farm) -> int:
    with farm.database.read() as session:
        return len(pipeline.examples_done(session))


@pytest.fixture
def server(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.getfixturevalue(request.param)
    return found


EVERYWHERE = pytest.mark.parametrize(
    "server", ["by_hand", pytest.param("by_farm", marks=pytest.mark.nightly)], indirect=True
)


def scripts(url: str, key: str) -> list[str]:
    """The whole programs of Generio's document, in their order."""
    blocks = re.findall(r"^```python\n(.*?)^```", reference("generio-flows.md"), re.MULTILINE | re.DOTALL)
    whole = [block for block in blocks if "import requests" in block]
    assert len(whole) == 4
    for replaced in ("your-api-key-here", "https://flows.generio.ai"):
        assert all(script.count(f'"{replaced}"') == 1 for script in whole)
    return [
        script.replace('"your-api-key-here"', f'"{key}"').replace('"https://flows.generio.ai"', f'"{url}"')
        for script in whole
    ]  # fmt: skip


@EVERYWHERE
def test_generios_examples_run_and_save_their_models(
    server: tuple[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    picture = PIL.Image.new("RGB", (400, 600), "white")
    PIL.ImageDraw.Draw(picture).rounded_rectangle((120, 60, 280, 540), 60, fill=(180, 40, 30))
    picture.save(tmp_path / "product_image.jpg")
    (tmp_path / "high_poly_model.glb").write_bytes(box_glb())

    def run(script: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=HANG_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    with ThreadPoolExecutor() as pool:
        told = list(pool.map(run, scripts(*server)))
    for text in told:
        assert "State: completed" in text, text
        assert "100" in text
    saved = [re.findall(r"Model saved: (\S+\.glb)", text) for text in told]
    assert [len(names) for names in saved] == [1, 1, 1, 1]
    if "by_farm" in request.node.callspec.id:
        for [name] in saved:
            load_model(tmp_path / name)


@contextlib.contextmanager
def page_at(browser: Browser, origin: str, url: str) -> Iterator[Page]:
    """A page of that origin, with the document's functions, which ask the server at `url`."""
    code = "\n".join(re.findall(r"^```javascript\n(.*?)^```", reference("grok-pipeline.md"), re.MULTILINE | re.DOTALL))
    assert code.count("http://your-server:8000") == 5
    with browser.new_page(bypass_csp=True) as page:
        page.goto(f"{origin}/readyz")  # whatever: an answer that came from there
        page.set_content(PAGE)
        page.add_script_tag(content=code.replace("http://your-server:8000", url))
        yield page


@EVERYWHERE
def test_the_pipelines_javascript_shows_examples_and_generates_in_a_real_browser(server: tuple[str, str]) -> None:
    """The first on a page of the farm's own origin, as the document's is; the second on one of another."""
    url, _ = server
    with chromium() as browser:
        with page_at(browser, url, url) as page:
            page.evaluate("loadExamples()")
            page.wait_for_function("document.querySelectorAll('.example-card img').length == 3")
            page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
            assert page.locator("h3").all_inner_texts() == [example.name for example in pipeline.EXAMPLES]
            with page.expect_download() as example:
                page.locator(".example-card").first.click()
            assert example.value.suggested_filename == "model.usdz"
        with page_at(browser, url.replace("127.0.0.1", "localhost"), url) as page:
            told: list[str] = []
            page.on("console", lambda message: told.append(message.text))
            with page.expect_download(timeout=JOB_MS) as made:
                page.evaluate("prompt => generateAndDownload(prompt)", PROMPT)
            assert made.value.suggested_filename == "model.usdz"
            assert Path(made.value.path()).stat().st_size > 0
            assert told[-1] == "Progress: 100% - Stage: complete"
