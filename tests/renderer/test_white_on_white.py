"""White products on white keep their outline: most in the studio, all in the outline light. Lit faces stay white."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float32, Float64, UInt32
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.scene.nodes import Material, Primitive, Topology
from renderer.spec import Backdrop, FrameSpec
from tests.renderer.lighting.exact_shadow import disc
from tests.renderer.lighting.stage import box_mesh
from tests.renderer.passes.scenes import scene_of, sphere

SIZE = 160
TURN = FrameSpec(SIZE, SIZE, frame_count=8, easing=False, framing="model")


def faceted(mesh: tuple[Float32, UInt32]) -> Primitive:
    """A convex body with flat faces."""
    positions, indices = mesh
    corners = positions[indices.reshape(-1, 3)].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    inwards = ((corners.mean(axis=1) - positions.mean(axis=0)) * normals).sum(axis=1) < 0
    normals[inwards] *= -1
    corners[inwards] = corners[inwards, ::-1]
    points = corners.reshape(-1, 3).astype(np.float32)
    return Primitive(Topology.TRIANGLES, points, np.arange(len(points), dtype=np.uint32), 0,
                     np.repeat(normals, 3, axis=0).astype(np.float32))


def chair() -> list[Primitive]:
    legs = [((x, 0.0, z), (x + 0.08, 0.45, z + 0.08)) for x in (-0.5, 0.42) for z in (-0.5, 0.42)]
    boards = [((-0.5, 0.45, -0.5), (0.5, 0.52, 0.5)), ((-0.5, 0.52, -0.5), (0.5, 1.2, -0.43))]
    return [faceted(box_mesh(*part)) for part in (*boards, *legs)]


WHITE = {
    "ball": [sphere()], "box": [faceted(box_mesh((-0.5, 0.0, -0.5), (0.5, 1.0, 0.5)))],
    "cup": [faceted(disc(2.0, 48).mesh)], "chair": chair(),
}


def luma(picture: Float64) -> Float64:
    return np.asarray(picture[..., :3] @ [0.2126, 0.7152, 0.0722])


def apart(device: Device, cache: Path, name: str, roughness: float, lighting: str) -> Float64:
    """How much darker than #ffffff, in steps of 1/255, each pixel of the outline is (n,), over the whole turn."""
    white = Material(metallic_factor=0.0, roughness_factor=roughness)
    turn = dataclasses.replace(TURN, lighting=lighting)
    found = []
    with ShotRenderer(device, scene_of(*((part, white) for part in WHITE[name])), turn, cache_dir=cache) as shot:
        for index in range(TURN.frame_count):
            shot.draw(index)
            model = shot.read_rgba()[..., 3] == 255
            inside = np.all([np.roll(model, way, axis) for axis in (0, 1) for way in (-1, 1)], axis=0)
            found.append(255 - luma(shot.read_rgb(Backdrop("#ffffff")).astype(np.float64))[model & ~inside])
    return np.concatenate(found)


@pytest.mark.parametrize("name", WHITE)
def test_nine_tenths_of_a_white_outline_differ_from_a_white_background(
    device: Device, light_cache: Path, name: str
) -> None:
    """Of glossy ones, whose edges reflect the lamps. Of a wholly matt ball (roughness 0.9), 89 % do, and 95 %
    differ by more than 9/255."""
    assert (apart(device, light_cache, name, 0.2, "studio") >= 10).mean() >= 0.9


@pytest.mark.parametrize(("name", "roughness"), [*((name, 0.2) for name in WHITE), ("ball", 0.9)])
def test_in_the_outline_light_nearly_all_of_a_white_outline_differs_from_a_white_background(
    device: Device, light_cache: Path, name: str, roughness: float
) -> None:
    """97 % of the glossy ball's, and more of all others."""
    assert (apart(device, light_cache, name, roughness, "outline") >= 10).mean() >= 0.95


@pytest.mark.parametrize("lighting", ["studio", "outline"])
def test_the_top_of_a_white_box_stays_white(device: Device, light_cache: Path, lighting: str) -> None:
    box = scene_of((WHITE["box"][0], Material(metallic_factor=0.0, roughness_factor=0.5)))
    above = FrameSpec(
        SIZE, SIZE, frame_count=1, elevation=90.0, framing="model", shadows=False, lighting=lighting)
    with ShotRenderer(device, box, above, cache_dir=light_cache) as shot:
        shot.draw(0)
        assert luma(shot.read_rgb(Backdrop("#ffffff")).astype(np.float64))[40:120, 40:120].mean() >= 235
