"""KHR_lights_punctual out of files: what shines where, and what is refused."""

import math
from typing import Any

import pytest

from renderer.errors import InvalidModel
from renderer.load import limits
from renderer.scene.nodes import Light, Scene
from tests.renderer.load.conftest import Load
from tests.renderer.load.glb_builder import triangle_builder

NAME = "KHR_lights_punctual"


def loaded(load: Load, *lights: dict[str, Any], nodes: int = 1, **node: Any) -> Scene:
    """A triangle, and `nodes` nodes with the first of the lights; further fields of those nodes are `node`."""
    builder = triangle_builder()
    builder.document["extensionsUsed"] = [NAME]
    builder.document["extensions"] = {NAME: {"lights": list(lights)}}
    at = {"extensions": {NAME: {"light": 0}, **node.pop("extensions", {})}, **node}
    for _ in range(nodes):
        index = builder.add("nodes", at)
        builder.document["scenes"][0]["nodes"].append(index)
    return load(builder.glb())


def test_a_spot_is_read_with_all_its_fields(load: Load) -> None:
    scene = loaded(load, {"type": "spot", "color": [1, 0.5, 0], "intensity": 40, "range": 9,
                          "spot": {"innerConeAngle": 0.1, "outerConeAngle": 0.3}})
    assert scene.lights == [Light(1, "spot", (1.0, 0.5, 0.0), 40.0, 9.0, 0.1, 0.3)]
    assert scene.warnings == []


def test_defaults_are_those_of_the_extension(load: Load) -> None:
    [light] = loaded(load, {"type": "spot", "spot": {}}).lights
    assert (light.color, light.intensity, light.inner_angle, light.outer_angle) == ((1, 1, 1), 1, 0, math.pi / 4)
    assert math.isinf(light.reach)


def test_hidden_nodes_do_not_shine(load: Load) -> None:
    hidden = {"KHR_node_visibility": {"visible": False}}
    assert loaded(load, {"type": "point"}, extensions=hidden).lights == []


def test_more_lights_than_shine_are_a_warning(load: Load) -> None:
    scene = loaded(load, {"type": "point"}, nodes=limits.LIGHTS + 1)
    assert len(scene.lights) == limits.LIGHTS
    assert scene.warnings == [f"the model has {limits.LIGHTS + 1} lights; only the first {limits.LIGHTS} of them shine"]


@pytest.mark.parametrize(("light", "says"), [
    ({"type": "sun"}, "type must be directional, point or spot"),
    ({"type": "spot"}, "spot is missing"),
    ({"type": "point", "intensity": -1}, "intensity must be a number from 0"),
    ({"type": "point", "range": 0}, "range must be a number"),
    ({"type": "spot", "spot": {"outerConeAngle": 3}}, "outerConeAngle must be a number"),
    ({"type": "point", "color": [1, 1]}, "color must be a list of 3"),
], ids=["type", "no spot", "intensity", "range", "angle", "colour"])
def test_broken_lights_are_refused_by_name(load: Load, light: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidModel, match=says):
        loaded(load, light)


def test_a_node_with_a_light_that_is_not_there_is_refused(load: Load) -> None:
    with pytest.raises(InvalidModel, match="light must be an index"):
        loaded(load)
