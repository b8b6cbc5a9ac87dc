"""All shapes by name, from their categories."""

from renderer.generate.shapes import craft, food, furniture, storage, toys, vehicles, vessels
from renderer.generate.shapes.parts import Shape

_CATEGORIES = (furniture, storage, vessels, vehicles, craft, food, toys)

SHAPES: dict[str, Shape] = {shape.name: shape for category in _CATEGORIES for shape in category.SHAPES}
