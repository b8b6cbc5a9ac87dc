"""The shapes that the sample model is made of: closed, outward, smooth where they should be."""

import numpy as np
import pytest

from renderer.samples.geometry import (
    Ring,
    bezier,
    block,
    circle,
    fluted,
    lathe,
    profile,
    rectangle,
    revolve,
    torus,
    tube,
)
from renderer.samples.lettering import wordmark
from renderer.samples.mesh import Mesh, joined
from renderer.samples.occlusion import Drum, board_occlusion

_SOLIDS = {
    "cylinder": (lathe((0, 0), (1, 0), (1, 2), (0, 2), segments=256), 2 * np.pi),
    "filleted drum": (lathe((0, 0), (1, 0, 0.1), (1, 2, 0.1), (0, 2), segments=256), 6.256),
    "block": (block(2, 1, 3, 0.02, 0.01, 6), 6.0),
    "torus": (torus(1.0, 0.5, 256, 64), 2 * np.pi**2 * 0.25**2),
    "rod": (tube(np.array([(0.0, 0, 0), (0, 0, 3)]), 0.5, 64, 24), np.pi * 0.25 * 3 + 4 / 3 * np.pi * 0.125),
}


@pytest.mark.parametrize("name", _SOLIDS)
def test_solids_enclose_their_volume_with_outward_faces(name: str) -> None:
    mesh, volume = _SOLIDS[name]
    assert _volume(mesh) == pytest.approx(volume, rel=0.01)


@pytest.mark.parametrize("name", _SOLIDS)
def test_solids_are_watertight(name: str) -> None:
    """Welded by position, every edge is used once in each direction."""
    mesh, _ = _SOLIDS[name]
    _, welded = np.unique(np.round(mesh.positions, 9), axis=0, return_inverse=True)
    triangles = welded.reshape(-1)[mesh.triangles]
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert set(map(tuple, edges)) == set(map(tuple, edges[:, ::-1]))


def test_volume_survives_moving_turning_and_joining() -> None:
    drum = lathe((0, 0), (1, 0), (1, 1), (0, 1), segments=64)
    both = joined([drum, drum.turned("x", 33).moved(5, -2, 1)])
    assert _volume(both) == pytest.approx(2 * _volume(drum))


def test_a_fillet_keeps_flats_flat_and_turns_smoothly_between_them() -> None:
    drum = lathe((0, 0), (1, 0), (1, 1, 0.2), (0, 1), segments=64, steps=8)
    top = drum.normals[(drum.positions[:, 1] > 1 - 1e-9) & (np.hypot(*drum.positions[:, [0, 2]].T) < 0.8 - 1e-6)]
    assert top == pytest.approx(np.tile((0.0, 1.0, 0.0), (len(top), 1)), abs=1e-9)
    corner = np.array(profile((0, 0), (1, 0), (1, 1, 0.2), (0, 1), steps=8).normals)[3:]
    turns = np.degrees(np.arccos(np.clip((corner[1:] * corner[:-1]).sum(axis=1), -1, 1)))
    assert turns.max() == pytest.approx(90 / 8, abs=0.01)


def test_a_concave_fillet_lies_in_the_corner() -> None:
    cove = profile((2, 0), (1, 0, 0.25), (1, 1))
    to_centre = np.array([1.25, 0.25]) - cove.points[1:-1]
    assert np.linalg.norm(to_centre, axis=1) == pytest.approx(0.25)
    assert to_centre / 0.25 == pytest.approx(cove.normals[1:-1])


@pytest.mark.parametrize("ring", [circle(48), fluted(12, 0.1), rectangle(3, 2, 0.3)])
def test_ring_normals_are_square_to_the_outline(ring: Ring) -> None:
    wall = revolve(profile((0.3, 0), (0.3, 1)), ring)
    a, b, c = (wall.positions[wall.triangles[:, k]] for k in range(3))
    facing = np.cross(b - a, c - a)
    facing /= np.linalg.norm(facing, axis=1, keepdims=True)
    middle = wall.normals[wall.triangles].mean(axis=1)
    assert (facing * middle / np.linalg.norm(middle, axis=1, keepdims=True)).sum(axis=1).min() > 0.97


def test_tangents_point_along_u_and_up_in_the_image() -> None:
    wall = lathe((1, 0), (1, 1), segments=64)
    front = np.argmin(np.abs(wall.positions - (0.0, 0.0, 1.0)).sum(axis=1))
    assert wall.tangents()[front] == pytest.approx([1.0, 0.0, 0.0, 1.0], abs=0.05)
    mirrored = wall.with_uvs(wall.uvs * (-1.0, 1.0))
    assert mirrored.tangents()[front] == pytest.approx([-1.0, 0.0, 0.0, -1.0], abs=0.05)


def test_a_bent_tube_keeps_its_radius() -> None:
    path = bezier([(0, 0, 0), (1, 0, 0), (1, 0, 1), (2, 0, 1)], 60)
    rod: Mesh = tube(path, 0.05, 16)
    distance = np.linalg.norm(rod.positions[:, None] - path[None], axis=2).min(axis=1)
    assert distance == pytest.approx(0.05, abs=0.001)


def test_the_wordmark_spells_nine_letters_without_overlap() -> None:
    strokes, width = wordmark()
    points = np.concatenate(strokes)
    assert points.min(axis=0) == pytest.approx([0.0, 0.0], abs=0.02)
    assert points[:, 0].max() == pytest.approx(width, abs=0.05)
    letters, reach = 0, -1.0
    for left, right in sorted((stroke[:, 0].min(), stroke[:, 0].max()) for stroke in strokes):
        letters += left > reach + 0.2
        reach = max(reach, right)
    assert letters == 9


def test_the_board_is_dark_under_a_drum_and_open_far_from_it() -> None:
    light = board_occlusion(1.0, 1.0, (41, 41), 256, [Drum(0.0, 0.0, 0.2, 0.01, 0.05)])
    assert light[20, 20] < 0.02
    assert light[0, 0] > 0.97
    outward = light[20, 30:]  # from just outside the rim
    assert (np.diff(outward) > -0.02).all()


def test_occlusion_agrees_with_the_exact_view_factor_of_a_disc() -> None:
    """A thin disc of radius r at height h over a point on its axis hides r^2 / (r^2 + h^2) of the weighted sky."""
    light = board_occlusion(1.0, 1.0, (1, 1), 4096, [Drum(0.0, 0.0, 0.3, 0.2, 0.2001)])
    assert 1 - light[0, 0] == pytest.approx(0.09 / (0.09 + 0.04), abs=0.005)


def _volume(mesh: Mesh) -> float:
    """Signed volume by the divergence theorem: positive for a closed mesh whose triangles face outward."""
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)
