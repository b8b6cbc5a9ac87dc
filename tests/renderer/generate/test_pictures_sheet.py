"""A sheet has the mask's outlines, without steps, and triangles that are good to raise and to shade."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.arrays import Float32, Float64
from renderer.generate.pictures.relief import distances, membrane, rounded_edge, with_fine_edge
from renderer.generate.pictures.sheet import Sheet, triangulated
from renderer.generate.pictures.solid import Solid, raised
from tests.renderer.generate.drawn import covered, disc, mask, rectangle

SPACING = 7.0


def angles(sheet: Sheet) -> Float64:
    """(m, 3) In degrees."""
    found = []
    for corner in range(3):
        at, one, other = (sheet.points[sheet.triangles[:, (corner + turn) % 3]] for turn in range(3))
        u, v = one - at, other - at
        cosine = (u * v).sum(axis=1) / np.linalg.norm(u, axis=1) / np.linalg.norm(v, axis=1)
        found.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return np.stack(found, axis=1)


def assert_closed(solid: Solid) -> None:
    """Each side of a triangle is another's, the other way round."""
    triangles = np.concatenate([solid.front, solid.back])
    sides = {(int(a), int(b)) for a, b in np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1).reshape(-1, 2)}
    assert len(sides) == triangles.size
    assert all((b, a) in sides for a, b in sides)


def test_an_outline_has_no_steps() -> None:
    sheet = triangulated(mask("disc"), SPACING)
    radii = np.linalg.norm(sheet.points[sheet.on_outline()] - 128, axis=1)
    assert radii.mean() == pytest.approx(90, abs=0.1)
    assert np.ptp(radii) < 0.2
    assert sheet.areas().sum() == pytest.approx(np.pi * 90**2, rel=0.002)


@pytest.mark.parametrize("name", ["disc", "bottle", "mug", "ring", "animal"])
def test_no_triangle_is_a_sliver(name: str) -> None:
    sheet = triangulated(mask(name), SPACING)
    assert angles(sheet).min() > 15
    assert (sheet.areas() > 0).all()


def test_holes_are_kept() -> None:
    sheet = triangulated(mask("ring"), SPACING)
    radii = np.linalg.norm(sheet.points[sheet.on_outline()] - 128, axis=1)
    assert np.minimum(np.abs(radii - 50), np.abs(radii - 100)).max() < 0.2
    assert {int(radius) // 75 for radius in radii} == {0, 1}


def test_a_bar_of_two_triangles_has_points_between_its_sides() -> None:
    sheet = triangulated(covered(rectangle(128, 128, 3, 90)), SPACING)
    sides, _ = sheet.sides()
    inner = {tuple(side) for side in np.sort(sides, axis=1).tolist()} - {
        tuple(side) for side in np.sort(sheet.outline(), axis=1).tolist()
    }
    outline = sheet.on_outline()
    assert all(not outline[list(side)].all() for side in inner)


def test_what_the_picture_cuts_ends_at_its_border() -> None:
    sheet = triangulated(np.ones((40, 60), np.float32), 5.0)
    assert sheet.points.min(axis=0) == pytest.approx([-0.5, -0.5], abs=0.6)
    assert sheet.points.max(axis=0) == pytest.approx([59.5, 39.5], abs=0.6)


def test_nothing_gives_an_empty_sheet() -> None:
    assert triangulated(np.zeros((30, 30), np.float32), SPACING).triangles.shape == (0, 3)


@given(st.lists(st.tuples(*[st.floats(20, 230)] * 2, st.floats(2, 60)), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None)
def test_whatever_the_mask_its_solids_are_closed(discs: list[tuple[float, float, float]]) -> None:
    blobs: Float32 = covered(np.min([disc(*each) for each in discs], axis=0))
    sheet = triangulated(blobs, 9.0)
    if len(sheet.triangles):
        fine, heights = with_fine_edge(sheet, membrane(sheet))
        assert (heights[~fine.on_outline()] > 0).all()
        assert_closed(raised(fine, np.sqrt(2 * heights)))
        assert_closed(raised(sheet, np.full(len(sheet.points), 2.0), 2.0))


def test_a_band_becomes_as_thick_as_it_is_broad() -> None:
    sheet = triangulated(covered(rectangle(128, 128, 20, 120)), 4.0)
    heights = np.sqrt(2 * membrane(sheet))
    middle = np.abs(sheet.points[:, 1] - 128) < 40
    round_ = np.sqrt(np.maximum(20**2 - (sheet.points[middle, 0] - 128) ** 2, 0))
    assert heights[middle] == pytest.approx(round_, abs=0.7)


def test_a_disc_becomes_a_lens() -> None:
    sheet = triangulated(mask("disc"), SPACING)
    wanted = (90**2 - ((sheet.points - 128) ** 2).sum(axis=1)) / 4  # the exact solution
    assert membrane(sheet) == pytest.approx(wanted, abs=15)


def test_edges_are_rounded_by_a_quarter_circle() -> None:
    sheet = triangulated(mask("book"), SPACING)
    assert distances(sheet).max() == pytest.approx(70, abs=SPACING / 2)
    assert rounded_edge(np.array([0.0, 1.0, 5.0, 50.0]), 5.0) == pytest.approx([5.0, 2.0, 0.0, 0.0])


def test_normals_point_outwards_and_are_level_at_a_sharp_rim() -> None:
    sheet = triangulated(mask("disc"), SPACING)
    fine, heights = with_fine_edge(sheet, membrane(sheet))
    solid = raised(fine, np.sqrt(2 * heights))
    normals = solid.normals()
    off = solid.points - [128, -128, 0]
    assert ((normals * off).sum(axis=1) > 0).all()
    rim = np.abs(solid.points[:, 2]) < 1e-9
    assert np.abs(normals[rim, 2]).max() < 0.05
