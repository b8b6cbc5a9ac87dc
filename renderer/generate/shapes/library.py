"""All shapes by name, and the categories that they come from."""

from itertools import chain

from renderer.generate.shapes import furniture, toys
from renderer.generate.shapes.parts import Shape

SHAPES: dict[str, Shape] = {shape.name: shape for shape in chain(furniture.SHAPES, toys.SHAPES)}
