"""The check passes a good set, and names what is wrong with broken ones."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from renderer.arrays import Float64
from renderer.dataset.check import check_dataset, main
from renderer.dataset.export import export_dataset
from renderer.gl.context import Device
from tests.renderer.dataset.support import (
    SPEC,
    Files,
    Silent,
    change_pictures,
    change_poses,
    change_transforms,
    picture,
    read_zip,
    write_zip,
)

CV_FROM_GL = np.diag([1.0, -1.0, -1.0, 1.0])


def failures(files: Files, model: Path, folder: Path) -> list[str]:
    return [one.name for one in check_dataset(write_zip(files, folder / "changed.zip"), model) if not one.kept]


def test_a_good_set_keeps_all_limits(exported: Path, model: Path) -> None:
    measures = {one.name: one for one in check_dataset(exported, model)}
    assert [name for name, one in measures.items() if not one.kept] == []
    # far below the limit, which is for any model: depth is that of the pixel's middle
    assert measures["depth off the surface, median, pixel widths"].value < 0.01


def swap_planes(files: Files) -> None:
    def swap(content: dict[str, float]) -> None:
        content["depth_near"], content["depth_far"] = content["depth_far"], content["depth_near"]

    change_transforms(files, swap)


def depth_along_rays(files: Files) -> None:
    middle = np.arange(SPEC.size) + 0.5 - SPEC.size / 2
    focal = SPEC.size / 2 / np.tan(np.radians(22.5))
    longer = np.sqrt(1 + (middle[:, None] ** 2 + middle**2) / focal**2)
    near_and_far: list[float] = []
    change_transforms(files, lambda content: near_and_far.extend((content["depth_near"], content["depth_far"])))
    near, far = near_and_far

    def stretch(coded: np.ndarray) -> np.ndarray:
        depth = (near + coded * ((far - near) / 65535)) * longer
        recoded = ((depth - near) / (far - near) * 65535).clip(0, 65535).astype(np.uint16)
        return np.where(coded == 65535, coded, recoded)

    change_pictures(files, "depth_16bit", stretch)


def transpose_rotations(files: Files) -> None:
    def transpose(pose: Float64) -> Float64:
        changed = pose.copy()
        changed[:3, :3] = pose[:3, :3].T
        return changed

    change_poses(files, transpose)


def soften_silhouettes(files: Files) -> None:
    """Masks as a filtered resize leaves them."""
    change_pictures(files, "masks", lambda mask: ((mask.astype(np.uint16) + np.roll(mask, 1, 1)) // 2).astype(np.uint8))


def drop_a_mask(files: Files) -> None:
    del files["masks/frame_00003.png"]


def stand_together(files: Files) -> None:
    def move(content: dict[str, Any]) -> None:
        content["frames"][3]["transform_matrix"] = content["frames"][4]["transform_matrix"]

    change_transforms(files, move)


def pass_poses_on(files: Files) -> None:
    """Each picture has the pose of the next, as when files are sorted in another order."""

    def rotate(content: dict[str, Any]) -> None:
        frames = content["frames"]
        poses = [frame["transform_matrix"] for frame in frames]
        for frame, pose in zip(frames, [*poses[1:], poses[0]], strict=True):
            frame["transform_matrix"] = pose

    change_transforms(files, rotate)


def lift_points(files: Files) -> None:
    header, mark, body = files["points3D.ply"].partition(b"end_header\n")
    vertices = np.frombuffer(body, [("position", "<f4", 3), ("color", "u1", 3)]).copy()
    vertices["position"] += (0, 0.5, 0)
    files["points3D.ply"] = header + mark + vertices.tobytes()


def in_camera_space(files: Files) -> None:
    """Normals turned by one camera, as some tools write them."""

    def turn(normals: np.ndarray) -> np.ndarray:
        return np.where(normals == 128, normals, np.roll(normals, 1, 2))

    change_pictures(files, "normals", turn)


BROKEN: dict[str, tuple[Callable[[Files], None], str]] = {
    "transposed matrices": (lambda files: change_poses(files, lambda pose: pose.T), "poses off rigid motions"),
    "transposed rotations": (transpose_rotations, "furthest that a camera looks past the target"),
    "OpenCV matrices": (lambda files: change_poses(files, lambda pose: pose @ CV_FROM_GL), "depth off by more"),
    "world-to-camera matrices": (
        lambda files: change_poses(files, lambda pose: np.asarray(np.linalg.inv(pose), np.float64)), "depth off by more"
    ),
    "swapped planes": (swap_planes, "depth off by more"),
    "depth along rays": (depth_along_rays, "depth off by more"),
    "mirrored colour": (
        lambda files: change_pictures(files, "images", lambda pixels: pixels[:, ::-1]), "colour outside of the mask"
    ),
    "depth upside down": (
        lambda files: change_pictures(files, "depth_16bit", lambda pixels: pixels[::-1]), "depth outside of the mask"
    ),
    "normals upside down": (
        lambda files: change_pictures(files, "normals", lambda pixels: pixels[::-1]), "a normal outside of the mask"
    ),
    "soft masks": (soften_silhouettes, "a mask that is neither 0 nor 255"),
    "turned normals": (in_camera_space, "normals off the triangles"),
    "two cameras at one place": (stand_together, "closest two cameras"),
    "poses of other pictures": (pass_poses_on, "depth off by more"),
    "points of another world": (lift_points, "points off the surface"),
    "another focal length": (
        lambda files: change_transforms(files, lambda content: content.update(fl_x=content["fl_x"] * 1.05)),
        "intrinsics off",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_set_fails_by_name(kind: str, files: Files, model: Path, tmp_path: Path) -> None:
    break_it, expected = BROKEN[kind]
    break_it(files)
    found = failures(files, model, tmp_path)
    assert [name for name in found if expected in name], found


def test_metric_depth_is_checked_too(model: Path, device: Device, light_cache: Path, tmp_path: Path) -> None:
    spec = dataclasses.replace(SPEC, views=4, depth="metric")
    export_dataset(model, spec, tmp_path / "set.zip", device=device, cache_dir=light_cache, listener=Silent())
    files = read_zip(tmp_path / "set.zip")
    frames = json.loads(files["transforms.json"])["frames"]
    assert [frame["depth_file_path"] for frame in frames] == [f"depth_mm/frame_{index:05d}.png" for index in range(4)]
    assert failures(files, model, tmp_path) == []
    change_pictures(files, "depth_mm", lambda pixels: pixels // 2)  # as if in half metres
    assert failures(files, model, tmp_path) == ["pixels with metric depth that is another, share"]


def test_a_set_that_is_upside_down_as_a_whole_fails(files: Files, model: Path, tmp_path: Path) -> None:
    for folder in ("images", "depth", "depth_16bit", "normals", "masks"):
        change_pictures(files, folder, lambda pixels: pixels[::-1])
    assert "depth off by more than 1.5 pixel widths, share" in failures(files, model, tmp_path)


def test_the_command_tells_by_its_exit_code(exported: Path, files: Files, model: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(main, [str(exported), str(model)])
    assert run.exit_code == 0, run.output
    swap_planes(files)
    run = CliRunner().invoke(main, [str(write_zip(files, tmp_path / "swapped.zip")), str(model)])
    assert run.exit_code == 1
    assert "FAILED" in run.output
    drop_a_mask(files)
    run = CliRunner().invoke(main, [str(write_zip(files, tmp_path / "missing.zip")), str(model)])
    assert run.exit_code == 1
    assert "masks/frame_00003.png" in run.output
    run = CliRunner().invoke(main, [str(model), str(model)])
    assert run.exit_code == 1
    assert "not a zip file" in run.output


def test_pictures_change_as_asked(files: Files) -> None:
    """The tests above stand on it."""
    before = picture(files["depth_16bit/frame_00000.png"])
    change_pictures(files, "depth_16bit", lambda pixels: pixels[::-1])
    after = picture(files["depth_16bit/frame_00000.png"])
    assert after.dtype == np.uint16
    assert (after[::-1] == before).all()
