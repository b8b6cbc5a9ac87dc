"""Poses and intrinsics -> here -> transforms.json, as nerfstudio and instant-ngp read it.

Matrices are camera-to-world with OpenGL's axes, in the set's world: glTF's, right-handed, Y up. Coded depth and masks
are not under the names `depth_file_path` and `mask_path`: nerfstudio takes the first for thousandths of a unit, so that
is where metric depth goes, and the second keeps splatfacto from learning the white background.
"""

import json
from typing import Any

import numpy as np

from renderer.camera.sphere import FIELD_OF_VIEW, camera_to_world, focal_length
from renderer.dataset.layout import Layout
from renderer.dataset.planes import METRIC_FOLDER

POINTS_NAME = "points3D.ply"

NGP_SCALE = 0.45
"""Scale from the set's world to instant-ngp's: the model, 2 wide at most, then fits its unit cube with a margin."""


def frame_name(index: int) -> str:
    """The name of a view's files, without the suffix."""
    return f"frame_{index:05d}"


def transforms(layout: Layout, count: int) -> dict[str, Any]:
    """The content of transforms.json for the first `count` views."""
    size, metric = layout.spec.size, layout.spec.depth == "metric"
    return {
        "camera_model": "OPENCV",
        "w": size, "h": size,
        "fl_x": focal_length(size), "fl_y": focal_length(size),
        "cx": size / 2, "cy": size / 2,
        "k1": 0.0, "k2": 0.0, "p1": 0.0, "p2": 0.0,
        "camera_angle_x": FIELD_OF_VIEW, "camera_angle_y": FIELD_OF_VIEW,
        "depth_near": layout.near, "depth_far": layout.far,
        "ply_file_path": POINTS_NAME,
        "applied_transform": np.eye(4)[:3].tolist(),
        "model_to_dataset": layout.placement.tolist(),
        "aabb_scale": 1, "scale": NGP_SCALE, "offset": (0.5 - NGP_SCALE * layout.bounds.center).tolist(),
        "frames": [
            {
                "file_path": f"images/{frame_name(index)}.png",
                "depth_16bit_file_path": f"depth_16bit/{frame_name(index)}.png",
                "mask_file_path": f"masks/{frame_name(index)}.png",
                "normal_file_path": f"normals/{frame_name(index)}.png",
                **({"depth_file_path": f"{METRIC_FOLDER}/{frame_name(index)}.png"} if metric else {}),
                "transform_matrix": camera_to_world(layout.view(index)).tolist(),
            }
            for index in range(count)
        ],
    }  # fmt: skip


def as_json(content: object) -> bytes:
    """Indented JSON, numbers in full precision."""
    return json.dumps(content, indent=2).encode() + b"\n"
