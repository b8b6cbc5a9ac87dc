"""KHR_lights_punctual: the lights that a model brings along, for the nodes that are shown."""

import math

from renderer.load import limits
from renderer.load.fields import Fields, clamped
from renderer.scene.nodes import Light

NAME = "KHR_lights_punctual"


def read_lights(root: Fields, shown: set[int], warnings: list[str]) -> list[Light]:
    """The lights of the nodes `shown`, in the order of the nodes: the first limits.LIGHTS, and a warning if there are
    more."""
    extension = root.extension(NAME)
    kinds = [] if extension is None else extension.children("lights")
    lights = []
    for index, node in enumerate(root.children("nodes")):
        fields = node.extension(NAME)
        if fields is not None and index in shown:
            lights.append(_read_light(kinds[fields.index("light", len(kinds))], index))
    if len(lights) > limits.LIGHTS:
        warnings.append(f"the model has {len(lights)} lights; only the first {limits.LIGHTS} of them shine")
    return lights[: limits.LIGHTS]


def _read_light(fields: Fields, node: int) -> Light:
    kind = fields.string("type")
    if kind not in ("directional", "point", "spot"):
        raise fields.wrong("type", "directional, point or spot")
    red, green, blue = clamped(fields, "color", (1.0, 1.0, 1.0))
    spot = fields.required_child("spot") if kind == "spot" else Fields({}, fields.path)
    outer = spot.number("outerConeAngle", math.pi / 4, low=0, high=math.pi / 2)
    return Light(
        node=node,
        kind=kind,
        color=(red, green, blue),
        intensity=fields.number("intensity", 1.0, low=0, high=limits.COORDINATE),
        reach=fields.number("range", math.inf, low=1e-9, high=math.inf) if fields.has("range") else math.inf,
        inner_angle=min(spot.number("innerConeAngle", 0.0, low=0, high=math.pi / 2), outer),
        outer_angle=outer,
    )
