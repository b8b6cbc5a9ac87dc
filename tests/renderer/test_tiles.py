"""Frames too large for one target are drawn in tiles, and look the same."""

import dataclasses
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from renderer.errors import DeviceError
from renderer.frames import ShotRenderer
from renderer.gl.context import Device
from renderer.gl.tiles import Tile, TiledTarget
from renderer.scene.nodes import AlphaMode, Material, Primitive, Scene, Transmission, Volume
from renderer.spec import Backdrop, FrameSpec
from tests.renderer.gl.live import live_objects
from tests.renderer.passes.scenes import quad, scene_of, sphere

SPEC = FrameSpec(width=152, height=88, frame_count=8, easing=False, reflector=True, zoom=0.8, rotate_y=20)
BACKDROP = Backdrop(color="#8090a0", vignette=0.5)
LIMIT = 160
"""Of both sides of targets: the picture fits, its samples need four tiles."""

Pictures = dict[str, npt.NDArray[np.int32]]


def solid() -> Scene:
    return scene_of(
        (sphere(), Material(base_color_factor=(0.9, 0.3, 0.1, 1), metallic_factor=0.4, roughness_factor=0.3)),
        (quad(z=0.7, size=0.9), Material(base_color_factor=(0.2, 0.5, 0.9, 0.5), alpha_mode=AlphaMode.BLEND,
                                         metallic_factor=0, double_sided=True)),
    )


def glass() -> Scene:
    """A stripe of colour behind a thick pane that bends it, over all tiles."""
    pane = Material(metallic_factor=0, roughness_factor=0.1, transmission=Transmission(factor=1.0),
                    volume=Volume(thickness_factor=0.3), double_sided=True)
    stripe = Material(base_color_factor=(0.9, 0.1, 0.1, 1), metallic_factor=0, double_sided=True)
    return scene_of((quad(z=-0.4, size=0.5), stripe), (quad(z=0.4, size=1.2), pane))


def panes() -> Scene:
    """A card behind six panes of tinted glass, frosted and clear, one behind the other: more than have a layer each."""
    def pane(place: int) -> tuple[Primitive, Material]:
        tint = tuple(float(c) for c in 1 - 0.4 * np.eye(3)[place % 3])
        material = Material(base_color_factor=(*tint, 1.0), metallic_factor=0, double_sided=True,  # type: ignore[arg-type]
                            roughness_factor=0.3 * (place % 2), transmission=Transmission(factor=1.0))
        return quad(z=0.2 * place - 0.5, size=1.3 - 0.15 * place), material

    card = Material(base_color_factor=(0.8, 0.7, 0.6, 1), metallic_factor=0, double_sided=True)
    return scene_of((quad(z=-0.6, size=1.4), card), *(pane(place) for place in range(6)))


def pictures(device: Device, scene: Scene, cache: Path, spec: FrameSpec = SPEC) -> Pictures:
    with ShotRenderer(device, scene, spec, cache_dir=cache) as shot:
        shot.draw(1)
        return {
            "rgba": shot.read_rgba().astype(np.int32),
            "rgb": shot.read_rgb(BACKDROP).astype(np.int32),
            "yuv": np.frombuffer(shot.read_yuv420(BACKDROP), np.uint8).astype(np.int32),
            "yuva": np.frombuffer(shot.read_yuva444(), np.uint16).astype(np.int32),
        }


def limited(device: Device, limit: int = LIMIT) -> Device:
    return dataclasses.replace(device, max_size=limit)


def test_tiles_cover_the_frame_once(device: Device) -> None:
    target = TiledTarget(limited(device), 152, 88)
    assert len(target.tiles) == 4
    covered = np.zeros((88, 152), np.int32)
    for tile in target.tiles:
        assert max(tile.width, tile.height) * 2 <= LIMIT
        assert tile.x % 4 == tile.y % 4 == tile.width % 4 == 0
        covered[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] += 1
    assert (covered == 1).all()
    target.release()


