"""Several models -> here -> one: on, in, beside or held by each other, in sizes that go together.

A relation is of the thing that a prompt is about ("base") to another. The base keeps its size; the other is made so
large or small that both can be seen: a teddy bear fits on its armchair, and a castle's rock is larger than the castle.
"""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from renderer.generate.shapes.parts import Anchor, Model

GAP = 0.12
"""Between things that stand side by side, as a share of their mean width."""

SUPPORTED = (0.25, 0.85)
"""How wide what stands on something is at least and at most, as a share of the place."""

BESIDE = (0.4, 1.6)
"""How large what stands beside the base is, as a share of the base's largest measure."""

HELD = (0.2, 0.55)
"""How large what is held is, likewise."""

GRIP = 0.15
"""Where what is held is gripped, as a share of its height: balloons, swords and umbrellas alike."""

WORN = {"backpack": "back", "glasses": "face", "scarf": "face"}
"""The anchors of what isn't worn on the head."""


def arranged(base: Model, relation: str, other: Model, name: str) -> Model:
    """`name` is what the other is called: its parts' roles begin with it."""
    other = dataclasses.replace(
        other, parts=tuple(dataclasses.replace(part, role=f"{name} {part.role}") for part in other.parts)
    )
    return PLACING[relation](base, other, name).grounded()


def side_by_side(model: Model, count: int) -> Model:
    """So many of the same in a row."""
    step = _size(model)[0] * (1 + GAP)
    copies = [model.moved(step * place, 0, 0) for place in range(count)]
    parts = tuple(part for copy in copies for part in copy.parts)
    return Model(parts, copies[0].anchors).grounded()


def _on(base: Model, other: Model, name: str) -> Model:
    """The base stands on the other."""
    return _standing(base, other, "top")


def _in(base: Model, other: Model, name: str) -> Model:
    """The base stands in the other."""
    return _standing(base, other, "inside")


def _standing(base: Model, other: Model, where: str) -> Model:
    share = _footprint(base) / _place(other, where).width
    other = _resized(other, share / min(max(share, SUPPORTED[0]), SUPPORTED[1]))
    x, y, z = _place(other, where).at
    return Model((*base.moved(x, y, z).parts, *other.parts), other.anchors)


def _containing(base: Model, other: Model, name: str) -> Model:
    """The other stands in the base."""
    return _placed(base, other, "inside", 0.9)


def _topped(base: Model, other: Model, name: str) -> Model:
    """The other stands on the base."""
    return _placed(base, other, "top", 0.6)


def _placed(base: Model, other: Model, where: str, most: float) -> Model:
    place = _place(base, where)
    share = _footprint(other) / place.width
    other = _resized(other, min(max(share, SUPPORTED[0]), most) / share)
    return _joined(base, other.moved(*place.at))


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
    place = base.anchors.get(WORN.get(name, "head")) or _place(base, "top")
    other = _resized(other, 1.15 * place.width / _size(other)[0])
    x, y, z = place.at
    lift = 0.12 * _size(other)[1]  # a hat sits around the head, not upon it
    return _joined(base, other.moved(x, y - lift, z))


def _accompanied(base: Model, other: Model, name: str) -> Model:
    """ "With" another: in its hand, on its top or beside it, whatever there is."""
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
