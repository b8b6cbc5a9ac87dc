"""Several models -> here -> one: on, in, beside or held by each other, in sizes that go together.

A relation is of the thing that a prompt is about ("base") to another. The base keeps its size; the other is made so
large or small that both can be seen: a teddy bear fits on its armchair, and a castle's rock is larger than the castle.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from renderer.generate.shapes.parts import Anchor, Model

GAP = 0.12
"""Between things that stand side by side, as a share of their mean width."""

SUPPORTED = (0.25, 1.0)
"""How wide what stands on something is at least and at most, as a share of the place."""

FILLED, TOPPED = 0.9, 0.6
"""How wide what is in a vessel, and what is on something for ornament, is at most, likewise."""

LEAST_PLACE = 0.5
"""How wide the place on top of something is at least, as a share of its lesser width: a rock's is rarely flat."""

STICKING_OUT = 1.6
"""How tall long things in a vessel are, as a multiple of its depth: flowers in a vase."""

BESIDE = (0.4, 1.6)
"""How large what stands beside the base is, as a share of the base's largest measure."""

HELD = (0.2, 0.55)
"""How large what is held is, likewise."""

TALL = 1.5
"""How many times as high as wide long things are."""

GRIP = 0.15
"""Where what is held is gripped, as a share of its height: balloons, swords and umbrellas alike."""

LIMBS = frozenset(("arms", "hands", "wings", "legs", "tail"))
NECK, LOWEST_NECK = (2.0, 4.0), 0.45
"""Roles that are no neck, and where that is: how far below the top of the head, as multiples of how far below it the
middle of the face is; and how high above the ground at least, as a share of the height of all."""

WORN = {"backpack": "back", "glasses": "face"}
"""The anchors of what isn't worn on the head, nor around the neck."""


def arranged(base: Model, relation: str, other: Model, name: str) -> Model:
    """`name` is what the other is called: its parts' roles begin with it."""
    other = dataclasses.replace(
        other, parts=tuple(dataclasses.replace(part, role=f"{name} {part.role}") for part in other.parts)
    )
    return PLACING[relation](base, other, name).grounded()


def side_by_side(models: Sequence[Model]) -> Model:
    """In a row, at distances that the first needs."""
    step = _size(models[0])[0] * (1 + GAP)
    return _together([model.moved(step * place, 0, 0) for place, model in enumerate(models)])


def heaped(model: Model) -> Model:
    """Some of the same: four and one upon them, or three tall ones close together."""
    width, height, depth = _size(model)
    across = max(width, depth)
    if height > TALL * across:
        return _together([_turned(model, 120.0 * k).moved(*_around(0.3 * across, 120 * k)) for k in range(3)])
    ring = [_turned(model, 90.0 * k).moved(*_around(0.68 * across, 90 * k)) for k in range(4)]
    return _together([*ring, _turned(model, 45.0).moved(0, 0.62 * height, 0)])


def _together(models: Sequence[Model]) -> Model:
    return Model(tuple(part for model in models for part in model.parts), models[0].anchors).grounded()


def _around(radius: float, degrees: float) -> tuple[float, float, float]:
    turn = math.radians(degrees)
    return radius * math.sin(turn), 0.0, radius * math.cos(turn)


def _on(base: Model, other: Model, name: str) -> Model:
    """The base stands on the other."""
    return _standing(base, other, "top")


def _in(base: Model, other: Model, name: str) -> Model:
    """The base stands in the other."""
    return _standing(base, other, "inside")


def _standing(base: Model, other: Model, where: str) -> Model:
    lesser = min(_size(other)[0], _size(other)[2])
    share = _footprint(base) / max(_place(other, where).width, LEAST_PLACE * lesser if where == "top" else 0.0)
    other = _resized(other, share / min(max(share, SUPPORTED[0]), SUPPORTED[1]))
    x, y, z = _place(other, where).at
    y = max(y, _visible(base, other)) if where == "inside" else y
    return Model((*base.moved(x, y, z).parts, *other.parts), other.anchors)


def _containing(base: Model, other: Model, name: str) -> Model:
    """The other stands in the base, and sticks out of it if it is tall."""
    _, height, _ = _size(other)
    if height > TALL * max(_size(other)[0], _size(other)[2]):
        place = _place(base, "inside")
        depth = float(base.bounds()[1][1]) - place.at[1]
        return _joined(base, _resized(other, STICKING_OUT * depth / height).moved(*place.at))
    return _placed(base, other, "inside", FILLED)


def _topped(base: Model, other: Model, name: str) -> Model:
    """The other stands on the base."""
    return _placed(base, other, "top", TOPPED)


def _placed(base: Model, other: Model, where: str, most: float) -> Model:
    place = _place(base, where)
    share = _footprint(other) / place.width
    other = _resized(other, min(max(share, SUPPORTED[0]), most) / share)
    x, y, z = place.at
    return _joined(base, other.moved(x, max(y, _visible(other, base)) if where == "inside" else y, z))


