"""What the comparison itself is made of: its measures see what they are for, and its jobs reach the page's side."""

import json
import struct

import numpy as np
import pytest

from renderer.arrays import UInt8
from tests.reference.__main__ import SUBJECTS, Subject, verdict
from tests.reference.measures import Ablation, Likeness, ablation, likeness, ssim_map, without_extension
from tests.reference.views import SIDE, shot_of
from tests.render.exhibits import balls
from tests.render.materials import pbr

FULL = np.full((64, 64), 255, np.uint8)


def waves(shift: int = 0, contrast: float = 60.0) -> UInt8:
    x, y = np.meshgrid(np.arange(64) + shift, np.arange(64))
    plane = 128 + contrast * np.sin(x / 3) * np.cos(y / 4)
    return np.repeat(plane[..., None], 3, axis=2).astype(np.uint8)


def test_equal_pictures_are_alike_in_every_measure() -> None:
    alike = likeness(waves(), waves(), FULL, FULL)
    assert alike.ssim == pytest.approx(1.0)
    assert (alike.flip, alike.bias, alike.iou) == (0.0, (0.0, 0.0, 0.0), 1.0)


def test_each_measure_sees_its_own_fault() -> None:
    brighter = (waves() + np.array([9, 0, 0])).astype(np.uint8)
    assert likeness(brighter, waves(), FULL, FULL).bias == pytest.approx((9.0, 0.0, 0.0))
    assert likeness(waves(shift=3), waves(), FULL, FULL).ssim < 0.7
    assert likeness(waves(contrast=10), waves(), FULL, FULL).flip > 0.05
    half = FULL.copy()
    half[:, 32:] = 0
    assert likeness(waves(), waves(), half, FULL).iou == 0.5


def test_only_the_object_counts() -> None:
    left = FULL.copy()
    left[:, 32:] = 0
    other = waves()
    other[:, 44:] = 0  # farther from the object than the window of SSIM reaches
    alike = likeness(waves(), other, left, left)
    assert alike.bias == (0.0, 0.0, 0.0)
    assert alike.ssim > 0.99


def test_ssim_is_its_formula_on_flat_pictures() -> None:
    dark, bright = np.full((32, 32, 3), 50, np.uint8), np.full((32, 32, 3), 100, np.uint8)
    c1 = (0.01 * 255) ** 2
    assert ssim_map(dark, bright) == pytest.approx((2 * 50 * 100 + c1) / (50**2 + 100**2 + c1))


def test_changes_of_one_kind_correlate_whatever_their_strength() -> None:
    everywhere = np.ones((64, 64), bool)
    plain = waves()
    weak, strong = (np.clip(plain + change * (waves(7) - 128.0) / 60, 0, 255).astype(np.uint8) for change in (15, 30))
    same = ablation((weak, plain), (strong, plain), everywhere)
    assert same.correlation > 0.98
    assert 0.4 < same.ratio < 0.6
    opposite = np.clip(plain.astype(int) * 2 - strong, 0, 255).astype(np.uint8)
    assert ablation((opposite, plain), (strong, plain), everywhere).correlation < -0.9


def test_a_model_loses_just_the_extension() -> None:
    coat = {"KHR_materials_clearcoat": {"clearcoatFactor": 1}, "KHR_materials_ior": {"ior": 1.4}}
    glb = balls(*[pbr(extensions=coat)] * 4)
    plain = without_extension(glb, "KHR_materials_clearcoat")
    length, = struct.unpack_from("<I", plain, 12)
    document = json.loads(plain[20 : 20 + length])
    assert document["extensionsUsed"] == ["KHR_materials_ior"]
    assert list(document["materials"][0]["extensions"]) == ["KHR_materials_ior"]
    assert len(plain) == struct.unpack_from("<I", plain, 8)[0]
    with_, without = shot_of(glb, 1.0).scene, shot_of(plain, 1.0).scene
    assert with_.materials[0].clearcoat is not None
    assert without.materials[0].clearcoat is None


def test_the_shot_shows_the_whole_model() -> None:
    """Every corner of its box lies in the picture that both renderers draw."""
    shot = shot_of(balls(*[pbr()] * 4), 1.0)
    corners = np.array([[x, y, z, 1.0] for x in (-1, 1) for y in (-1, 1) for z in (-0.5, 0.5)])
    clip = corners @ (shot.view.projection @ shot.view.view).T
    assert np.abs(clip[:, :2] / clip[:, 3:]).max() < 1
    assert SIDE % 4 == 0


def test_every_limit_can_be_broken() -> None:
    good = Likeness(0.95, 0.1, (1.0, 2.0, 3.0), 0.999)
    assert verdict(Subject("opaque"), good, None) == []
    assert verdict(Subject("opaque"), Likeness(0.9, 0.25, (0.0, -11.0, 0.0), 0.99), None) == ["outline", "FLIP", "bias"]
    assert verdict(Subject("coated", "clearcoat"), good, Ablation(0.4, 3.0)) == ["correlation", "magnitude"]
    assert len(SUBJECTS) >= 12
