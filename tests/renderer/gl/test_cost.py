"""How often a model covers a picture: never less than is drawn, little more, and refused where it is too much."""

import contextlib
import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from renderer.arrays import Float32
from renderer.camera.framing import View, look_at, perspective
from renderer.errors import ModelTooLarge
from renderer.gl import cost
from renderer.gl.context import Device
from renderer.gl.cost import Picture, require_affordable
from renderer.gl.resources import GpuDrawable, GpuScene
from renderer.passes.geometry import picture_of
from renderer.scene.nodes import Material, Node, Primitive, Scene, Topology
from tests.renderer.passes.scenes import quad, scene_of, sphere
from tests.renderer.passes.stage import front_view

SIZE = (400, 400)
FLAT = Picture(np.eye(4), SIZE)  # of x and y from -1 to 1


@contextlib.contextmanager
def drawables(device: Device, scene: Scene) -> Iterator[list[GpuDrawable]]:
    gpu_scene = GpuScene(device, scene)
    try:
        yield gpu_scene.drawables
    finally:
        gpu_scene.release()


def layers(found: list[GpuDrawable], picture: Picture) -> float:
    return sum(sum(cost._layers(one, one.primitive.indices, picture)) for one in found)


def bound(found: list[GpuDrawable], picture: Picture) -> float:
    return float(cost._Sizes.of(found, casting=False).most_layers(picture).sum())


def seen_from(*eye: float, near: float = 0.5, fov: float = 0.3) -> View:
    place, up = np.array(eye), np.array([0.0, 1.0, 0.0])
    return dataclasses.replace(
        front_view((0, 0, 4)), eye=place, near=near, fov_y=fov, view=look_at(place, np.zeros(3), up),
        projection=perspective(fov, 1.0, near, 10.0),
    )


def lone_triangle(*corners: tuple[float, float, float]) -> Scene:
    triangle = Primitive(Topology.TRIANGLES, np.array(corners, np.float32), np.arange(3, dtype=np.uint32), 0)
    return scene_of((triangle, Material(double_sided=True)))


@pytest.mark.parametrize(("corners", "expected"), [
    ([(-1, -1, 0), (1, -1, 0), (-1, 1, 0)], 0.5),
    ([(-1, -1, 0), (0, -1, 0), (-1, 0, 0)], 0.125),
    ([(-3, -3, 0), (9, -3, 0), (-3, 9, 0)], 1.0),  # it covers everything
    ([(2, 2, 0), (3, 2, 0), (2, 3, 0)], 0.0),  # beside the picture
    ([(0, -9, 0), (1, -9, 0), (0.5, 9, 0)], 0.5),  # long: its box in the picture
])
def test_areas_end_at_the_pictures_edges(
    device: Device, corners: list[tuple[float, float, float]], expected: float
) -> None:
    with drawables(device, lone_triangle(*corners)) as found:
        assert layers(found, FLAT) == pytest.approx(expected, abs=1e-6)


def test_a_camera_sees_a_surface_smaller_with_the_distance(device: Device) -> None:
    """A square metre 4 m away, in a picture that shows 2 * 4 * tan(0.15) = 1.209 m there."""
    with drawables(device, scene_of((quad(), Material()))) as found:
        assert layers(found, picture_of(seen_from(0, 0, 4), SIZE)) == pytest.approx(1 / 1.2092**2, rel=1e-3)
        assert layers(found, picture_of(seen_from(0, 0, 8), SIZE)) == pytest.approx(1 / 2.4183**2, rel=1e-3)


def test_the_backs_of_one_sided_surfaces_are_not_drawn(device: Device) -> None:
    behind = picture_of(seen_from(0, 0, -4), SIZE)
    for material, seen in ((Material(), False), (Material(double_sided=True), True)):
        for scale in (1, -1):  # a mirrored node
            scene = scene_of((quad(), material), nodes=[Node("", mesh=0, scale=(scale, 1, 1))])
            with drawables(device, scene) as found:
                assert (layers(found, behind) > 0) is seen


def test_what_reaches_behind_the_camera_counts_as_far_as_it_is_seen(device: Device) -> None:
    """A floor that the camera stands on, half of it in its back: below the horizon all is covered."""
    floor = quad(size=100).positions[:, [0, 2, 1]] - np.array([0, 0.5, 0], np.float32)
    scene = scene_of((quad(positions=floor), Material(double_sided=True)))
    with drawables(device, scene) as found:
        # each of the two triangles is taken for the box around what is seen of it
        assert 0.4 <= layers(found, picture_of(seen_from(0, 0, 4, near=0.01), SIZE)) <= 1.1


