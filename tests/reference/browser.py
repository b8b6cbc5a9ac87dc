"""Between the table and three.js: serves jobs to a page in headless Chromium, which posts the pictures back."""

import contextlib
import dataclasses
import http.server
import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from renderer.arrays import UInt8
from tests.reference.views import BACKGROUND, SAMPLES, SIDE, Shot

HERE = Path(__file__).parent
TYPES = {".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm"}
WAIT_S = 300.0
ANGLE = ("--use-angle=gl-egl", "--use-gl=angle")
"""Chromium's WebGL on the system's own EGL, here Mesa's software rasteriser: the device that this renderer draws on."""


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """`rgb` (SIDE, SIDE, 3) on BACKGROUND and `alpha` (SIDE, SIDE), the share of each pixel that the model covers."""

    rgb: UInt8
    alpha: UInt8


class Browser:
    """Does one job at a time. Made by `open_browser`."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._jobs: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._answers: queue.Queue[bytes | str] = queue.Queue()

    def draw(self, shot: Shot, usdz: bytes | None = None) -> Picture:
        """The shot, or what a USDZ shows in its place. Raises RuntimeError with three.js's own words where it can't
        draw the model."""
        eye, target = shot.view.eye + shot.center, shot.view.target + shot.center
        answer = self._answer(
            "draw", *(("/model.glb", shot.glb) if usdz is None else ("/model.usdz", usdz)), intensity=shot.intensity,
            side=SIDE * SAMPLES, background=BACKGROUND, fov=float(np.degrees(shot.view.fov_y)), near=shot.view.near,
            far=shot.view.far, eye=eye.tolist(), target=target.tolist(), time=shot.time or 0.0,
        )
        both = np.frombuffer(answer, np.uint8).reshape(2, SIDE, SAMPLES, SIDE, SAMPLES, 4)
        means = np.round(both.mean(axis=(2, 4), dtype=np.float64)).astype(np.uint8)[:, ::-1]
        return Picture(rgb=means[0, ..., :3], alpha=means[1, ..., 3])

    def write_usdz(self, glb: bytes) -> bytes:
        """What three.js's exporter makes of a model and its first animation. Raises RuntimeError as `draw` does."""
        return self._answer("writeUsdz", "/model.glb", glb)

    def _answer(self, work: str, path: str, model: bytes, **job: Any) -> bytes:
        self._files[path] = model
        self._jobs.put({"work": work, "model": path, **job})
        answer = self._answers.get(timeout=WAIT_S)
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return answer

    def close(self) -> None:
        """Ends the page's loop."""
        self._jobs.put(None)

    def serve(self, path: str) -> tuple[bytes, str] | None:
        """The body and type of a request, or None where there is nothing."""
        if path == "/job":
            job = self._jobs.get()
            return None if job is None else (json.dumps(job).encode(), "application/json")
        if path in self._files:
            return self._files[path], "application/octet-stream"
        file = (HERE / path.lstrip("/")).resolve()
        if not file.is_relative_to(HERE) or not file.is_file():
            return None
        return file.read_bytes(), TYPES.get(file.suffix, "application/octet-stream")

    def take(self, path: str, body: bytes) -> None:
        """What the page posts."""
        self._answers.put(body if path == "/answer" else body.decode())

    def add_file(self, path: str, data: bytes) -> None:
        self._files[path] = data


@contextlib.contextmanager
def open_browser(environment: Path) -> Iterator[Browser]:
    """Starts Chromium on the page, with `environment` (a .hdr file) as its light."""
    browser = Browser()
    browser.add_file("/environment.hdr", environment.read_bytes())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = browser.serve(self.path)
            self.send_response(404 if found is None else 200)
            body, kind = found or (b"", "text/plain")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            browser.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        chromium = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--ignore-gpu-blocklist", "--disable-gpu-sandbox",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", *ANGLE,
             f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/page.html"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            yield browser
        finally:
            browser.close()
            chromium.terminate()
            chromium.wait(30)
            server.shutdown()
            server.server_close()
