"""All shapes by name, from their categories."""

from renderer.generate.shapes import animals, craft, food, furniture, people, storage, tools, toys, vehicles, vessels, wildlife
from renderer.generate.shapes.parts import Shape

_CATEGORIES = (furniture, storage, vessels, vehicles, craft, tools, food, toys, animals, wildlife, people)

SHAPES: dict[str, Shape] = {shape.name: shape for category in _CATEGORIES for shape in category.SHAPES}
