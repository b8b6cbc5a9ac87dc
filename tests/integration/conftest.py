"""Whole farms of real processes, shared by as many tests as can, and a model that is quick to render."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.client import Upload
from renderer.gl.context import Device
from renderer.spec import FrameSpec
from tests.integration.support import Customer, box_glb, first_upload
from tests.support.farm import Farm, running_farm
from tests.support.gate import Gate
from tests.support.stills import render_still


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "box.glb"
    path.write_bytes(box_glb())
    return path


@pytest.fixture(scope="session")
def light(box: Path, light_cache: Path, opened_device: Device, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has the light. Otherwise all workers would begin with filtering it, each for itself."""
    still = tmp_path_factory.mktemp("still") / "still.png"
    render_still(box, FrameSpec(16, 16, 1), None, still, device=opened_device, cache_dir=light_cache)
    return light_cache


@pytest.fixture(scope="session")
def farm(tmp_path_factory: pytest.TempPathFactory, light: Path) -> Iterator[Farm]:
    """An embedded farm with two workers."""
    folder = tmp_path_factory.mktemp("farm")
    with running_farm(Farm(folder, workers=2, cache=light, gate=Gate(folder / "gate"))) as farm:
        yield farm


@pytest.fixture(scope="session")
def first(farm: Farm, box: Path) -> tuple[str, Upload]:
    """An account's token, and what its first upload made."""
    return first_upload(farm, box)


@pytest.fixture
def customer(farm: Farm, first: tuple[str, Upload]) -> Iterator[Customer]:
    """The farm's customer, who talks to it wherever it listens now."""
    customer = Customer(farm, *first)
    yield customer
    customer.client.close()