def test_what_is_behind_the_camera_or_beside_it_costs_nothing(device: Device) -> None:
    nodes = [Node("", mesh=0, translation=place) for place in ((0, 0, 9), (3, 0, 4), (0, -3, 4.2))]
    with drawables(device, scene_of((sphere(), Material(double_sided=True)), nodes=nodes)) as found:
        assert layers(found, picture_of(seen_from(0, 0, 4), SIZE)) == 0


def random_scene(seed: int) -> Scene:
    """Triangles and lines in all directions, in nodes that scale, mirror and turn them."""
    rng = np.random.default_rng(seed)

    def cloud(topology: Topology, corners: int) -> Primitive:
        positions: Float32 = rng.normal(0, 0.5, (corners * 40, 3)).astype(np.float32)
        return Primitive(topology, positions, np.arange(corners * 40, dtype=np.uint32), 0)

    turns = rng.normal(size=(2, 4))
    nodes = [
        Node(
            "", mesh=mesh, scale=tuple(rng.uniform(0.2, 2, 3) * rng.choice([-1, 1], 3)),
            rotation=tuple(turns[mesh] / np.linalg.norm(turns[mesh])), translation=tuple(rng.normal(0, 0.3, 3)),
        )
        for mesh in range(2)
    ]  # fmt: skip
    return scene_of((cloud(Topology.TRIANGLES, 3), Material()), (cloud(Topology.LINES, 2), Material()), nodes=nodes)


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_is_never_below_what_is_looked_at_closely(device: Device, seed: int) -> None:
    with drawables(device, random_scene(seed)) as found:
        for distance in (1.5, 4.0, 9.0):
            picture = picture_of(seen_from(distance / 2, distance / 3, distance), SIZE)
            for one in found:
                assert 0 < layers([one], picture) <= bound([one], picture)


def test_the_bound_is_within_twenty_times_for_a_model_that_fills_the_frame(device: Device) -> None:
    with drawables(device, scene_of((sphere(), Material()))) as found:
        picture = picture_of(seen_from(0, 0, 1.8, fov=0.61), SIZE)
        assert layers(found, picture) > 0.6
        assert bound(found, picture) < 20 * layers(found, picture)


def test_points_and_lines_cover_what_their_width_says(device: Device) -> None:
    line = Primitive(Topology.LINES, np.array([(-1, 0, 0), (1, 0, 0)], np.float32), np.arange(2, dtype=np.uint32), 0)
    points = Primitive(Topology.POINTS, np.zeros((5, 3), np.float32), np.arange(5, dtype=np.uint32), 0)
    with drawables(device, scene_of((line, Material()), (points, Material()))) as found:
        assert layers(found[:1], FLAT) == pytest.approx(400 * 3 / 400**2)
        assert layers(found[1:], FLAT) == pytest.approx(5 * 4 * 4 / 400**2)
        assert bound(found[:1], FLAT) >= 400 * 3 / 400**2


def stacked(count: int) -> Scene:
    """Quads that cover the picture so often, in one primitive."""
    one = quad(size=2)
    return scene_of((dataclasses.replace(one, indices=np.tile(one.indices, count)), Material()))


def test_a_model_that_lies_over_itself_too_often_is_refused(device: Device) -> None:
    with drawables(device, stacked(cost.MOST_LAYERS)) as found:
        require_affordable(found, [FLAT], "the frame")
    with drawables(device, stacked(cost.MOST_LAYERS + 1)) as found:
        with pytest.raises(ModelTooLarge, match="over each other more than 64 times, on average over the frame"):
            require_affordable(found, [FLAT], "the frame")
        require_affordable(found, [Picture(FLAT.matrix, SIZE, culled=True, mirrored=True)], "the frame")  # its back


def test_many_nodes_together_are_too_much(device: Device) -> None:
    scene = stacked(1)
    scene.nodes *= cost.MOST_LAYERS + 1
    scene.roots = tuple(range(len(scene.nodes)))
    with drawables(device, scene) as found, pytest.raises(ModelTooLarge):
        require_affordable(found, [FLAT], "the frame")
