"""All shapes by name, from their categories."""

from renderer.generate.shapes import (
    abstract,
    animals,
    buildings,
    craft,
    electronics,
    food,
    furniture,
    nature,
    people,
    storage,
    tools,
    toys,
    vehicles,
    vessels,
    wildlife,
    worn,
)  # fmt: skip
from renderer.generate.shapes.parts import Shape

_CATEGORIES = (
    furniture, storage, vessels, vehicles, craft, tools, toys, worn, food, buildings, people, animals, wildlife,
    electronics, nature, abstract,
)  # fmt: skip

SHAPES: dict[str, Shape] = {shape.name: shape for category in _CATEGORIES for shape in category.SHAPES}
