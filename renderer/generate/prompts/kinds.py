"""A model -> here -> one that also looks like something else: a "robot cat", a "mushroom house", a "dragon teapot"."""

import dataclasses

from renderer.generate.prompts.grammar import DEPICTING, Thing
from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape
from renderer.samples.geometry import lathe

CREATURES = frozenset(("animals", "robots"))
"""Categories whose shapes, put on top of others, show what those are like; others lend their finishes."""

ORNAMENT = 0.45
"""How wide such a creature is at most, as a share of the place on top."""

ROBOT_METAL = Finish("brushed steel")
SOFT = frozenset(("fur", "plush", "feathers", "scales", "skin", "wool", "fabric"))
"""Materials that a robot has none of."""


def looking_like(model: Model, shape: Shape, kind: Shape, thing: Thing, seed: int) -> Model:
    """The `model` of the `thing`, which is of that shape, with something of the other `kind`."""
    if kind.name in DEPICTING:
        return _depicted(model, shape, thing)
    if kind.category == "robots":
        return _robotic(model, thing)
    other = kind.model(Look(seed=seed))
    if kind.category in CREATURES and shape.category not in CREATURES:
        return _with_ornament(model, other, kind.name)
    return _in_finishes_of(model, shape, other, kind, thing)


def _depicted(model: Model, shape: Shape, thing: Thing) -> Model:
    """All of the one finish that the prompt names: a marble statue's eyes are of marble."""
    if not (thing.said.materials or thing.said.colors):
        return model
    finish = next(part.finish for part in model.parts if part.role in shape.main)
    return dataclasses.replace(model, parts=tuple(dataclasses.replace(part, finish=finish) for part in model.parts))


def _robotic(model: Model, thing: Thing) -> Model:
    """In metal where it was soft, unless the prompt names a material, with glowing eyes, and an antenna on its head."""
    main = not thing.said.materials

    def changed(part: Part) -> Part:
        finish = part.finish
        if main and finish.material in SOFT:
            finish = dataclasses.replace(finish, material=ROBOT_METAL.material, color=None, pattern="plain")
        if part.role == "eyes":
            finish = dataclasses.replace(finish, glowing=True)
        return dataclasses.replace(part, finish=finish)

    parts = [changed(part) for part in model.parts]
    if "head" in model.anchors:
        parts += _antenna(model.anchors["head"])
    return dataclasses.replace(model, parts=tuple(parts))


def _antenna(head: Anchor) -> list[Part]:
    x, y, z = head.at
    low, high, radius = -0.1 * head.width, 0.5 * head.width, 0.08 * head.width
    rod = lathe((0, low), (0.03 * head.width, low), (0.02 * head.width, high), (0, high), segments=24)
    ball = lathe((0, 0), (radius, 0, radius), (radius, 2 * radius, radius), (0, 2 * radius), segments=32)
    bulb = ball.moved(y=high - 0.02 * head.width)
    return [
        Part("antenna", rod.moved(x, y, z), Finish("chrome")),
        Part("antenna light", bulb.moved(x, y, z), Finish("light", (1.0, 0.12, 0.05), glowing=True)),
    ]


def _with_ornament(model: Model, other: Model, name: str) -> Model:
    low, high = model.bounds()
    top = model.anchors.get("top") or Anchor((0.0, float(high[1]), 0.0), float(high[0] - low[0]))
    wide = float((other.bounds()[1] - other.bounds()[0])[[0, 2]].max())
    factor = ORNAMENT * float(high[0] - low[0]) / wide
    ornament = other.scaled(factor, factor, factor).moved(*top.at)
    finish = max(model.parts, key=lambda part: len(part.mesh.triangles)).finish
    parts = tuple(
        dataclasses.replace(part, role=f"{name} {part.role}", finish=finish if part.role != "eyes" else part.finish)
        for part in ornament.parts
    )
    return dataclasses.replace(model, parts=(*model.parts, *parts))


def _in_finishes_of(model: Model, shape: Shape, other: Model, kind: Shape, thing: Thing) -> Model:
    """Main parts look like the other's main part, unless the prompt says of what and in what colour they are."""
    if thing.said.colors or thing.said.materials:
        return model
    lent = [part.finish for part in other.parts if part.role in kind.main]
    if not lent:
        return model
    parts = tuple(
        dataclasses.replace(part, finish=lent[0]) if part.role in shape.main else part for part in model.parts
    )
    return dataclasses.replace(model, parts=parts)
