"""Toys and sports gear."""

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape
from renderer.samples.geometry import lathe


def _ball(look: Look) -> Model:
    radius = 0.11
    ball = lathe((0, 0), (radius, 0, radius), (radius, 2 * radius, radius), (0, 2 * radius), segments=96, steps=32)
    return Model((Part("body", ball, Finish("rubber", (0.7, 0.05, 0.03))),), {"top": Anchor((0, 2 * radius, 0), 0.1)})


SHAPES = (Shape("ball", "toys", ("ball", "sphere", "beach ball"), ("body",), ("body",), (), _ball),)
