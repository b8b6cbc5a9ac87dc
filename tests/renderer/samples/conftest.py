"""The written sample model, read back by pygltflib, which shares with our writer the names of the fields alone.

Container, JSON and buffer are written by us; that the fields are glTF's is the Khronos validator's to judge.
"""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pygltflib
import pytest

from renderer.samples import write_sample

_DTYPES = {5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """The file on disk, and its document."""

    path: Path
    document: Any

    def rows(self, accessor: int) -> npt.NDArray[Any]:
        """(count, width) values of an accessor."""
        entry = self.document.accessors[accessor]
        view = self.document.bufferViews[entry.bufferView]
        dtype, width = np.dtype(_DTYPES[entry.componentType]), _WIDTHS[entry.type]
        flat = np.frombuffer(self.document.binary_blob(), dtype, entry.count * width, view.byteOffset)
        return flat.reshape(entry.count, width)

    def primitives(self) -> list[Any]:
        return [primitive for mesh in self.document.meshes for primitive in mesh.primitives]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("sample") / "record-player.glb"
    write_sample(path)
    return Written(path, pygltflib.GLTF2().load_binary(path))
