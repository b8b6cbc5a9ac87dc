"""Whole shots that are framed by the model itself: what is seen of it is in the picture, all of it and nothing else."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from renderer.arrays import Float64
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.scene.nodes import AlphaMode, Channel, Clip, Material, Node, Scene
from renderer.spec import FrameSpec
from tests.renderer.passes.scenes import flat_image, quad, scene_of, sphere, texture

SPEC = FrameSpec(128, 72, frame_count=60, effect="showcase", framing="model", shadows=False)


def alpha(device: Device, cache: Path, scene: Scene, spec: FrameSpec, index: int = 0) -> Float64:
    """(height, width): the opacity of a frame, 0 to 255."""
    with ShotRenderer(device, scene, spec, cache_dir=cache) as shot:
        shot.draw(index)
        return shot.read_rgba()[..., 3].astype(np.float64)


def hopping() -> tuple[Scene, FrameSpec]:
    """A square that is five metres higher in one frame of the video only."""
    scene = scene_of((quad(), Material(unlit=True, double_sided=True)))
    times = np.array([0.0, 0.9, 1.0, 1.1, 2.0], np.float32)
    places = np.array([[0, 0, 0], [0, 0, 0], [0, 5, 0], [0, 0, 0], [0, 0, 0]], np.float32)
    scene.clips.append(Clip("hop", [Channel(0, "translation", "LINEAR", times, places)]))
    return scene, dataclasses.replace(SPEC, animation="hop")


@pytest.mark.parametrize("index", [0, 30])
def test_what_moves_away_for_a_moment_is_whole_in_every_frame(device: Device, light_cache: Path, index: int) -> None:
    scene, spec = hopping()
    picture = alpha(device, light_cache, scene, spec, index)
    assert picture.max() == 255
    assert not np.concatenate([picture[[0, -1]].ravel(), picture[:, [0, -1]].ravel()]).any()
    rows = np.flatnonzero(picture.max(axis=1))
    # at rest it is at the lower edge's margin, and at the top of its hop at the upper one's
    assert (rows.max() if index == 0 else 71 - rows.min()) == pytest.approx(71 * (1 - 0.037), abs=2)


@pytest.mark.parametrize("mode", [AlphaMode.BLEND, AlphaMode.MASK])
def test_a_part_that_is_transparent_all_over_changes_nothing(
    device: Device, light_cache: Path, mode: AlphaMode
) -> None:
    nothing = Material(base_color_factor=(1.0, 0.0, 0.0, 0.0), alpha_mode=mode, roughness_factor=0.0)
    nodes = [Node("ball", mesh=0), Node("roof", mesh=1, translation=(0.0, 3.0, 0.0), scale=(4.0, 4.0, 4.0))]
    spec = dataclasses.replace(SPEC, shadows=True, reflector=True)
    ball, roof = (sphere(), Material(metallic_factor=0.0)), (quad(), nothing)
    pictures = [alpha(device, light_cache, scene, spec) for scene in
                (scene_of(ball), scene_of(ball, roof, nodes=nodes))]
    np.testing.assert_array_equal(pictures[0], pictures[1])


def test_where_the_map_of_a_blended_surface_has_no_alpha_nothing_is_reflected(
    device: Device, light_cache: Path
) -> None:
    clear = Material(
        base_color_texture=texture(), alpha_mode=AlphaMode.BLEND, roughness_factor=0.0, emissive_factor=(0.0, 1.0, 0.0)
    )
    scene = scene_of((quad(), clear), images=[flat_image(255, 255, 255, 0)])
    assert not alpha(device, light_cache, scene, SPEC).any()


def test_framing_by_the_sphere_stands_where_the_sphere_fits(device: Device, light_cache: Path) -> None:
    """A bar is much larger where it is framed by itself."""
    bar = dataclasses.replace(quad(), positions=quad().positions * np.array([1, 0.1, 1], np.float32))
    widths = []
    for framing in ("model", "sphere"):
        spec = dataclasses.replace(SPEC, framing=framing)
        picture = alpha(device, light_cache, scene_of((bar, Material(double_sided=True))), spec)
        widths.append(np.ptp(np.flatnonzero(picture.max(axis=0))))
    assert widths[0] > 1.6 * widths[1]
    assert widths[0] == pytest.approx(127 / 1.08, abs=6)
