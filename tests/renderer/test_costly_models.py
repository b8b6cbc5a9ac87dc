"""Valid models that would take hours to draw, however they hide it: each is refused before it is drawn."""

import dataclasses
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import renderer
from renderer.dataset.buffers import DatasetRenderer
from renderer.errors import ModelTooLarge
from renderer.frames import ShotRenderer
from renderer.gl import cost
from renderer.gl.context import Device
from renderer.lighting import casting
from renderer.lighting.environment import preset_environment
from renderer.lighting.presets import PRESETS
from renderer.scene.nodes import (
    AlphaMode,
    Channel,
    Clip,
    Material,
    MorphTarget,
    Node,
    Primitive,
    Scene,
    Skin,
    Topology,
    Transmission,
)
from renderer.spec import DatasetSpec, FrameSpec
from tests.renderer.gl.live import live_objects
from tests.renderer.passes.scenes import quad, scene_of, sphere

SPEC = FrameSpec(width=64, height=48, frame_count=30, fps=30, shadows=False, easing=False, elevation=10)
COUNT = 1_000
"""Times that surfaces lie over each other here."""


def stack(count: int = COUNT, **attributes: Any) -> Primitive:
    """A square metre that faces +z, so often."""
    one = quad(**attributes)
    return dataclasses.replace(one, indices=np.tile(one.indices, count))


def level(primitive: Primitive, facing: int = 1) -> Primitive:
    """It lies level, and faces up or down."""
    turn = np.array([(1, 0, 0), (0, 0, -facing), (0, facing, 0)], np.float32)
    positions, normals = primitive.positions @ turn, primitive.normals
    return dataclasses.replace(primitive, positions=positions, normals=None if normals is None else normals @ turn)


def animated(scene: Scene, *channels: Channel) -> Scene:
    scene.clips.append(Clip("Go", list(channels)))
    return scene


def step(path: str, *values: object) -> Channel:
    """Node 0 has the second of the values for an instant, in frame 29, and the first of them else."""
    times = np.array([0, 0.95, 0.99, 2], np.float32)
    keys = np.array([values[0], values[1], values[0], values[0]], np.float32).reshape(4, -1)
    return Channel(0, path, "STEP", times, keys)  # type: ignore[arg-type]


def plain() -> Scene:
    return scene_of((stack(), Material()))


def blended() -> Scene:
    return scene_of((stack(), Material(
        alpha_mode=AlphaMode.BLEND, base_color_factor=(1, 1, 1, 0.01), double_sided=True,
    )))  # fmt: skip


def transmissive() -> Scene:
    return scene_of((stack(), Material(transmission=Transmission(1.0))))


def copied_by_instances() -> Scene:
    return scene_of((quad(), Material()), nodes=[Node("", mesh=0, instances=np.tile(np.eye(4), (COUNT, 1, 1)))])


def copied_by_nodes() -> Scene:
    return scene_of((quad(), Material()), nodes=[Node("", mesh=0) for _ in range(COUNT)])


def lines() -> Scene:
    ends = np.array([(-1, 0, 0), (1, 0, 0), (0, 0.5, 0)], np.float32)
    many = Primitive(Topology.LINES, ends, np.tile(np.array([0, 1], np.uint32), 20 * COUNT), 0)
    return scene_of((many, Material()), (sphere(), Material()))


def points() -> Scene:
    places = np.zeros((50 * COUNT, 3), np.float32)
    many = Primitive(Topology.POINTS, places, np.arange(len(places), dtype=np.uint32), 0)
    return scene_of((many, Material()), (sphere(), Material()))


def grown_by_a_node() -> Scene:
    nodes = [Node("", mesh=0, scale=(1e-3, 1e-3, 1e-3)), Node("", mesh=1)]
    scene = scene_of((stack(), Material()), (sphere(), Material()), nodes=nodes)
    return animated(scene, step("scale", (1e-3,) * 3, (1, 1, 1)))


def shown_by_a_node() -> Scene:
    nodes = [Node("", mesh=0, visible=False), Node("", mesh=1)]
    scene = scene_of((stack(), Material()), (sphere(), Material()), nodes=nodes)
    return animated(scene, step("visible", (0,), (1,)))


def grown_by_a_morph() -> Scene:
    one = stack()
    small = dataclasses.replace(
        one, positions=one.positions * np.float32(1e-3), targets=(MorphTarget(one.positions),)
    )
    scene = scene_of((small, Material()), (sphere(), Material()))
    scene.meshes[0].weights = (0.0,)
    return animated(scene, step("weights", (0,), (1,)))


def grown_by_a_joint() -> Scene:
    joints, weights = np.zeros((4, 4), np.uint16), np.tile(np.array([1, 0, 0, 0], np.float32), (4, 1))
    nodes = [Node("", scale=(1e-3, 1e-3, 1e-3)), Node("", mesh=0, skin=0), Node("", mesh=1)]
    scene = scene_of((stack(joints=joints, weights=weights), Material()), (sphere(), Material()), nodes=nodes)
    scene.skins.append(Skin((0,), np.eye(4)[None]))
    return animated(scene, step("scale", (1e-3,) * 3, (1, 1, 1)))


