"""Each row of the settings table, by what it does to pictures: a row without a case fails."""

import dataclasses
import itertools
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from renderer.arrays import Float64, UInt8
from renderer.camera.sphere import camera_direction
from renderer.dataset.export import export_dataset
from renderer.encode.image import write_image
from renderer.gl.context import Device
from renderer.spec import SETTINGS, DatasetSpec, parse_settings, plan_dataset, plan_image, plan_video
from tests.render.exhibits import checker
from tests.render.film import Film
from tests.render.looks import still_life
from tests.render.structures import skinned, variants
from tests.renderer.dataset.support import Silent, save_model

KEY = {"shadows": False, "bg_color": "#ff00ff", "framing": "sphere"}
"""On a colour that nothing else has, so that it tells the model from what is around it; and from a distance that is the
same for all pictures and paths, so that they can be compared."""

STILL_CAMERA = {**KEY, "effect": "showcase", "amplitude": 5, "length": 3}
SPIN = {**KEY, "length": 3, "easing": False}
BACK = "b" * 12


@dataclasses.dataclass(frozen=True)
class Studio:
    """What a case has at hand: `film`, a device and folders of its own."""

    film: Film
    device: Device
    cache: Path
    folder: Path

    def still(self, glb: bytes | None = None, **settings: Any) -> UInt8:
        """The first frame of a video with these settings, on the key colour."""
        return self.film(glb or still_life(), {**KEY, **settings})[0]

    def overlay(self, pixels: UInt8) -> Mapping[str, Path]:
        path = self.folder / "overlay.png"
        Image.fromarray(pixels).save(path)
        return {BACK: path}


Case = Callable[[Studio], None]
CASES: dict[str, Case] = {}


def shows(*names: str) -> Callable[[Case], Case]:
    """The case shows what these settings do."""

    def register(case: Case) -> Case:
        CASES.update(dict.fromkeys(names, case))
        return case

    return register


@pytest.mark.parametrize("name", [row.name for row in SETTINGS])
def test_a_setting_does_what_its_name_says(
    name: str, film: Film, device: Device, light_cache: Path, tmp_path: Path
) -> None:
    CASES[name](Studio(film, device, light_cache, tmp_path))


def test_every_case_is_of_a_setting() -> None:
    assert set(CASES) == {row.name for row in SETTINGS}


def covered(frame: UInt8) -> npt.NDArray[np.bool_]:
    """Where something lies on the key colour."""
    return np.asarray(np.abs(frame[..., :3].astype(int) - (255, 0, 255)).max(axis=2) > 40)


def share(frame: UInt8) -> float:
    return float(covered(frame).mean())


def apart(left: UInt8, right: UInt8) -> float:
    """The mean difference in steps of 1/255."""
    return float(np.abs(left.astype(int) - right).mean())


def brightness(frame: UInt8) -> Float64:
    """The mean colour (3,) of the model."""
    return np.asarray(frame[covered(frame)].mean(axis=0))


@shows("quality")
def quality_sets_the_size(_: Studio) -> None:
    frames = {tier: plan_video(parse_settings({"quality": tier})) for tier in ("share", "standard", "4k", "pro")}
    sizes = [(plan.frames.width, plan.frames.height) for plan in frames.values()]
    assert sizes == [(960, 540), (1920, 1080), (3840, 2160), (3840, 2160)]
    assert [plan.variant.codec for plan in frames.values()] == ["h264"] * 3 + ["prores4444"]


@shows("effect")
def effects_go_different_ways(studio: Studio) -> None:
    names = ("turntable", "hero-spin", "showcase", "zoom-orbit", "reveal")
    halfway = [studio.film(still_life(), {**SPIN, "effect": name}, moments=(0.4,))[0] for name in names]
    assert min(apart(left, right) for left, right in itertools.combinations(halfway, 2)) > 2


@shows("sweep_angle")
def a_half_sweep_ends_behind(studio: Studio) -> None:
    end = studio.film(still_life(), {**SPIN, "sweep_angle": 180}, moments=(1.0,))[0]
    behind, front = studio.still(rotate_y=180), studio.still()
    assert apart(end, behind) < 3 < 10 < apart(end, front)


@shows("ease_out_ratio")
def a_hero_spin_that_eases_out_is_slow_in_the_end(studio: Studio) -> None:
    def last_step(ratio: float) -> float:
        settings = {**SPIN, "effect": "hero-spin", "easing": True, "ease_out_ratio": ratio}
        return apart(*studio.film(still_life(), settings, moments=(0.95, 1.0)))

    assert last_step(1.0) < 0.5 * last_step(0.0)


@shows("amplitude")
def a_wider_swing_goes_further(studio: Studio) -> None:
    def swing(degrees: float) -> float:
        frames = studio.film(still_life(), {**SPIN, "effect": "showcase", "amplitude": degrees}, moments=(0.0, 0.25))
        return apart(*frames)

    assert swing(90) > 1.5 * swing(10)


