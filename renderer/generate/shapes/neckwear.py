"""What one wears around the neck."""

from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Anchor, Look, Model, Shape
from renderer.generate.shapes.solids import ball, part, path, rod, scaled
from renderer.samples.geometry import torus
from renderer.samples.mesh import joined

RING, THICKNESS, HEIGHT = 0.09, 0.026, 0.24
"""Of a scarf's loop: its radius to the middle of the cloth, half the cloth's height there, and how high it is worn."""


def _scarf(look: Look) -> Model:
    loop = scaled(torus(RING, 2 * THICKNESS, segments=96, sides=24), 1, 1.25, 1).moved(y=HEIGHT)
    knot = scaled(ball(0.032, 32), 1, 1, 0.8).moved(y=HEIGHT - 0.008, z=RING + 0.018)
    ends = [
        rod(
            path((0, HEIGHT, RING + 0.02), (side * 0.02, 0.15, RING + 0.036), (side * 0.036, low, RING + 0.03)),
            0.022, 0.030, 0.032, flat=0.34, segments=28,
        )
        for side, low in ((-1, 0.012), (1, 0.05))
    ]  # fmt: skip
    body = boxed(joined([loop, knot, *ends]))
    return Model((part("body", "wool", body),), {"inside": Anchor((0, HEIGHT, 0), 2 * (RING - THICKNESS))})


SHAPES = (Shape("scarf", "worn", ("scarf", "shawl", "muffler"), ("body",), ("body",), (), _scarf),)
