"""Models that a training set can hardly be made of: the right files, or an error that says why there are none."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.dataset.export import export_dataset
from renderer.errors import EmptyModel
from renderer.gl.context import Device
from renderer.spec.dataset import DatasetSpec
from tests.renderer.dataset.support import Files, Silent, picture, read_zip
from tests.renderer.load.glb_builder import GlbBuilder

VIEWS = 7
HEMISPHERE = DatasetSpec(views=VIEWS, size=64)
SPHERE = DatasetSpec(views=VIEWS, size=64, coverage="sphere")
FLAT = ((-1, 0, -1), (-1, 0, 1), (1, 0, 1), (-1, 0, -1), (1, 0, 1), (1, 0, -1))
"""A square that lies on the ground and faces up."""


def model(folder: Path, corners: Any = FLAT, **material: Any) -> Path:
    builder = GlbBuilder()
    number = builder.add("materials", {"pbrMetallicRoughness": {"metallicFactor": 0.0}} | material)
    attributes = {"POSITION": builder.add_accessor(np.array(corners, float))}
    builder.show(builder.add_mesh({"attributes": attributes, "material": number}))
    return builder.save(folder)


def export(path: Path, spec: DatasetSpec, device: Device, light_cache: Path) -> Files:
    made = path.parent / "set.zip"
    export_dataset(path, spec, made, device=device, cache_dir=light_cache, listener=Silent())
    return read_zip(made)


def refused(path: Path, spec: DatasetSpec, device: Device, light_cache: Path) -> str:
    with pytest.raises(EmptyModel) as error:
        export(path, spec, device, light_cache)
    assert not (path.parent / "set.zip").exists()
    return str(error.value)


def coverage(files: Files) -> list[int]:
    """How many pixels of each view are in its mask."""
    return [int((picture(files[f"masks/frame_{index:05d}.png"]) > 0).sum()) for index in range(VIEWS)]


def test_a_flat_plane_is_right_from_above_and_nothing_edge_on(
    device: Device, light_cache: Path, tmp_path: Path
) -> None:
    files = export(model(tmp_path, doubleSided=True), HEMISPHERE, device, light_cache)
    covered = coverage(files)
    assert covered[0] > 1000
    assert covered[:-1] == sorted(covered[:-1], reverse=True), "flatter and flatter"
    assert covered[-1] == 0, "the last camera stands level with it"
    edge_on = f"frame_{VIEWS - 1:05d}.png"
    assert (picture(files[f"images/{edge_on}"]) == 255).all()
    assert (picture(files[f"depth_16bit/{edge_on}"]) == 65535).all()
    assert (picture(files[f"depth/{edge_on}"]) == 255).all()
    assert (picture(files[f"normals/{edge_on}"]) == 128).all()
    top = picture(files["depth_16bit/frame_00000.png"])[picture(files["masks/frame_00000.png"]) > 0]
    assert 0 < top.min() <= top.max() < 65535, "all of it lies at almost one distance, and between the planes"
    assert np.ptp(top.astype(int)) < 0.05 * 65535


def test_a_plane_that_only_faces_away_from_all_cameras_is_refused(
    device: Device, light_cache: Path, tmp_path: Path
) -> None:
    facing_down = model(tmp_path, FLAT[::-1])
    assert "back side" in refused(facing_down, HEMISPHERE, device, light_cache)
    assert coverage(export(facing_down, SPHERE, device, light_cache))[-1] > 1000, "from below it is there"


def test_faces_without_an_area_are_refused(device: Device, light_cache: Path, tmp_path: Path) -> None:
    line = ((0, 0, 0), (1, 1, 1), (2, 2, 2))
    assert "no view" in refused(model(tmp_path, line, doubleSided=True), SPHERE, device, light_cache)


def test_a_model_as_clear_as_air_is_refused(device: Device, light_cache: Path, tmp_path: Path) -> None:
    clear = {"baseColorFactor": [1.0, 1.0, 1.0, 0.0], "metallicFactor": 0.0}
    path = model(tmp_path, alphaMode="BLEND", doubleSided=True, pbrMetallicRoughness=clear)
    assert "fully transparent" in refused(path, SPHERE, device, light_cache)


def test_all_of_a_model_in_one_point_is_refused(device: Device, light_cache: Path, tmp_path: Path) -> None:
    assert "one point" in refused(model(tmp_path, np.ones((3, 3))), SPHERE, device, light_cache)
