"""Each check passes on a picture that is as it should be, and names what was done to one that isn't."""

import dataclasses
import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from renderer.arrays import Float64, UInt8, UInt32
from renderer.checks import Check, Seen, Shape, judge, shape_of, together, verdicts, watched_frames
from renderer.checks.seen import small_size
from renderer.spec import Backdrop, FrameSpec

STILL = FrameSpec(width=1920, height=1080, frame_count=1)
VIDEO = FrameSpec(width=1920, height=1080, frame_count=180)
WHITE = Backdrop()
UPRIGHT = Shape((0.4, 1.0, 0.4), ((0.1, 0.1), (0.6, 0.1), (0.1, 0.1)), footing=0.8)


def picture(
    rows: slice = slice(20, 70), columns: slice = slice(60, 100), color: tuple[int, int, int] = (120, 90, 60)
) -> UInt8:
    """A rectangle over a shadow, 160 x 90 pixels."""
    frame = np.zeros((90, 160, 4), np.uint8)
    frame[60:85, 40:120, 3] = 140
    frame[rows, columns] = (*color, 255)
    return frame


def one(name: str, seen: Seen, spec: FrameSpec = STILL, backdrop: Backdrop | None = WHITE) -> Check:
    [found] = [check for check in judge(spec, seen, backdrop) if check.check == name]
    return found


def of_picture(name: str, frame: UInt8, spec: FrameSpec = STILL, backdrop: Backdrop | None = WHITE) -> Check:
    return one(name, Seen({0: frame}), spec, backdrop)


def test_a_picture_as_it_should_be_passes_all_checks() -> None:
    found = judge(STILL, Seen({0: picture()}, UPRIGHT), WHITE)
    assert [check.check for check in found] == [
        "cut_off", "too_small", "too_dark", "clipped", "invisible", "textures_missing", "orientation", "units",
    ]  # fmt: skip
    assert {(check.verdict, check.message) for check in found} == {("pass", "")}


@pytest.mark.parametrize("edge", [
    {"rows": slice(0, 50)}, {"rows": slice(40, 90)}, {"columns": slice(0, 40)}, {"columns": slice(120, 160)},
])
def test_an_object_at_any_edge_is_cut_off_unless_that_was_asked_for(edge: dict[str, Any]) -> None:
    found = of_picture("cut_off", picture(**edge))
    assert (found.verdict, found.limit) == ("fail", 0.0)
    assert 0.05 < found.value < 0.15
    assert "raise zoom" in found.message
    closer = dataclasses.replace(STILL, zoom=0.6)
    assert of_picture("cut_off", picture(**edge), closer).verdict == "warn"


def test_a_shadow_or_a_mirror_image_at_the_edge_is_not_the_object() -> None:
    frame = picture()
    frame[60:, :, 3] = 140
    assert of_picture("cut_off", frame).verdict == "pass"
    frame[71:, 60:100] = (40, 30, 20, 100)
    assert of_picture("cut_off", frame).verdict == "fail"
    assert of_picture("cut_off", frame, dataclasses.replace(STILL, reflector=True)).verdict == "pass"


@pytest.mark.parametrize(("side", "verdict"), [(40, "pass"), (20, "warn"), (6, "fail"), (0, "fail")])
def test_the_object_must_be_large_enough_to_be_seen(side: int, verdict: str) -> None:
    found = of_picture("too_small", picture(slice(20, 20 + side), slice(60, 60 + side)))
    assert (found.verdict, found.value) == (verdict, round(side / 90, 4))


def test_a_long_thin_object_is_large() -> None:
    assert of_picture("too_small", picture(slice(44, 46), slice(12, 148))).verdict == "pass"


