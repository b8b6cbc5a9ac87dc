"""The way is chosen by what a mask measures, and each way makes what it says."""

import numpy as np
import pytest

from renderer.arrays import Float32, Float64
from renderer.generate.pictures.measure import measure
from renderer.generate.pictures.sheet import triangulated
from renderer.generate.pictures.solid import Solid
from renderer.generate.pictures.ways import Shape, make_shape
from renderer.generate.protocols import Quality
from tests.renderer.generate.drawn import SHAPES, X, Y, covered, disc, mask, rectangle, turned
from tests.renderer.generate.test_pictures_sheet import assert_closed

EGG_TIMER = turned((20, 60), (30, 60), (120, 8), (136, 8), (226, 60), (236, 60))
LETTER = np.minimum(rectangle(80, 128, 20, 100), np.minimum(rectangle(140, 48, 60, 20), rectangle(120, 120, 40, 18)))
SAUCER = np.hypot((X - 128) / 1.3, Y - 128) - 80


@pytest.mark.parametrize(("distance", "way"), [
    pytest.param(SHAPES["disc"](), "lathe", id="ball"),
    pytest.param(SHAPES["bottle"](), "lathe", id="bottle"),
    pytest.param(SHAPES["mug"](), "lathe", id="mug"),
    pytest.param(EGG_TIMER, "lathe", id="egg timer"),
    pytest.param(SHAPES["book"](), "extrusion", id="book"),
    pytest.param(LETTER, "extrusion", id="letter"),
    pytest.param(SHAPES["fence"](), "extrusion", id="fence"),
    pytest.param(SHAPES["animal"](), "inflation", id="animal"),
    pytest.param(SHAPES["ring"](), "inflation", id="ring"),
    pytest.param(SAUCER, "inflation", id="saucer"),
    pytest.param(SHAPES["wire"](), "card", id="wire"),
])  # fmt: skip
def test_the_way_suits_the_outline(distance: Float64, way: str) -> None:
    shape = shape_of(covered(distance))
    assert shape.way == way, shape.measurements
    assert_closed(shape.solid)


def shape_of(cover: Float32) -> Shape:
    return make_shape(cover, "low", seen_through=True)


def extent(solid: Solid) -> Float64:
    size: Float64 = np.ptp(solid.points, axis=0)
    return size


def test_what_is_measured() -> None:
    found, _ = measure(mask("mug"), triangulated(mask("mug"), 4.0))
    assert found.holes == 1
    assert found.symmetry == pytest.approx(0.83, abs=0.04)
    assert found.symmetry + found.handled == pytest.approx(1, abs=0.02)
    assert found.compact == pytest.approx(1, abs=0.01)
    square, _ = measure(mask("book"), triangulated(mask("book"), 4.0))
    assert square.straight > 0.9
    assert square.solidity == pytest.approx(1, abs=0.01)
    assert square.aspect == pytest.approx(70 / 95, abs=0.02)
    assert square.width == pytest.approx(2 * 140 * 190 / 660 / np.sqrt(140 * 190), abs=0.01)


def test_an_axis_off_the_middle_is_found() -> None:
    _, profile = measure(mask("mug"), triangulated(mask("mug"), 4.0))
    assert profile.foot == pytest.approx(105, abs=0.5)
    assert profile.lean == pytest.approx(0, abs=0.005)


def test_an_axis_may_lean() -> None:
    radius = np.interp(Y, (30, 80, 110, 228), (12, 12, 40, 40))
    shape = shape_of(covered(np.maximum(np.abs(X - 110 - 0.04 * Y) - radius, np.abs(Y - 129) - 99)))
    assert shape.way == "lathe"
    assert shape.solid.points[:, 2].max() == pytest.approx(40, abs=1)
    top, bottom = (shape.solid.points[np.abs(shape.solid.points[:, 1] + y) < 5, 0].mean() for y in (60, 200))
    assert bottom - top == pytest.approx(0.04 * 140, abs=1)


def test_a_ball_is_round_from_every_side() -> None:
    solid = shape_of(mask("disc")).solid
    assert np.linalg.norm(solid.points - [128, -128, 0], axis=1) == pytest.approx(90, abs=2)


def test_a_lathe_keeps_the_outline() -> None:
    solid = shape_of(mask("bottle")).solid
    radii = np.hypot(solid.points[:, 0] - 127.5, solid.points[:, 2])
    rows, wanted = (20, 70, 110, 120, 235), (12, 12, 42, 45, 45)
    within = (solid.points[:, 1] < -30) & (solid.points[:, 1] > -225)
    assert radii[within] == pytest.approx(np.interp(-solid.points[within, 1], rows, wanted), abs=1.5)
    assert extent(solid) == pytest.approx([90, 215, 90], abs=2)


def test_a_handle_is_apart_from_the_body_and_reaches_into_it() -> None:
    shape = shape_of(mask("mug"))
    assert shape.handles
    handle = shape.solid.points[shape.solid.points[:, 0] > 163]
    assert handle[:, 0].max() == pytest.approx(214, abs=2)
    assert np.abs(handle[:, 2]).max() == pytest.approx(9, abs=2.5)
    assert extent(shape.solid)[2] == pytest.approx(110, abs=2)


def test_without_a_handle_the_body_is_the_same() -> None:
    with_handle = shape_of(mask("mug")).solid.points
    body = shape_of(covered(rectangle(105, 128, 55, 75) + 0 * Y))
    assert not body.handles
    assert with_handle[:, 1].min() == pytest.approx(body.solid.points[:, 1].min(), abs=1)


def test_a_flat_thing_is_flat_with_rounded_edges() -> None:
    shape = shape_of(mask("book"))
    heights = shape.solid.points[:, 2]
    inside = np.all(np.abs(shape.solid.points[:, :2] - [128, -128]) < [55, 80], axis=1)
    half = 0.06 * shape.measurements.size
    assert np.abs(heights[inside]) == pytest.approx(half, rel=0.02)
    assert np.abs(heights).min() == pytest.approx(half / 2, rel=0.02)


def test_limbs_are_as_thick_as_they_are_broad() -> None:
    points = shape_of(mask("animal")).solid.points
    leg = points[(points[:, 1] < -190) & (points[:, 1] > -210)]
    assert np.abs(leg[:, 2]).max() == pytest.approx(9, abs=2)


def test_a_card_is_thin_and_goes_on_around_what_is_seen_on_it() -> None:
    cover = mask("wire")
    solid = shape_of(cover).solid
    assert extent(solid)[2] < 2
    assert extent(solid)[:2] == pytest.approx([231, 181], abs=3)
    without = make_shape(cover, "low", seen_through=False)
    assert_closed(without.solid)


@pytest.mark.parametrize(("name", "quality"), [("bottle", "low"), ("wire", "low"), ("fence", "high")])
def test_there_are_neither_too_few_triangles_nor_too_many(name: str, quality: Quality) -> None:
    solid = make_shape(mask(name), quality, seen_through=True).solid
    assert 2_000 <= len(solid.front) + len(solid.back) <= 60_000


def test_two_things_are_both_made() -> None:
    two = np.minimum(disc(70, 128, 50), disc(190, 128, 45))
    assert extent(shape_of(covered(two)).solid)[0] == pytest.approx(215, abs=2)
