"""Poses -> here -> transforms_train.json, _val and _test, as the Blender-synthetic scenes of NeRF (2020) have them.

Their world has Z up and the object in the middle: the set's world, moved by minus the target and rotated about X by 90
degrees.
Of eight views in a row, one is for validation and one for tests. Pictures are RGB on white, not RGBA.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from renderer.camera.framing import View
from renderer.camera.sphere import FIELD_OF_VIEW, camera_to_world
from renderer.dataset.transforms import as_json, frame_name

SPLITS = ("train", "train", "train", "val", "train", "train", "train", "test")
"""The split of a view, by its number modulo 8."""

_Z_UP = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])


def blender_files(views: Sequence[View]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each of the three files."""
    for split in ("train", "val", "test"):
        frames = []
        for index, view in enumerate(views):
            if SPLITS[index % len(SPLITS)] == split:
                pose = camera_to_world(view)
                pose[:3, 3] -= view.target
                pose = _Z_UP @ pose
                frames.append({"file_path": f"./images/{frame_name(index)}", "transform_matrix": pose.tolist()})
        yield f"transforms_{split}.json", as_json({"camera_angle_x": FIELD_OF_VIEW, "frames": frames})