@pytest.mark.parametrize(("color", "verdict"), [((60, 60, 60), "pass"), ((10, 10, 10), "warn"), ((2, 2, 2), "fail")])
def test_an_object_without_light_is_too_dark(color: tuple[int, int, int], verdict: str) -> None:
    frame = picture(color=color)
    frame[20:23, 60:100] = (250, 250, 250, 255)  # a highlight
    found = of_picture("too_dark", frame)
    assert found.verdict == verdict
    assert found.value == pytest.approx(color[0] / 255, abs=1e-3)


def test_glass_is_as_bright_as_it_is_by_itself() -> None:
    frame = picture()
    frame[20:70, 60:100] = (50, 50, 50, 60)
    assert of_picture("too_dark", frame).value == pytest.approx(50 / 60, abs=0.01)


def test_white_without_shape_is_clipped_and_invisible_on_white_alone() -> None:
    frame = picture(color=(255, 255, 255))
    frame[..., 3][frame[..., 3] < 255] = 0  # without a shadow
    assert of_picture("clipped", frame).verdict == "fail"
    assert (of_picture("invisible", frame).verdict, of_picture("invisible", frame).value) == ("fail", 0.0)
    assert of_picture("invisible", frame, backdrop=Backdrop("#cccccc")).verdict == "pass"
    half = frame.copy()
    half[20:45, 60:100, :3] = 120
    assert of_picture("clipped", half).verdict == "pass"
    assert of_picture("invisible", half).value == pytest.approx(0.5, abs=0.1)


def test_the_outline_is_not_judged_before_a_picture_or_before_nothing() -> None:
    for backdrop in (None, Backdrop(image="abc")):
        assert "invisible" not in {check.check for check in judge(STILL, Seen({0: picture()}), backdrop)}


def box(size: tuple[float, float, float], at: tuple[float, float, float] = (0, 0, 0)) -> tuple[Float64, UInt32]:
    """A box that stands on its origin."""
    corners = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    triangles = [(a, b, c) for a, *rest in quads for b, c in itertools.pairwise(rest)]
    return corners * size + at, np.array(triangles, np.uint32).ravel()


def tip(axis: int, sign: int) -> tuple[Float64, UInt32]:
    """A pyramid of height 1 that points along the axis, over a square of side 1."""
    points = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0.5, 0.5, 1.0)], np.float64)
    points[:, 2] *= sign
    triangles = [(0, 1, 2), (0, 2, 3), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)]
    return np.roll(points, axis + 1, axis=1), np.array(triangles, np.uint32).ravel()


def test_the_sides_of_a_box_are_full_and_a_tip_has_one() -> None:
    shape = shape_of([box((2, 1, 3))], missing=2)
    assert (shape.size, shape.footing, shape.missing) == ((2, 1, 3), 1.0, 2)
    np.testing.assert_allclose(shape.sides, np.ones((3, 2)))
    assert shape_of([tip(1, 1)]).sides[1] == pytest.approx((1, 0), abs=0.001)


@pytest.mark.parametrize(("meshes", "verdict", "says"), [
    ([tip(1, 1)], "pass", ""),
    ([tip(2, 1)], "warn", "lie on its back"),
    ([tip(1, -1)], "warn", "stand on its head"),
    ([box((0.1, 0.3, 0.1), (x, 0, z)) for x in (0, 1.5) for z in (0, 1.9)] + [box((1.6, 0.6, 0.1), (0, 0.3, 0))],
     "pass", ""),  # a bed, before the wall
    ([box((1, 1, 1))], "pass", ""),
    ([box((2, 1.5, 0.02)), box((0.1, 0.1, 0.4), (1, 0, 0))], "pass", ""),  # a screen on a wall
    ([box((0.05, 0.7, 0.05), (x, 0, z)) for x in (0, 1.95) for z in (0, 0.95)] + [box((2, 0.05, 1), (0, 0.7, 0))],
     "pass", ""),  # a table
])
def test_a_model_on_its_back_or_head_is_told(
    meshes: list[tuple[Float64, UInt32]], verdict: str, says: str
) -> None:
    found = one("orientation", Seen({}, shape_of(meshes)))
    assert found.verdict == verdict
    assert says in found.message