@shows("zoom_start", "zoom_end")
def a_zoom_orbit_starts_and_ends_as_near_as_told(studio: Studio) -> None:
    settings = {**SPIN, "effect": "zoom-orbit", "sweep_angle": 360, "zoom_start": 0.8, "zoom_end": 1.6}
    first, last = studio.film(still_life(), settings, moments=(0.0, 1.0))
    plain = studio.still()
    assert share(first) > 1.3 * share(plain) > 2.5 * share(last) > 0


@shows("scale_from")
def a_reveal_begins_at_its_scale(studio: Studio) -> None:
    reveal = {**SPIN, "effect": "reveal"}
    from_nothing, half = (studio.film(still_life(), {**reveal, "scale_from": scale}, moments=(0.0, 1.0))
                          for scale in (0, 0.5))
    assert share(from_nothing[0]) == 0
    assert 0.15 < share(half[0]) / share(half[1]) < 0.4


@shows("output")
def an_image_is_one_frame_and_a_dataset_is_views(_: Studio) -> None:
    assert plan_image(parse_settings({"output": "image"})).frames.frame_count == 1
    assert plan_video(parse_settings({"output": "video"})).frames.frame_count == 180
    assert plan_dataset(parse_settings({"output": "dataset"})).views == 100


@shows("image_format")
def the_still_is_a_file_of_its_format(studio: Studio) -> None:
    for name in ("png", "webp", "avif"):
        plan = plan_image(parse_settings({"output": "image", "image_format": name}))
        path = studio.folder / f"still.{name}"
        write_image(checker(8, (255, 0, 0), (0, 0, 255)), path, plan.variant.format)
        with Image.open(path) as image:
            assert image.format == name.upper()
            assert apart(np.asarray(image.convert("RGB")), checker(8, (255, 0, 0), (0, 0, 255))) < 2


@shows("transparent")
def a_transparent_still_has_the_model_alone(studio: Studio) -> None:
    clear = studio.still(output="image", transparent=True)
    assert clear.shape[2] == 4
    assert clear[2, 2].tolist() == [0, 0, 0, 0]
    assert ((clear[..., 3] == 255) == covered(studio.still(output="image"))).mean() > 0.98


@shows("camera", "azimuth")
def cameras_stand_where_their_names_say(studio: Studio) -> None:
    front, right = studio.still(output="image"), studio.still(output="image", camera="right")
    assert apart(front, right) > 5
    assert apart(right, studio.still(output="image", azimuth=90)) == 0
    assert apart(right, studio.still(rotate_y=90)) == 0


@shows("elevation")
def a_camera_overhead_sees_the_top(studio: Studio) -> None:
    overhead = studio.still(output="image", elevation=90)
    assert apart(overhead, studio.still(output="image", camera="top")) == 0
    height, width = (np.ptp(axis) for axis in np.nonzero(covered(overhead)))
    assert width > 1.1 * height  # deep as a cube, not high as a column


@shows("aspect")
def frames_have_their_aspect(studio: Studio) -> None:
    shapes = [studio.still(aspect=aspect).shape for aspect in ("16:9", "1:1", "9:16")]
    assert shapes == [(108, 192, 3), (108, 108, 3), (192, 108, 3)]


@shows("bg_color")
def the_background_has_its_color(studio: Studio) -> None:
    assert studio.still(bg_color="#123456")[2, 2].tolist() == [0x12, 0x34, 0x56]


@shows("bg_image_id", "bg_align")
def the_background_shows_its_image_from_the_chosen_side(studio: Studio) -> None:
    halves = np.zeros((400, 200, 3), np.uint8)
    halves[:200], halves[200:] = (255, 0, 0), (0, 0, 255)
    images = studio.overlay(halves)
    for anchor, color in (("top-center", [255, 0, 0]), ("bottom-center", [0, 0, 255])):
        frame = studio.film(still_life(), {**KEY, "bg_image_id": BACK, "bg_align": anchor}, images=images)[0]
        assert frame[4, 4].tolist() == color
        assert covered(frame).all()
        assert frame[54, 96].tolist() == studio.still()[54, 96].tolist()  # the model stays before it


@shows("fg_image_id", "fg_align")
def the_foreground_covers_the_model_from_the_chosen_side(studio: Studio) -> None:
    half = np.zeros((400, 200, 4), np.uint8)
    half[:200] = (0, 255, 0, 255)
    images = studio.overlay(half)
    for anchor, hidden in (("top-center", True), ("bottom-center", False)):
        frame = studio.film(still_life(), {**KEY, "fg_image_id": BACK, "fg_align": anchor}, images=images)[0]
        assert bool((frame == (0, 255, 0)).all()) == hidden
        assert bool((frame == studio.still()).all()) != hidden


