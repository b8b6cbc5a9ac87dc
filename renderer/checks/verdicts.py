"""From what was seen of a render to verdicts, each with its number, the limit that it keeps or passes, and advice."""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from renderer.checks import pictures
from renderer.checks.seen import Seen
from renderer.spec import Backdrop, FrameSpec

Verdict = Literal["pass", "warn", "fail"]


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """`limit` is the one that `value` has passed, or the first that it would. `message` says what to change, and is
    empty where there is nothing to."""

    check: str
    verdict: Verdict
    value: float
    limit: float
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class _Measured:
    """What the rules are about; None where there is nothing to measure."""

    cut: float | None = None
    extent: float | None = None
    brightness: float | None = None
    clipped: float | None = None
    distinct: float | None = None
    missing: float | None = None
    lying: float | None = None
    upside_down: float | None = None
    large: float | None = None
    small: float | None = None
    jump: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class _Rule:
    """`warn` and `fail` are limits; None where there is no such verdict. `above`: more than a limit is wrong, not
    less."""

    check: str
    value: Callable[[_Measured], float | None]
    warn: float | None
    fail: float | None
    above: bool
    message: str


# What is said of each limit was measured on 79 models that are drawn as they should be: 60 of the shapes that prompts
# make, a quarter of them black or white, the sample, and 18 that people know glTF by. One is warned of, rightly: a scan
# whose Z is up.
_RULES = (
    _Rule("cut_off", lambda m: m.cut, None, 0.0, True,
          "The object touches the edge of the picture: raise zoom, or take another aspect"),
    # 0.52 and more of the frame; 0.45 from twice the distance
    _Rule("too_small", lambda m: m.extent, 0.3, 0.1, False,
          "The object is small in the picture: lower zoom, set framing to model, or take away parts that lie far off"),
    # 0.055 of a black star, 0.11 of a black hat, all others 0.19 and more
    _Rule("too_dark", lambda m: m.brightness, 0.05, 0.02, False,
          "The object is nearly black: choose lighting soft or outdoor, or lighten its base colour; a metal needs "
          "something to mirror"),
    # 0.01 and less: lights leave white things some shape
    _Rule("clipped", lambda m: m.clipped, 0.6, 0.95, True,
          "Most of the object is pure white, without any shape in it: choose lighting studio, or darken its base "
          "colour or emission"),
    # 0.87 and more, on white
    _Rule("invisible", lambda m: m.distinct, 0.4, 0.1, False,
          "The object's outline can't be told from the background: choose another background colour, or, for "
          "white on white, lighting outline"),
    _Rule("textures_missing", lambda m: m.missing, 0.0, None, True,
          "Textures or materials are missing or broken: pack all files that the model names with it; its warnings say "
          "which"),
    # 0.03 and less; the scan has 0.74
    _Rule("orientation", lambda m: m.lying, 0.5, None, True,
          "The model seems to lie on its back, as Z is up in many programs: export it with Y up, or set tiltX to -90 "
          "or 90"),
    _Rule("orientation", lambda m: m.upside_down, 0.5, None, True,
          "The model seems to stand on its head: set rollZ to 180, or turn it before it is exported"),
    # 1 cm to 337 m: many are made in centimetres, and shown so
    _Rule("units", lambda m: m.large, 1000.0, None, True,
          "The model is larger than a kilometre: it was likely made in millimetres, and glTF's unit is the metre. "
          "Pictures don't show it; AR viewers will"),
    _Rule("units", lambda m: m.small, 0.001, None, False,
          "The model is smaller than a millimetre: it was likely scaled twice. Pictures don't show it; AR viewers "
          "will"),
    # 0.13 and less of still models, where the animation fits as well; 3.6 of a fox that is cut off in mid-stride
    _Rule("loop", lambda m: m.jump, 2.5, 10.0, True,
          "The animation jumps where the video begins again: set length to a multiple of the animation's duration"),
)

QUIET = 2 / 255
"""Of the mean difference between two frames: a jump of less is not seen, however still the frames around it are."""

FLAT = 0.1
"""A model thinner than this share of its largest side is a sheet: a picture on a wall, a plate, which may stand or lie.
"""

STANDS = 0.02
"""Of the model's ground: flat faces of so much of it are a foot."""