def test_sheets_may_stand_or_lie() -> None:
    assert "orientation" not in {check.check for check in judge(STILL, Seen({}, shape_of([box((1, 1, 0.01))])), WHITE)}


@pytest.mark.parametrize(("size", "verdict"), [(2.0, "pass"), (155.0, "pass"), (2400.0, "warn"), (0.0004, "warn")])
def test_wrong_units_are_told_by_the_size(size: float, verdict: str) -> None:
    assert one("units", Seen({}, shape_of([box((size, size, size))]))).verdict == verdict


def test_textures_that_are_missing_are_counted() -> None:
    found = one("textures_missing", Seen({}, dataclasses.replace(UPRIGHT, missing=3)))
    assert (found.verdict, found.value, found.limit) == ("warn", 3.0, 0.0)


def moving(places: dict[int, int]) -> Seen:
    """The object's left edge, by frames."""
    return Seen({index: picture(columns=slice(left, left + 40)) for index, left in places.items()})


def test_a_loop_that_jumps_is_told() -> None:
    smooth, jumping = {0: 60, 1: 61, 178: 58, 179: 59}, {0: 60, 1: 61, 178: 88, 179: 89}
    assert one("loop", moving(smooth), VIDEO).verdict == "pass"
    found = one("loop", moving(jumping), VIDEO)
    assert (found.verdict, found.value > 12) == ("fail", True)
    assert "multiple of the animation's duration" in found.message


@pytest.mark.parametrize("changes", [
    {"effect": "hero-spin"}, {"effect": "reveal"}, {"sweep_angle": 90.0}, {"effect": "zoom-orbit"},
])
def test_what_does_not_come_round_cannot_jump(changes: dict[str, object]) -> None:
    spec = dataclasses.replace(VIDEO, **changes)  # type: ignore[arg-type]
    seen = moving({0: 60, 1: 61, 178: 88, 179: 89})
    assert "loop" not in {check.check for check in judge(spec, seen, WHITE)}


def test_what_parts_have_seen_is_judged_as_if_one_had(tmp_path: Path) -> None:
    whole = Seen({index: picture(columns=slice(30 + index // 3, 70)) for index in watched_frames(90)}, UPRIGHT)
    files = []
    for number, run in enumerate((range(40), range(40, 90))):
        folder = tmp_path / str(number)
        folder.mkdir()
        part = Seen({index: frame for index, frame in whole.frames.items() if index in run})
        part.shape = None if number else UPRIGHT
        files.append(part.save(folder))
        assert part.save(tmp_path).read_bytes() == files[-1].read_bytes()
    spec = dataclasses.replace(VIDEO, frame_count=90)
    assert judge(spec, together(files), WHITE) == judge(spec, whole, WHITE)
    assert judge(spec, together([]), WHITE) == []


def test_few_small_frames_are_looked_at_and_those_at_the_ends_among_them() -> None:
    assert sorted(watched_frames(180)) == [0, 1, 30, 60, 90, 120, 150, 178, 179]
    assert [sorted(watched_frames(count)) for count in (1, 2, 3)] == [[0], [0, 1], [0, 1, 2]]
    assert [small_size(*size) for size in ((3840, 2160), (1080, 1920), (64, 64))] == [(240, 135), (135, 240), (64, 64)]


def test_the_readmes_limits_are_those_that_are_kept() -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text()
    table = text.partition("### What may be wrong")[2]
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*\|[^|]*) \|$", table, re.M))
    for rule in verdicts._RULES:
        shown = [cell.strip().split(", ") for cell in rows[rule.check].split("|")]
        for cell, limit in zip(shown, (rule.warn, rule.fail), strict=True):
            expected = "" if limit is None else f"{'above' if rule.above else 'below'} {limit:g}"
            assert expected in cell, rule.check
    assert {rule.check for rule in verdicts._RULES} <= rows.keys()
