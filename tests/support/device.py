"""The one place where tests get a GL device; GL's error state is asserted before and after each test that uses it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderer.gl.context import Device, open_device


@pytest.fixture(scope="session")
def opened_device() -> Device:
    """Goldens and tolerances are for the software rasteriser, which every machine has."""
    return open_device("software")


@pytest.fixture
def device(opened_device: Device) -> Iterator[Device]:
    opened_device.check_errors("running an earlier test")
    yield opened_device
    opened_device.check_errors("running this test")


@pytest.fixture(scope="session")
def light_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for the filtered light, shared by all tests of a run, whichever process they are in."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "light"
    folder.mkdir(exist_ok=True)
    return folder
