"""One exported training set for all tests of this folder."""

from pathlib import Path

import pytest

from renderer.dataset.export import export_dataset
from renderer.gl.context import Device
from tests.renderer.dataset.support import SPEC, Files, Silent, read_zip, save_model


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="session")
def exported(model: Path, opened_device: Device, light_cache: Path) -> Path:
    path = model.parent / "set.zip"
    export_dataset(model, SPEC, path, device=opened_device, cache_dir=light_cache, listener=Silent())
    return path


@pytest.fixture
def files(exported: Path) -> Files:
    """The set's files, to be changed at will."""
    return read_zip(exported)
