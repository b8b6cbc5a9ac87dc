"""The archive as a whole: what lies in it, by which words, and what readers of other formats make of it."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
import pytest

from renderer.arrays import Float64
from renderer.dataset.export import export_dataset
from renderer.dataset.points import MAX_POINTS
from renderer.dataset.reader import TrainingSet
from renderer.errors import Cancelled, EmptyModel, SettingsError
from renderer.gl.context import Device
from renderer.spec.dataset import DatasetFormat, DatasetSpec
from tests.renderer.dataset.support import SPEC, Files, Silent, picture, read_zip
from tests.renderer.load.glb_builder import triangle_builder
from tests.support.models import shared_model

FOLDERS = ("images", "depth", "depth_16bit", "normals", "masks")


def export(model: Path, spec: DatasetSpec, device: Device, light_cache: Path, path: Path, **options: Any) -> Files:
    export_dataset(
        model, spec, path, device=device, cache_dir=light_cache, **({"listener": Silent()} | options)
    )
    return read_zip(path)


def test_the_archive_has_every_file_at_its_root(files: Files) -> None:
    views = {f"{folder}/frame_{index:05d}.png" for folder in FOLDERS for index in range(SPEC.views)}
    assert set(files) == views | {"transforms.json", "points3D.ply", "overview.webp"}
    assert picture(files["overview.webp"]).shape == (1920, 1920, 3)


def test_transforms_follow_what_readers_document(files: Files) -> None:
    content = json.loads(files["transforms.json"])
    focal = SPEC.size / 2 / np.tan(np.radians(22.5))
    assert content["camera_model"] == "OPENCV"
    assert (content["w"], content["h"], content["cx"], content["cy"]) == (96, 96, 48.0, 48.0)
    assert content["fl_x"] == content["fl_y"] == pytest.approx(focal)
    assert content["camera_angle_x"] == content["camera_angle_y"] == 0.7853981633974483
    assert [content[key] for key in ("k1", "k2", "p1", "p2")] == [0, 0, 0, 0]
    assert content["applied_transform"] == np.eye(4)[:3].tolist()
    assert "applied_scale" not in content
    assert content["ply_file_path"] == "points3D.ply"
    assert 0 < content["depth_near"] < content["depth_far"]
    assert len(content["frames"]) == SPEC.views
    for index, frame in enumerate(content["frames"]):
        name = f"frame_{index:05d}.png"
        assert frame.pop("transform_matrix")[3] == [0, 0, 0, 1]
        assert frame == {
            "file_path": f"images/{name}", "depth_16bit_file_path": f"depth_16bit/{name}",
            "mask_file_path": f"masks/{name}", "normal_file_path": f"normals/{name}",
        }  # no mask_path and no depth_file_path: readers would take them for something else


def test_the_model_lies_in_the_unit_cube_of_instant_ngp(exported: Path) -> None:
    with TrainingSet(exported) as found:
        points, _ = found.points()
        inside = points * found.transforms["scale"] + np.array(found.transforms["offset"])
    assert inside.min() >= 0
    assert inside.max() <= 1
    assert np.ptp(inside, axis=0).max() > 0.8


def test_points_are_many_and_have_the_colours_of_the_model(exported: Path) -> None:
    with TrainingSet(exported) as found:
        points, colors = found.points()
    assert 1000 < len(points) <= MAX_POINTS
    red = colors[:, 0].astype(int) > colors[:, 2].astype(int) + 60
    blue = colors[:, 2].astype(int) > colors[:, 0].astype(int) + 60
    assert points[red, 0].mean() > points[blue, 0].mean() + 0.5, "the red ball stands on the right"
    assert points[blue, 1].mean() > points[red, 1].mean(), "the blue one above"


def test_depth_planes_are_tight(files: Files) -> None:
    depths = [picture(files[f"depth_16bit/frame_{index:05d}.png"]) for index in range(SPEC.views)]
    masks = [picture(files[f"masks/frame_{index:05d}.png"]) > 0 for index in range(SPEC.views)]
    seen = np.concatenate([depth[mask] for depth, mask in zip(depths, masks, strict=True)])
    assert 0 < seen.min() < 0.03 * 65535
    assert 0.8 * 65535 < seen.max() < 65535, "nothing that is seen lies beyond, and far is not much further"


def test_equal_inputs_give_equal_bytes(
    exported: Path, model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    export(model, SPEC, device, light_cache, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == exported.read_bytes()


def test_the_first_views_alone_are_those_of_the_whole(
    files: Files, model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    few = export(model, SPEC, device, light_cache, tmp_path / "few.zip", view_limit=2)
    pictures = {name for name in few if name.endswith(".png")}
    assert len(pictures) == 2 * len(FOLDERS)
    assert all(few[name] == files[name] for name in pictures)
    whole = json.loads(files["transforms.json"])
    assert json.loads(few["transforms.json"]) == whole | {"frames": whole["frames"][:2]}


def test_colmap_reads_the_same_cameras(model: Path, device: Device, light_cache: Path, tmp_path: Path) -> None:
    found = exported_as("colmap", model, device, light_cache, tmp_path)
    read = pycolmap.Reconstruction(str(tmp_path / "sparse" / "0"))
    poses = {Path(frame["file_path"]).name: np.array(frame["transform_matrix"]) for frame in found["frames"]}
    assert read.num_images() == len(poses) == 4
    assert read.num_points3D() > 1000
    for image in read.images.values():
        world_to_camera = np.vstack([image.cam_from_world().matrix(), [0, 0, 0, 1]])
        in_opengl = np.linalg.inv(world_to_camera) @ np.diag([1, -1, -1, 1])
        assert np.abs(in_opengl - poses[image.name]).max() < 1e-9
    camera = next(iter(read.cameras.values()))
    assert np.allclose(camera.params, [found["fl_x"], found["fl_y"], found["cx"], found["cy"]])
    for point in read.points3D.values():
        seen = read.images[point.track.elements[0].image_id]
        expected = seen.points2D[point.track.elements[0].point2D_idx].xy
        assert np.abs(seen.project_point(point.xyz) - expected).max() < 0.01


def test_blender_scenes_stand_upright_about_the_origin(
    model: Path, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    found = exported_as("blender", model, device, light_cache, tmp_path)
    target = (0.5 - np.array(found["offset"])) / found["scale"]
    poses: dict[str, Float64] = {}
    for split in ("train", "val", "test"):
        content = json.loads((tmp_path / f"transforms_{split}.json").read_text())
        assert content["camera_angle_x"] == found["camera_angle_x"]
        poses |= {frame["file_path"]: np.array(frame["transform_matrix"]) for frame in content["frames"]}
    assert len(poses) == 4
    for index, frame in enumerate(found["frames"]):
        matrix = poses[f"./images/frame_{index:05d}"]
        x, y, z = np.array(frame["transform_matrix"])[:3, 3] - target
        assert np.allclose(matrix[:3, 3], [x, -z, y])
        assert np.linalg.det(matrix) == pytest.approx(1)
        ahead = matrix[:3, 3] / np.linalg.norm(matrix[:3, 3])
        assert np.allclose(matrix[:3, 2], ahead), "it looks at the origin"


def exported_as(
    kind: DatasetFormat, model: Path, device: Device, light_cache: Path, folder: Path
) -> dict[str, Any]:
    """transforms.json of a set of four views, whose other files are in `folder`."""
    spec = DatasetSpec(views=4, size=48, coverage="sphere", format=kind)
    for name, content in export(model, spec, device, light_cache, folder / "set.zip").items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    read: dict[str, Any] = json.loads((folder / "transforms.json").read_text())
    return read


class Stopping(Silent):
    """Stops after the second view."""

    def on_frame(self, done: int, total: int) -> None:
        if done == 2:
            raise Cancelled("the caller asked to stop")


def test_a_stopped_export_leaves_nothing(model: Path, device: Device, light_cache: Path, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        export(model, SPEC, device, light_cache, tmp_path / "set.zip", listener=Stopping())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0, 1])
def test_a_model_without_surface_is_refused(mode: int, device: Device, light_cache: Path, tmp_path: Path) -> None:
    lines = triangle_builder(mode=mode)
    lines.document["accessors"][1]["count"] = 2
    with pytest.raises(EmptyModel, match="needs a surface of triangles"):
        export(lines.save(tmp_path), SPEC, device, light_cache, tmp_path / "set.zip")
    assert not (tmp_path / "set.zip").exists()


def test_a_plane_that_is_seen_from_one_side_only(device: Device, light_cache: Path, tmp_path: Path) -> None:
    files = export(triangle_builder().save(tmp_path), SPEC, device, light_cache, tmp_path / "set.zip")
    masks = [picture(files[f"masks/frame_{index:05d}.png"]) for index in range(SPEC.views)]
    poses = [frame["transform_matrix"] for frame in json.loads(files["transforms.json"])["frames"]]
    for mask, pose, index in zip(masks, poses, range(SPEC.views), strict=True):
        in_front = pose[2][3] > 0  # it faces +Z
        assert bool(mask.any()) == in_front
        if not in_front:
            assert (picture(files[f"images/frame_{index:05d}.png"]) == 255).all()
            assert (picture(files[f"depth_16bit/frame_{index:05d}.png"]) == 65535).all()
            assert (picture(files[f"normals/frame_{index:05d}.png"]) == 128).all()
    assert 2 <= sum(bool(mask.any()) for mask in masks) <= SPEC.views - 2


def test_a_set_shows_the_material_variant_that_is_asked_for(device: Device, light_cache: Path, tmp_path: Path) -> None:
    model = shared_model("MaterialVariants.glb")
    spec = DatasetSpec(views=2, size=32)
    sets = {}
    for name in (None, "Variant_Red", "Variant_Blue"):
        variant = dataclasses.replace(spec, material_variant=name)
        sets[name] = export(model, variant, device, light_cache, tmp_path / f"{name}.zip")
    images = {name: picture(files["images/frame_00000.png"]).astype(int) for name, files in sets.items()}
    masks = [files["masks/frame_00000.png"] for files in sets.values()]
    assert masks[0] == masks[1] == masks[2]
    covered = picture(masks[0]) > 0
    lean = {name: float((image[covered][:, 0] - image[covered][:, 2]).mean()) for name, image in images.items()}
    assert lean["Variant_Red"] > 60 > -60 > lean["Variant_Blue"]
    with pytest.raises(SettingsError, match='no material variant "Green"'):
        export(model, dataclasses.replace(spec, material_variant="Green"), device, light_cache, tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()
