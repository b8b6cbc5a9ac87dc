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
    nature,
    neckwear,
    people,
    storage,
    tools,
    toys,
    vehicles,
    vessels,
    wildlife,
    worn,
)
from renderer.generate.shapes.parts import Shape

_CATEGORIES = (
    furniture, storage, vessels, vehicles, craft, electronics, tools, toys, celebrations, worn, headwear, neckwear,
    food, buildings, fortresses, people, animals, wildlife, nature, abstract,
)

SHAPES: dict[str, Shape] = {shape.name: shape for category in _CATEGORIES for shape in category.SHAPES}
