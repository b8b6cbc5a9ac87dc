"""`load` takes a model's bytes the way that every render takes them: as a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from renderer.load import load_model
from renderer.scene.nodes import Scene

Load = Callable[[bytes], Scene]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(data: bytes) -> Scene:
        path = tmp_path / "upload"
        path.write_bytes(data)
        return load_model(path)

    return load
