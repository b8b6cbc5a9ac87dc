"""What a caption names says how deep it is, and whether it is round."""

import numpy as np
import pytest

from renderer.generate.pictures.names import NAMES, Known, named
from renderer.generate.pictures.ways import Shape, make_shape
from tests.renderer.generate.drawn import mask


@pytest.mark.parametrize(("caption", "name"), [
    ("A red sports CAR on a road", "car"), ("two books", "book"), ("une voiture", None), ("", None), ("a carpet", None),
    ("🚌 bus", "bus"),
])  # fmt: skip
def test_the_first_name_in_a_caption_counts(caption: str, name: str | None) -> None:
    assert named(caption) == name


def test_no_name_stands_for_two_things() -> None:
    assert len({id(known) for known in NAMES.values()}) == len(set(NAMES.values()))
    assert all(known.turned or known.depth for known in NAMES.values())


def shape(thing: str, known: Known = Known()) -> Shape:
    return make_shape(mask(thing), "low", seen_through=True, known=known)


def depth(made: Shape) -> float:
    return float(np.ptp(made.solid.points[:, 2]))


def test_a_telephone_is_thinner_than_a_box() -> None:
    assert depth(shape("book", NAMES["phone"])) == pytest.approx(0.12 * 140, rel=0.02)
    assert depth(shape("book", NAMES["box"])) == pytest.approx(140, rel=0.02)


def test_a_fish_is_flatter_than_a_balloon() -> None:
    fish = shape("animal", NAMES["fish"])
    assert fish.way == "inflation"
    assert depth(fish) == pytest.approx(0.35 * np.ptp(fish.solid.points[:, 1]), rel=0.02)
    assert depth(fish) < depth(shape("animal"))


def test_a_can_is_turned_though_its_outline_is_a_rectangle() -> None:
    assert shape("book").way == "extrusion"
    assert shape("book", NAMES["can"]).way == "lathe"
    assert shape("animal", NAMES["can"]).way == "inflation"  # whatever the caption says
