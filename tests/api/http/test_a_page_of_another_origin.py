"""What a shop's own page does with the farm, in a real browser: the farm is another origin for it."""

import contextlib
import http.server
import io
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from api.db.session import Database
from tests.support.browser import chromium
from tests.support.web import GLB, Web, serving

SCRIPT = """
const headers = {Authorization: `Bearer ${token}`};
const get = async (path) => (await (await fetch(farm + path, {headers})).json()).data;

async function upload(bytes) {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(bytes)]), "chair.glb");
  const answer = await fetch(farm + "/v1/models", {method: "POST", headers, body: form});
  return {status: answer.status, requestId: answer.headers.get("X-Request-Id"), ...(await answer.json()).data};
}

async function rename(id, title) {
  const json = {...headers, "Content-Type": "application/json", "Idempotency-Key": "once"};
  const body = JSON.stringify({title});
  return (await fetch(`${farm}/v1/models/${id}`, {method: "PATCH", headers: json, body})).status;
}

async function refused() {
  const answer = await fetch(farm + "/v1/renders/AbsentRender", {headers});
  return [answer.status, (await answer.json()).error.code];
}

async function ticket() {
  return (await (await fetch(farm + "/v1/tickets", {method: "POST", headers})).json()).data.ticket;
}

// Resolves with the states that were told, once the stream says that it is over.
async function follow(id) {
  const events = new EventSource(`${farm}/v1/renders/${id}/events?ticket=${await ticket()}`);
  const told = [];
  events.addEventListener("progress", (event) => { told.push(JSON.parse(event.data).status); window.told = told; });
  await new Promise((resolve) => events.addEventListener("end", resolve));
  events.close();
  return told;
}

async function part(id) {
  const answer = await fetch(`${farm}/v1/renders/${id}/video`, {headers: {...headers, Range: "bytes=0-99"}});
  const names = ["Content-Range", "ETag"];
  return {status: answer.status, ...Object.fromEntries(names.map((name) => [name, answer.headers.get(name)]))};
}

// Shows the middle of the video, and reads its pixel back: a tainted canvas would throw.
async function play(id) {
  const video = document.createElement("video");
  video.crossOrigin = "anonymous";
  video.muted = true;
  video.src = `${farm}/v1/renders/${id}/video?ticket=${await ticket()}`;
  await new Promise((resolve, reject) => { video.onloadeddata = resolve; video.onerror = () => reject(video.error); });
  video.currentTime = video.duration / 2;
  await new Promise((resolve) => { video.onseeked = resolve; });
  return pixel(video, video.videoWidth, video.videoHeight);
}

async function show(id) {
  const image = new Image();
  image.crossOrigin = "anonymous";
  image.src = `${farm}/v1/renders/${id}/poster?ticket=${await ticket()}`;
  await image.decode();
  return pixel(image, image.naturalWidth, image.naturalHeight);
}

function pixel(source, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), {width, height});
  const context = canvas.getContext("2d");
  context.drawImage(source, 0, 0);
  return [...context.getImageData(width / 2, height / 2, 1, 1).data];
}
"""


@contextlib.contextmanager
def shop(page: str) -> Iterator[str]:
    """A server with nothing but the page; yields its origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def green_video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("video") / "video.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=c=0x00ff00:s=64x36:r=10:d=2", "-pix_fmt", "yuv420p",
         "-movflags", "+faststart", str(path)],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


def red_picture() -> bytes:
    png = io.BytesIO()
    Image.new("RGB", (16, 9), "#ff0000").save(png, "PNG")
    return png.getvalue()


def test_it_uploads_follows_and_shows_a_render(sqlite_url: str, tmp_path: Path, green_video: bytes) -> None:
    database = Database(sqlite_url)
    with shop("<!doctype html><title>Shop</title>") as origin, chromium() as browser:
        web = Web.make(database, tmp_path, cors_origins=origin)
        with serving(web.app) as farm:
            page: Page = browser.new_page()
            page.goto(origin)
            page.add_script_tag(content=f"const farm = {json.dumps(farm)}, token = {json.dumps(web.token)};{SCRIPT}")
            made = page.evaluate("upload", list(GLB))
            assert made["status"] == 201
            assert made["requestId"], "a page may read the id that it should quote"
            render_id = made["renderId"]
            assert page.evaluate("([id]) => rename(id, 'Chair')", [made["modelId"]]) == 200
            assert page.evaluate("refused()") == [404, "render_not_found"]
            page.evaluate("(id) => { window.following = follow(id); }", render_id)
            page.wait_for_function("window.told && window.told.length > 0")
            web.finish(render_id, given={"video": green_video, "poster": red_picture()})
            assert page.evaluate("window.following")[-1] == "done"
            assert page.evaluate("get", f"/v1/renders/{render_id}")["status"] == "done"
            part = page.evaluate("part", render_id)
            assert (part["status"], part["Content-Range"]) == (206, f"bytes 0-99/{len(green_video)}")
            assert part["ETag"]
            red, green, blue, alpha = page.evaluate("play", render_id)
            assert (green > 200, red < 60, blue < 60, alpha) == (True, True, True, 255)
            assert page.evaluate("show", render_id) == [255, 0, 0, 255]
    database.dispose()


def test_a_page_that_the_farm_does_not_know_reads_nothing(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    with shop("<!doctype html><title>Elsewhere</title>") as origin, chromium() as browser:
        web = Web.make(database, tmp_path, cors_origins="https://shop.example.com")
        with serving(web.app) as farm:
            page: Page = browser.new_page()
            page.goto(origin)
            page.add_script_tag(content=f"const farm = {json.dumps(farm)}, token = {json.dumps(web.token)};{SCRIPT}")
            assert page.evaluate("refused().catch((error) => error.name)") == "TypeError"
    database.dispose()
