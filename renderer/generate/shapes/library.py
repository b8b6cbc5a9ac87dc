"""All shapes by name, from their categories."""

from renderer.generate.shapes import food, furniture, storage, toys, vessels
from renderer.generate.shapes.parts import Shape

_CATEGORIES = (furniture, storage, vessels, food, toys)

SHAPES: dict[str, Shape] = {shape.name: shape for category in _CATEGORIES for shape in category.SHAPES}
