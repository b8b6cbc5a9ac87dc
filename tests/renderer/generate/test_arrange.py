"""Things together: where each stands, and in what size."""

import itertools

import numpy as np
import pytest

from renderer.generate.prompts.arrange import BESIDE, HELD, PLACING, SUPPORTED, arranged, heaped, side_by_side
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part
from renderer.samples.geometry import lathe


def cylinder(radius: float, height: float, anchors: dict[str, Anchor], rings: int = 2) -> Model:
    mesh = lathe((0, 0), *((radius, float(y)) for y in np.linspace(0, height, rings)), (0, height), segments=24)
    return Model((Part("body", mesh, Finish("plastic")),), anchors)


def box_of(model: Model, name: str) -> tuple[list[float], list[float]]:
    """The lowest and highest corner of the parts whose role begins so."""
    parts = tuple(part for part in model.parts if part.role.startswith(name))
    low, high = Model(parts, {}).bounds()
    return low.tolist(), high.tolist()


TABLE = cylinder(0.5, 0.7, {"top": Anchor((0.0, 0.7, 0.0), 0.8)})
CUP = cylinder(0.2, 0.3, {"inside": Anchor((0.0, 0.05, 0.0), 0.3)})


@pytest.mark.parametrize("size", [0.001, 0.2, 1.0, 300.0])
def test_what_stands_on_something_fits_there_however_large_it_is(size: float) -> None:
    made = arranged(CUP.scaled(size, size, size), "on", TABLE, "table")
    (low, high), (table_low, table_high) = box_of(made, "body"), box_of(made, "table")
    assert high[1] - low[1] == pytest.approx(0.3 * size)
    assert low[1] == pytest.approx(table_high[1])
    assert table_low[1] == pytest.approx(0.0)
    share = (high[0] - low[0]) / (0.8 / 0.7 * (table_high[1] - table_low[1]))
    assert SUPPORTED[0] - 0.01 <= share <= SUPPORTED[1] + 0.01


def test_what_is_in_something_stands_on_its_floor_or_is_seen_above_its_rim() -> None:
    flat = arranged(cylinder(0.1, 0.04, {}), "in", CUP, "cup")
    assert box_of(flat, "body")[1][1] > box_of(flat, "cup")[1][1]
    made = arranged(cylinder(0.1, 0.5, {}), "in", CUP, "cup")
    (low, high), (cup_low, cup_high) = box_of(made, "body"), box_of(made, "cup")
    assert cup_low[1] < low[1] < cup_high[1] < high[1]
    assert cup_low[0] < low[0]
    assert high[0] < cup_high[0]


def test_flowers_stick_out_of_a_vase() -> None:
    made = arranged(CUP, "containing", cylinder(0.05, 9.0, {}), "flower")
    (low, high), (_, rim) = box_of(made, "flower"), box_of(made, "body")
    assert low[1] == pytest.approx(0.05)
    assert high[1] > 1.3 * rim[1]


def test_what_something_contains_is_seen_above_its_rim() -> None:
    made = arranged(CUP, "containing", cylinder(4.0, 9.0, {}), "drum")
    (low, high), (_, rim) = box_of(made, "drum"), box_of(made, "body")
    assert 0.05 <= low[1] < rim[1] < high[1]
    assert high[0] - low[0] <= 0.3


@pytest.mark.parametrize("size", [0.01, 1.0, 50.0])
def test_things_beside_each_other_can_both_be_seen_and_do_not_touch(size: float) -> None:
    made = arranged(TABLE, "beside", CUP.scaled(size, size, size), "cup")
    (low, high), (table_low, table_high) = box_of(made, "cup"), box_of(made, "body")
    assert low[0] > table_high[0]
    assert low[1] == table_low[1] == pytest.approx(0.0)
    share = max(np.subtract(high, low)) / max(np.subtract(table_high, table_low))
    assert BESIDE[0] - 0.01 <= share <= BESIDE[1] + 0.01


def test_what_is_held_is_where_the_hand_is() -> None:
    holder = cylinder(0.5, 2.0, {"hand": Anchor((0.8, 1.0, 0.1), 0.1)})
    made = arranged(holder, "holding", CUP.scaled(9, 9, 9), "cup")
    (low, high), (body_low, body_high) = box_of(made, "cup"), box_of(made, "body")
    middle = np.add(low, high) / 2 - np.add(body_low, body_high) / 2
    assert middle[[0, 2]].tolist() == pytest.approx([0.8, 0.1], abs=1e-6)
    assert low[1] < 1.0 < high[1]
    assert max(np.subtract(high, low)) == pytest.approx(HELD[1] * 2.0)


def test_a_hat_is_as_wide_as_the_head_and_stands_around_it() -> None:
    wearer = cylinder(0.5, 2.0, {"head": Anchor((0.0, 2.0, 0.0), 0.6)})
    made = arranged(wearer, "wearing", CUP, "hat")
    low, high = box_of(made, "hat")
    assert high[0] - low[0] == pytest.approx(0.6 * 1.15)
    assert low[1] < 2.0 < high[1]


def test_a_scarf_is_worn_where_its_wearer_is_narrowest() -> None:
    head, neck, body = (cylinder(radius, height, {}, 20) for radius, height in ((0.4, 0.6), (0.2, 0.3), (0.5, 1.2)))
    parts = (*body.parts, *neck.moved(0, 1.2, 0).parts, *head.moved(0, 1.5, 0).parts)
    anchors = {"head": Anchor((0.0, 2.1, 0.0), 0.8), "face": Anchor((0.0, 1.8, 0.4), 0.8)}
    made = arranged(Model(parts, anchors), "wearing", SHAPES["scarf"].model(Look()), "scarf")
    low, high = box_of(made, "scarf")
    assert 0.4 < high[0] - low[0] < 0.75
    assert 1.2 < high[1] < 1.65


def test_copies_stand_in_a_row_and_do_not_touch() -> None:
    row = side_by_side([CUP] * 3)
    edges = [part.mesh.positions[:, 0] for part in row.parts]
    assert len(edges) == 3
    assert all(left.max() < right.min() for left, right in itertools.pairwise(edges))
    low, high = row.bounds()
    assert low[0] == pytest.approx(-high[0])


@pytest.mark.parametrize(("height", "count"), [(0.2, 5), (3.0, 3)])
def test_a_heap_is_of_some_of_the_same_that_lie_close(height: float, count: int) -> None:
    heap = heaped(cylinder(0.1, height, {}))
    assert len(heap.parts) == count
    low, high = heap.bounds()
    assert low[1] == 0.0
    assert 0.25 < high[0] - low[0] < 0.6
    middles = [part.mesh.positions.mean(axis=0) for part in heap.parts]
    assert len(np.unique(np.round(middles, 3), axis=0)) == count


@pytest.mark.parametrize("relation", PLACING)
@pytest.mark.parametrize("base", ["ball", "bowl", "chair"])
def test_every_relation_holds_for_shapes_with_and_without_anchors(relation: str, base: str) -> None:
    made = arranged(SHAPES[base].model(Look()), relation, SHAPES["mug"].model(Look()), "mug")
    low, high = made.bounds()
    assert low[1] == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(high).all()
    assert any(part.role == "mug body" for part in made.parts)