ALWAYS = [plain, blended, transmissive, copied_by_instances, copied_by_nodes, lines, points]
AT_TIMES = [grown_by_a_node, shown_by_a_node, grown_by_a_morph, grown_by_a_joint]


@pytest.mark.parametrize("make", ALWAYS)
def test_what_covers_the_frame_too_often_is_refused_before_anything_is_drawn(
    device: Device, light_cache: Path, make: Callable[[], Scene]
) -> None:
    preset_environment(device, PRESETS[SPEC.lighting], light_cache)  # which is kept
    before = live_objects()
    with pytest.raises(ModelTooLarge, match="lie over each other"):
        ShotRenderer(device, make(), SPEC, cache_dir=light_cache)
    assert live_objects() == before


@pytest.mark.parametrize("make", AT_TIMES)
def test_what_does_so_at_one_moment_of_its_animation_is_refused_before_that_is_drawn(
    device: Device, light_cache: Path, make: Callable[[], Scene]
) -> None:
    spec = dataclasses.replace(SPEC, animation="*")
    with ShotRenderer(device, make(), spec, cache_dir=light_cache) as shot:
        shot.draw(28)
        with pytest.raises(ModelTooLarge, match="over the frame"):
            shot.draw(29)
        shot.draw(0)


def test_a_small_part_is_refused_only_where_the_camera_comes_near(device: Device, light_cache: Path) -> None:
    """600 layers over 3 % of the frame."""
    corner = scene_of((stack(600, size=0.2), Material()), (sphere(rings=8), Material()))
    ShotRenderer(device, corner, SPEC, cache_dir=light_cache).close()
    near = dataclasses.replace(SPEC, effect="zoom-orbit", zoom_start=1.0, zoom_end=0.3, sweep_angle=0.0)
    with pytest.raises(ModelTooLarge):
        ShotRenderer(device, corner, near, cache_dir=light_cache)


def test_a_view_of_a_training_set_is_looked_at_too(device: Device, light_cache: Path) -> None:
    spec = DatasetSpec(views=20, size=64)
    with pytest.raises(ModelTooLarge, match="over a view"):
        DatasetRenderer(device, scene_of((stack(), Material(double_sided=True))), spec, cache_dir=light_cache)


def test_what_only_lights_see_is_refused_too(device: Device, light_cache: Path) -> None:
    """Level surfaces, seen from the side."""
    below = dataclasses.replace(SPEC, shadows=True, elevation=0)
    with pytest.raises(ModelTooLarge, match="over its shadow"):
        ShotRenderer(device, scene_of((level(shuffled(20 * COUNT)), Material())), below, cache_dir=light_cache)


def shuffled(count: int) -> Primitive:
    """Triangles that all cover a part of the same square, and of which no two are equal: shadows leave out copies."""
    rng = np.random.default_rng(1)
    side = np.linspace(-0.5, 0.5, 200, dtype=np.float32)
    x, y = np.meshgrid(side, side)
    positions = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size, np.float32)])
    indices = rng.integers(0, len(positions), 3 * count).astype(np.uint32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (len(positions), 1))
    return Primitive(Topology.TRIANGLES, positions, indices, 0, normals)


def test_what_only_a_polished_ground_shows_is_refused_too(device: Device, light_cache: Path) -> None:
    """Level surfaces that face down."""
    scene = scene_of((level(stack(), facing=-1), Material()), (sphere(rings=8), Material()))
    ShotRenderer(device, scene, SPEC, cache_dir=light_cache).close()
    with pytest.raises(ModelTooLarge):
        ShotRenderer(device, scene, dataclasses.replace(SPEC, reflector=True), cache_dir=light_cache)


def test_shadows_of_too_many_triangles_are_refused(
    device: Device, light_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(casting, "MOST_TRIANGLES", 10_000)
    with pytest.raises(ModelTooLarge, match=r"shadows would take [\d,]+ triangles, and 10,000 are allowed"):
        ShotRenderer(device, scene_of((sphere(), Material())), SPEC, cache_dir=None)


def test_a_limit_that_is_just_kept_refuses_nothing(device: Device, light_cache: Path) -> None:
    scene = scene_of((stack(cost.MOST_LAYERS), Material()), (sphere(), Material()))
    with ShotRenderer(device, scene, SPEC, cache_dir=light_cache) as shot:
        shot.draw(0)


def test_the_readme_names_the_limits_as_they_are() -> None:
    section = Path(renderer.__file__).with_name("README.md").read_text().split("## What a model may cost")[1]
    rows = re.findall(r"^\|[^|]+\|([\d, and]+)\|(.*)\|$", section.split("\n## ")[0], re.MULTILINE)
    assert len(rows) >= 8
    for numbers, names in rows:
        first, *others = re.findall(r"`([\w.]+)`", names)
        module, _, name = first.rpartition(".")
        found = [getattr(importlib.import_module(f"renderer.{module}"), each) for each in (name, *others)]
        assert [int(number.replace(",", "")) for number in numbers.split(" and ")] == found