TOPPLES = 0.05
"""Of the model's ground: what stands on less falls over. Wheels and the legs of a table span nearly all of it."""

RESTS = 0.25
"""The same of what rests on its side: the scan spans 0.03, along a line, a bed on its feet 0.86."""

HEIGHT = 0.5
"""Of the shorter side of its ground: what is lower, if Z were up, is more likely a panel that hangs on a wall."""


def judge(spec: FrameSpec, seen: Seen, backdrop: Backdrop | None) -> list[Check]:
    """The verdicts on one render of the shot `spec`, on `backdrop`; None where it has none. What can't be told, as of
    an outline before a picture, isn't in the list."""
    measured = _measured(spec, seen, backdrop)
    found: dict[str, Check] = {}
    for rule in _RULES:
        value = rule.value(measured)
        if value is not None:
            one = _verdict(rule, value, asked_for=rule.check == "cut_off" and spec.zoom < 1)
            if rule.check not in found or one.verdict != "pass":
                found[rule.check] = one
    return list(found.values())


def _verdict(rule: _Rule, value: float, *, asked_for: bool) -> Check:
    """`asked_for`: nothing is worse than a warning."""
    passed: tuple[Verdict, float] | None = None
    limits: tuple[tuple[Verdict, float | None], ...] = (("warn", rule.warn), ("fail", rule.fail))
    for verdict, limit in limits:
        if limit is not None and (value > limit if rule.above else value < limit):
            passed = "warn" if asked_for else verdict, limit
    if passed is None:
        first = rule.warn if rule.warn is not None else rule.fail
        return Check(rule.check, "pass", round(value, 4), first or 0.0)
    return Check(rule.check, passed[0], round(value, 4), passed[1], rule.message)


def _measured(spec: FrameSpec, seen: Seen, backdrop: Backdrop | None) -> _Measured:
    masks = {index: pictures.object_in(frame, reflected=spec.reflector) for index, frame in seen.frames.items()}
    shown = [(seen.frames[index], mask) for index, mask in masks.items() if mask.any()]
    of_shape: dict[str, float | None] = {}
    if seen.shape is not None:
        size, sides = np.array(seen.shape.size), seen.shape.sides
        largest = float(size.max())
        of_shape |= {"missing": float(seen.shape.missing), "large": largest, "small": largest or None}
        if size.min() > FLAT * largest:
            tall = size[2] >= HEIGHT * min(size[0], size[1])
            rests = max(sides[1]) < STANDS and seen.shape.footing < RESTS
            of_shape["lying"] = sides[2][0] if tall and rests else 0.0
            falls = sides[1][0] < STANDS and seen.shape.footing < TOPPLES
            of_shape["upside_down"] = sides[1][1] if falls else 0.0
    if not seen.frames:
        return _Measured(**of_shape)
    if not shown:
        return _Measured(extent=0.0, jump=_jump(spec, seen), **of_shape)
    plain = None if backdrop is None or backdrop.image is not None else backdrop
    distinct = [pictures.distinct_share(*each, plain) for each in shown] if plain is not None else []
    return _Measured(
        cut=max(pictures.cut_share(mask) for _, mask in shown),
        extent=max(pictures.extent(mask) for _, mask in shown),
        brightness=max(pictures.brightness(*each) for each in shown),
        clipped=min(pictures.clipped_share(*each) for each in shown),
        distinct=_mean([share for share in distinct if share is not None]),
        jump=_jump(spec, seen), **of_shape,
    )  # fmt: skip


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _jump(spec: FrameSpec, seen: Seen) -> float | None:
    """How many times as far it is from the last frame to the first as between their neighbours; None for a path that
    doesn't come round."""
    last = spec.frame_count - 1
    if spec.frame_count < 4 or not _comes_round(spec) or not {0, 1, last - 1, last} <= seen.frames.keys():
        return None
    across = pictures.step(seen.frames[last], seen.frames[0])
    beside = max(pictures.step(seen.frames[one], seen.frames[one + 1]) for one in (0, last - 1))
    return across / max(beside, QUIET)


def _comes_round(spec: FrameSpec) -> bool:
    """Whether the frame after the last would be the first; the other effects arrive somewhere."""
    return spec.effect == "showcase" or (spec.effect == "turntable" and spec.sweep_angle % 360 == 0)