def _visible(inner: Model, outer: Model) -> float:
    """How high what is in a vessel stands at least, so that its upper half is seen."""
    rim = outer.anchors["top"].at[1] if "top" in outer.anchors else float(outer.bounds()[1][1])  # buckets have handles
    return rim - 0.5 * _size(inner)[1]


def _beside(base: Model, other: Model, name: str) -> Model:
    """The other stands at the base's right hand, as seen from the front at its left."""
    share = _largest(other) / _largest(base)
    other = _resized(other, min(max(share, BESIDE[0]), BESIDE[1]) / share)
    widths = _size(base)[0], _size(other)[0]
    return _joined(base, other.moved(sum(widths) / 2 * (1 + GAP), 0, 0))


def _held(base: Model, other: Model, name: str) -> Model:
    """In the base's hand, or else before its front."""
    share = _largest(other) / _largest(base)
    other = _resized(other, min(max(share, HELD[0]), HELD[1]) / share)
    _, height, depth = _size(other)
    if "hand" in base.anchors:
        x, y, z = base.anchors["hand"].at
        return _joined(base, other.moved(x, y - GRIP * height, z))
    _, high = base.bounds()
    return _joined(base, other.moved(0, 0, float(high[2]) + depth * (0.5 + GAP)))


def _worn(base: Model, other: Model, name: str) -> Model:
    if name == "scarf":
        return _around_neck(base, other)
    place = base.anchors.get(WORN.get(name, "head")) or _place(base, "top")
    other = _resized(other, 1.15 * place.width / _size(other)[0])
    x, y, z = place.at
    lift = 0.12 * _size(other)[1]  # a hat sits around the head, not upon it
    return _joined(base, other.moved(x, y - lift, z))


def _around_neck(base: Model, scarf: Model) -> Model:
    """Fitted to where the wearer is narrowest below its face; on top of what has none."""
    if not {"head", "face"} <= base.anchors.keys():
        return _placed(base, scarf, "top", TOPPED)
    head, face = base.anchors["head"], base.anchors["face"]
    points = np.concatenate([part.mesh.positions for part in base.parts if part.role not in LIMBS])
    points = points[np.abs(points[:, 2] - head.at[2]) < 0.85 * head.width]  # an animal goes on behind its neck
    levels = head.at[1] - np.linspace(*NECK, 9) * (head.at[1] - face.at[1])
    levels = np.maximum(levels, LOWEST_NECK * base.bounds()[1][1])
    bands = [points[np.abs(points[:, 1] - level) < 0.1 * head.width] for level in levels]
    boxes = [(band.min(axis=0), band.max(axis=0)) for band in bands if len(band)]
    low, high = min(boxes, key=lambda box: float((box[1] - box[0])[[0, 2]].prod()), default=(points[0], points[0]))
    x, _, z = ((high - low) / scarf.anchors["inside"].width).tolist()
    fitted = scarf.scaled(x, (x + z) / 2, z)
    middle = (low + high) / 2 - (0.0, fitted.anchors["inside"].at[1], 0.0)
    return _joined(base, fitted.moved(*middle.tolist()))


def _accompanied(base: Model, other: Model, name: str) -> Model:
    """ "With" another: in it, in its hand, on its top or beside it, whatever there is."""
    if "inside" in base.anchors:
        return _containing(base, other, name)
    if "hand" in base.anchors:
        return _held(base, other, name)
    return _topped(base, other, name) if "top" in base.anchors else _beside(base, other, name)


PLACING: Mapping[str, Callable[[Model, Model, str], Model]] = {
    "on": _on, "in": _in, "containing": _containing, "beside": _beside, "holding": _held, "wearing": _worn,
    "with": _accompanied,
}  # fmt: skip
"""By relation."""


def _joined(base: Model, other: Model) -> Model:
    return Model((*base.parts, *other.parts), base.anchors)


def _place(model: Model, name: str) -> Anchor:
    """The anchor, or else the top, or else the highest point's level."""
    low, high = model.bounds()
    across = float(min(high[0] - low[0], high[2] - low[2]))
    return model.anchors.get(name) or model.anchors.get("top") or Anchor((0.0, float(high[1]), 0.0), across)


def _turned(model: Model, degrees: float) -> Model:
    """About its own vertical axis; its anchors stay, as nobody asks for them."""
    parts = tuple(dataclasses.replace(part, mesh=part.mesh.turned("y", degrees)) for part in model.parts)
    return dataclasses.replace(model, parts=parts)


def _resized(model: Model, factor: float) -> Model:
    return model.scaled(factor, factor, factor)


def _size(model: Model) -> tuple[float, float, float]:
    low, high = model.bounds()
    x, y, z = (high - low).tolist()
    return x, y, z


def _largest(model: Model) -> float:
    return max(_size(model))


def _footprint(model: Model) -> float:
    """How wide a place it needs to stand: of what is up to a third of its height, since trees and lamps overhang."""
    low, high = model.bounds()
    limit = low[1] + (high[1] - low[1]) / 3
    feet = [part.mesh.positions[part.mesh.positions[:, 1] <= limit] for part in model.parts]
    points = np.concatenate(feet)
    return float((points.max(axis=0) - points.min(axis=0))[[0, 2]].max())
