"""A finished training set, read back: its poses, and the planes of one view at a time."""

import dataclasses
import io
import json
import zipfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image

from renderer.arrays import Array, Float64, UInt8
from renderer.dataset.planes import FOLDERS, METRIC_FOLDER


@dataclasses.dataclass(frozen=True, slots=True)
class ViewFiles:
    """One view as it is in the files: by folder, (size, size) or (size, size, 3), of 8 or 16 bits."""

    pose: Float64
    planes: dict[str, Array]


class TrainingSet:
    """An open archive; a context manager. Raises KeyError for a missing file, ValueError for one of wrong content."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self.names = set(self._zip.namelist())
        self.transforms: dict[str, Any] = json.loads(self._zip.read("transforms.json"))
        self.poses: Float64 = np.array([frame["transform_matrix"] for frame in self.transforms["frames"]], np.float64)

    def view(self, index: int) -> ViewFiles:
        """The view's planes, found by the name of its picture."""
        frame = self.transforms["frames"][index]
        name = Path(frame["file_path"]).name
        folders = (*FOLDERS, METRIC_FOLDER) if "depth_file_path" in frame else FOLDERS
        return ViewFiles(self.poses[index], {folder: self._picture(f"{folder}/{name}") for folder in folders})

    def points(self) -> tuple[Float64, UInt8]:
        """Positions (n, 3) and colours (n, 3) of points3D.ply."""
        content = self._zip.read(self.transforms["ply_file_path"])
        header, _, body = content.partition(b"end_header\n")
        vertices = np.frombuffer(body, [("position", "<f4", 3), ("color", "u1", 3)])
        if f"element vertex {len(vertices)}\n".encode() not in header:
            raise ValueError("the point cloud holds another number of points than it says")
        return vertices["position"].astype(np.float64), vertices["color"]

    def _picture(self, name: str) -> Array:
        with Image.open(io.BytesIO(self._zip.read(name))) as picture:
            return np.asarray(picture)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
