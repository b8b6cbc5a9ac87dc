"""All shapes by name, from their categories."""

from renderer.generate.shapes import (
    abstract,
    animals,
    buildings,
    celebrations,
    craft,
    electronics,
    food,
    fortresses,
    furniture,
    headwear,
    household,
    music,
    nature,
    neckwear,
    people,
    storage,
    tools,
    toys,
    treats,
    vehicles,
    vessels,
    wildlife,
    worn,
)
from renderer.generate.shapes.parts import Shape

_CATEGORIES = (
    furniture, storage, household, vessels, vehicles, craft, electronics, tools, toys, music, celebrations, worn,
    headwear, neckwear, food, treats, buildings, fortresses, people, animals, wildlife, nature, abstract,
)  # fmt: skip

SHAPES: dict[str, Shape] = {shape.name: shape for category in _CATEGORIES for shape in category.SHAPES}