@shows("vignette")
def a_vignette_darkens_the_corners_alone(studio: Studio) -> None:
    plain, dark = (studio.still(bg_color="#ffffff", vignette=amount) for amount in (0, 0.8))
    assert dark[1, 1].max() < 120 < plain[1, 1].min()
    assert dark[54, 96].tolist() == plain[54, 96].tolist()


@shows("length")
def a_longer_video_has_more_frames(_: Studio) -> None:
    counts = [plan_video(parse_settings({"length": seconds})).frames.frame_count for seconds in (3, 4.5, 30)]
    assert counts == [90, 135, 900]


@shows("size")
def a_size_goes_before_the_aspect(studio: Studio) -> None:
    frames = plan_video(parse_settings({"size": "200x80", "aspect": "9:16"})).frames
    assert (frames.width, frames.height) == (200, 80)
    assert studio.still(size="200x80").shape[1] / studio.still(size="200x80").shape[0] == pytest.approx(2.5, rel=0.02)


@shows("fps")
def more_frames_a_second_are_more_frames(_: Studio) -> None:
    plans = [plan_video(parse_settings({"fps": fps, "length": 3})).frames for fps in (24, 30, 60)]
    assert [(frames.fps, frames.frame_count) for frames in plans] == [(24, 72), (30, 90), (60, 180)]


@shows("formats")
def formats_are_made_beside_the_video(_: Studio) -> None:
    plan = plan_video(parse_settings({"formats": ["gif", "webp"]}))
    assert set(plan.variant.formats) == {"gif", "webp"}


@shows("time")
def a_still_shows_the_moment_of_the_animation(studio: Studio) -> None:
    begun, later = (studio.still(skinned(), output="image", animation="Bend", time=time) for time in (0, 0.5))
    assert apart(begun, later) > 1


@shows("material_variant")
def a_variant_changes_materials(studio: Studio) -> None:
    plain, warm = (brightness(studio.still(variants(), **chosen)) for chosen in ({}, {"material_variant": "Warm"}))
    assert np.ptp(plain) < 12
    assert warm[0] - warm[2] > np.ptp(plain) + 15


@shows("animation", "animation_speed")
def an_animation_moves_the_model_at_its_speed(studio: Studio) -> None:
    def bend(**chosen: Any) -> Float64:
        """How far right of its foot the post's middle is, in pixels, over the video."""
        frames = studio.film(skinned(), {**STILL_CAMERA, **chosen}, moments=(0.0, 0.15, 0.3))
        places = [np.nonzero(covered(frame)) for frame in frames]
        return np.array([x.mean() - x[y > y.max() - 5].mean() for y, x in places])

    at_rest, slow, fast = bend(), bend(animation="Bend", animation_speed=0.4), bend(animation="*", animation_speed=0.8)
    assert np.abs(at_rest).max() < 2
    assert slow[2] > slow[1] + 2 > slow[0] + 4
    assert abs(fast[1] - slow[2]) < 1.5  # half as far into the video


@shows("shadows")
def shadows_darken_the_ground(studio: Studio) -> None:
    lit, shadowed = (studio.still(bg_color="#ffffff", shadows=on) for on in (False, True))
    assert lit[80:, :60].min() == 255
    assert 40 < shadowed[80:, :70].min() < 250
    assert apart(lit[:30], shadowed[:30]) == 0


@shows("reflector")
def a_reflector_shows_the_model_below_itself(studio: Studio) -> None:
    plain, mirrored = (studio.still(bg_color="#202020", reflector=on) for on in (False, True))
    red = mirrored[..., 0].astype(int) - mirrored[..., 1]
    below = np.abs(mirrored.astype(int) - plain).max(axis=2) > 12
    assert below.sum() > 100
    assert np.nonzero(below)[0].min() > 54
    assert red[below].max() > 20  # of the cube


@shows("lighting")
def lights_are_unlike(studio: Studio) -> None:
    level = {name: brightness(studio.still(lighting=name)).mean() for name in ("soft", "studio", "dark")}
    assert level["soft"] > level["studio"] > level["dark"] + 15


@shows("environment_id")
def a_panorama_lights_the_model(studio: Studio) -> None:
    path = studio.folder / "blue.hdr"
    row = bytes((40, 60, 200, 129)) * 32  # RGBE, one flat texel after the other
    path.write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 16 +X 32\n" + row * 16)
    blue = brightness(studio.film(still_life(), {**KEY, "environment_id": BACK}, images={BACK: path})[0])
    plain = brightness(studio.still())
    assert blue[2] / blue[0] > 1.6 * plain[2] / plain[0]


