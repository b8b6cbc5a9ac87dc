"""A real Chromium, Debian's, driven by Playwright."""

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

IN_NETWORK = "farm.example"
"""This machine as others in a network know it: unlike 127.0.0.1, browsers give its pages on plain http less."""

FLAGS = (
    "--no-sandbox",  # of a container's root; the pages are our own
    "--disable-quic", "--disable-background-networking", "--disable-component-update",
    # WebGL is drawn by an emulated GPU, but pages are put together without one, as Chromium does by itself where there
    # is none: by an emulated one, a frame of the grid of models costs 37 ms of CPU time instead of 11 ms.
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing",
    "--autoplay-policy=no-user-gesture-required",
    f"--host-resolver-rules=MAP {IN_NETWORK} 127.0.0.1",
)  # fmt: skip


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Debian's package chromium")
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=path, args=FLAGS) as browser:
        yield browser
