"""Blurs keep means, regions are told apart, and colours go on around what is known."""

import numpy as np
import pytest

from renderer.generate.pictures.filters import blur, guided, labelled, merged, sampled, spread
from tests.renderer.generate.drawn import covered, disc, mask, on


def test_a_blurred_point_is_as_wide_as_asked_for() -> None:
    image = np.zeros((61, 61), np.float32)
    image[30, 30] = 1
    wide = blur(image, 4.0)
    offsets = np.arange(61) - 30
    assert wide.sum() == pytest.approx(1, abs=1e-5)
    assert np.sqrt((wide.sum(axis=0) * offsets**2).sum()) == pytest.approx(4, rel=0.15)


def test_a_blur_leaves_what_is_even() -> None:
    assert blur(np.full((5, 200, 3), 0.3, np.float32), 9.0) == pytest.approx(0.3, abs=1e-5)


def test_regions_are_told_apart_however_they_wind() -> None:
    rows = ["###.###", "#...#.#", "#.###.#", "#.#...#", "###.###"]
    regions = labelled(np.array([[letter == "#" for letter in row] for row in rows]))
    assert regions.max() == 0  # all hang together
    cut = np.array([[letter == "#" for letter in row] for row in rows])
    cut[2, 3] = False
    assert labelled(cut).max() == 1
    assert (labelled(cut) == -1).sum() == (~cut).sum()


def test_an_empty_mask_has_no_regions() -> None:
    assert (labelled(np.zeros((3, 4), bool)) == -1).all()


def test_a_long_chain_is_one_group() -> None:
    order = np.random.default_rng(5).permutation(2000)
    assert merged(2001, np.stack([order[:-1], order[1:]], axis=1)).max() == 1


def test_between_pixels_values_are_interpolated() -> None:
    image = np.array([[0.0, 1.0], [2.0, 3.0]], np.float32)
    assert sampled(image, np.array([0.5, 0.0, 9.0]), np.array([0.5, 0.5, -9.0])) == pytest.approx([1.5, 1.0, 1.0])


def test_known_colours_stay_and_go_on_around() -> None:
    known = covered(disc(radius=60))
    wanted = np.array([0.8, 0.2, 0.1], np.float32)
    colors = np.where(known[..., None] > 0, wanted, np.array([0, 0, 1], np.float32))
    filled = spread(colors, (known >= 1).astype(np.float32))
    assert np.abs(filled - wanted).max() < 1e-3  # no trace of the blue around it


def test_a_rough_mask_takes_the_edges_of_its_picture() -> None:
    wanted, guide = mask("disc"), on((20, 160, 220), "disc").astype(np.float32) / np.float32(255)
    rough = blur(covered(disc(131, 126, 92)), 3.0)
    fine = guided(rough, guide, 8, 1e-4)
    before, after = (((each > 0.5) ^ (wanted > 0.5)).mean() for each in (rough, fine))
    assert after < before / 3