@shows("tone_mapping")
def tone_mappings_are_unlike(studio: Studio) -> None:
    shown = [studio.still(tone_mapping=name) for name in ("neutral", "aces", "agx", "none")]
    assert min(apart(left, right) for left, right in itertools.combinations(shown, 2)) > 0.5


@shows("easing")
def easing_starts_slowly(studio: Studio) -> None:
    first, even = studio.film(still_life(), SPIN, moments=(0.0, 0.1))
    eased = studio.film(still_life(), {**SPIN, "easing": True}, moments=(0.1,))[0]
    assert apart(first, eased) < 0.6 * apart(first, even)


@shows("rotate_y")
def a_turned_camera_starts_further_round(studio: Studio) -> None:
    quarter = studio.film(still_life(), {**SPIN, "sweep_angle": 90}, moments=(1.0,))[0]
    assert apart(studio.still(rotate_y=90), quarter) < 3 < 5 < apart(studio.still(), quarter)


@shows("tilt_x")
def a_tilted_model_shows_its_top(studio: Studio) -> None:
    upright, lying = (np.ptp(np.nonzero(covered(studio.still(tilt_x=degrees)))[0]) for degrees in (0, 90))
    assert lying < 0.95 * upright


@shows("pan_x")
def a_model_panned_left_looks_like_a_camera_gone_right(studio: Studio) -> None:
    panned, round_ = covered(studio.still(pan_x=-90)), covered(studio.still(rotate_y=90))
    assert (panned != round_).mean() < 0.01 < 0.02 < (panned != covered(studio.still())).mean()


@shows("roll_z")
def a_rolled_model_lies_on_its_side(studio: Studio) -> None:
    (high, wide), (low, long) = ([np.ptp(axis) for axis in np.nonzero(covered(studio.still(skinned(), roll_z=degrees)))]
                                 for degrees in (0, 90))
    assert high > 2 * wide
    assert long > 2 * low


@shows("framing")
def the_model_fills_more_of_the_picture_than_in_its_sphere(studio: Studio) -> None:
    sphere, model = (studio.still(framing=framing) for framing in ("sphere", "model"))
    assert share(model) > 1.3 * share(sphere)
    frames = studio.film(still_life(), {**SPIN, "framing": "model"}, moments=(0.0, 0.25, 0.5, 0.75))
    edges = [np.concatenate([frame[[0, -1]].reshape(-1, 3), frame[:, [0, -1]].reshape(-1, 3)]) for frame in frames]
    assert not any(covered(edge[None]).any() for edge in edges)


@shows("zoom")
def a_nearer_camera_shows_more_of_the_model(studio: Studio) -> None:
    assert 3 < share(studio.still(zoom=0.8)) / share(studio.still(zoom=1.6)) < 6


@shows("dataset_quality")
def a_better_training_set_has_more_and_larger_views(_: Studio) -> None:
    plans = [plan_dataset(parse_settings({"output": "dataset", "dataset_quality": name}))
             for name in ("100x800", "196x1024", "400x2048")]
    assert [(plan.views, plan.size) for plan in plans] == [(100, 800), (196, 1024), (400, 2048)]


def dataset(**settings: Any) -> DatasetSpec:
    return plan_dataset(parse_settings({"output": "dataset", **settings}))


@shows("coverage")
def a_sphere_looks_from_below_too(_: Studio) -> None:
    lowest = [min(camera_direction(spec, index)[1] for index in range(spec.views))
              for spec in (dataset(coverage="hemisphere"), dataset(coverage="sphere"))]
    assert lowest[0] > -0.01
    assert lowest[1] < -0.99


@shows("dataset_format")
def a_training_set_has_the_files_of_its_format(studio: Studio) -> None:
    own = {"nerfstudio": set(), "colmap": {"sparse/0/cameras.txt"}, "blender": {"transforms_train.json"}}
    model = save_model(studio.folder)
    for name, files in own.items():
        spec = dataclasses.replace(dataset(dataset_format=name), size=32)
        path = studio.folder / f"{name}.zip"
        export_dataset(model, spec, path, device=studio.device, cache_dir=studio.cache, listener=Silent(), view_limit=1)
        with zipfile.ZipFile(path) as archive:
            assert set(archive.namelist()) & set().union(*own.values()) == files


@shows("dataset_depth")
def a_training_set_has_depth_in_thousandths_where_asked(studio: Studio) -> None:
    model = save_model(studio.folder)
    for name, has in (("coded", False), ("metric", True)):
        spec = dataclasses.replace(dataset(dataset_depth=name), size=32)
        path = studio.folder / f"{name}.zip"
        export_dataset(model, spec, path, device=studio.device, cache_dir=studio.cache, listener=Silent(), view_limit=1)
        with zipfile.ZipFile(path) as archive:
            assert ("depth_mm/frame_00000.png" in archive.namelist()) == has