def test_a_crop_shows_its_part_of_the_frame() -> None:
    tile = Tile(40, 8, 20, 16, (100, 50))
    corners = np.array([[-1.0, -1, 0, 1], [1, 1, 0, 1]])  # of the tile
    x, y = np.linalg.solve(tile.crop, corners.T)[:2]
    assert np.allclose((x + 1) / 2 * 100, [40, 60])
    assert np.allclose((y + 1) / 2 * 50, [8, 24])
    assert np.allclose((corners[:, :2] * tile.place[:2] + tile.place[2:]) * [100, 50], [[40, 8], [60, 24]])


def test_a_tiled_frame_is_the_whole_one(device: Device, light_cache: Path) -> None:
    """Up to one rounding: a vertex may snap to the next 256th of a sample, and the means are kept more exactly."""
    whole, tiled = (pictures(each, solid(), light_cache) for each in (device, limited(device)))
    for kind in whole:
        difference = np.abs(whole[kind] - tiled[kind])
        step = 4 if kind == "yuva" else 1
        assert np.mean(difference > step) < 0.002, kind
        assert difference.max() <= 16 * step, kind  # a sample at an edge that went to the other side
    assert 0.1 < np.mean(whole["rgba"][..., 3] == 255) < 0.9


def test_glass_shows_what_lies_in_other_tiles_without_a_seam(device: Device, light_cache: Path) -> None:
    """What is behind glass has a texel for each pixel then, so edges seen through it are softer, but nothing moves."""
    whole, tiled = (pictures(each, glass(), light_cache)["rgb"] for each in (device, limited(device)))
    difference = np.abs(whole - tiled).max(axis=2)
    assert np.mean(difference > 3) < 0.02
    assert difference.mean() < 1
    tile = TiledTarget(limited(device), 152, 88)
    seam_x, seam_y = tile.tiles[0].width, 88 - tile.tiles[0].height
    tile.release()
    columns, rows = difference.mean(axis=0), difference.mean(axis=1)
    assert columns[seam_x - 1 : seam_x + 1].max() <= np.sort(columns)[-12]  # no worse than a dozen others
    assert rows[seam_y - 1 : seam_y + 1].max() <= np.sort(rows)[-8]


def test_glass_is_seen_through_glass_in_tiles_too(device: Device, light_cache: Path) -> None:
    """But at edges that are seen through it, which have a texel for each pixel there, not for each sample."""
    spec = dataclasses.replace(SPEC, reflector=False, shadows=False)
    whole, tiled = (pictures(each, panes(), light_cache, spec)["rgb"] for each in (device, limited(device)))
    difference = np.abs(whole - tiled).max(axis=2)
    assert np.mean(difference > 1) < 0.03
    assert difference.max() < 40


@pytest.mark.parametrize("effect", ["turntable", "reveal"])
def test_tiles_begin_empty_in_every_frame(device: Device, light_cache: Path, effect: str) -> None:
    spec = dataclasses.replace(SPEC, effect=effect, scale_from=0.0)
    with ShotRenderer(limited(device), solid(), spec, cache_dir=light_cache) as shot:
        shot.draw(5)
        shot.draw(0)
        again = shot.read_rgba()
        shot.draw(0)
        assert np.array_equal(shot.read_rgba(), again)
    assert again.any() == (effect != "reveal")


def test_what_tiles_take_is_given_back(device: Device, light_cache: Path) -> None:
    small = limited(device)
    pictures(small, glass(), light_cache)  # the light of a device stays
    before = live_objects()
    pictures(small, glass(), light_cache)
    assert live_objects() == before


def test_a_picture_that_is_itself_too_large_is_refused(device: Device) -> None:
    with pytest.raises(DeviceError, match=r"152x88, but .* draws at most 150x150"):
        TiledTarget(limited(device, 150), 152, 88)
