"""Furniture: chairs, tables, beds, shelves, lamps."""

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape
from renderer.samples.geometry import lathe
from renderer.samples.mesh import joined


def _stool(look: Look) -> Model:
    seat = lathe((0, 0.44), (0.17, 0.44, 0.006), (0.17, 0.475, 0.014), (0, 0.475), segments=96)
    leg = lathe((0, 0), (0.013, 0, 0.003), (0.018, 0.45, 0.002), (0, 0.45), segments=32)
    legs = joined(leg.turned("z", -9).moved(x=0.17).turned("y", 45 + 90 * k) for k in range(4))
    return Model(
        (Part("seat", seat, Finish("oak")), Part("legs", legs, Finish("oak"))),
        {"top": Anchor((0.0, 0.475, 0.0), 0.3)},
    )


SHAPES = (
    Shape("stool", "furniture", ("stool", "bar stool", "footstool"), ("seat", "legs"), ("seat", "legs"), (), _stool),
)
