"""A model's own lights in a pose, as shaders take them (KHR_lights_punctual)."""

import math

import numpy as np

from renderer.arrays import Float64
from renderer.scene.animation import Pose
from renderer.scene.nodes import Light

BRIGHTEST = 1.0
"""What all of a model's lights together give at most to a white surface that faces them, as outgoing radiance.

Models state lux and candela, from a candle's to the sun's, and no camera's exposure. So all are dimmed by one factor
where they would outshine the light that the model is put into; weaker ones count as they are.
"""


LIGHT_ROWS = 3
"""Vectors that describe a light."""


def light_rows(lights: list[Light], pose: Pose, root: Float64) -> Float64:
    """(LIGHT_ROWS * n, 4): for each light its place (or, with w = 0, the direction towards it); its colour times
    intensity over pi, and 1 / range²; its axis times the slope of its cone's edge, and that edge's offset.
    """
    rows = np.zeros((LIGHT_ROWS * len(lights), 4))
    for number, light in enumerate(lights):
        world = root @ pose.world[light.node]
        away = -world[:3, 2] / max(float(np.linalg.norm(world[:3, 2])), 1e-30)
        place, colour, cone = rows[LIGHT_ROWS * number : LIGHT_ROWS * (number + 1)]
        place[:] = (*-away, 0.0) if light.kind == "directional" else (*world[:3, 3], 1.0)
        colour[:3] = np.array(light.color) * (light.intensity / math.pi)
        colour[3] = 0.0 if math.isinf(light.reach) else 1 / light.reach**2
        cone[3] = 1.0
        if light.kind == "spot":
            # the falloff that the extension's text recommends
            slope = 1 / max(math.cos(light.inner_angle) - math.cos(light.outer_angle), 1e-3)
            cone[:] = (*away * slope, -math.cos(light.outer_angle) * slope)
    return rows


def dimming(rows: Float64, center: Float64, radius: float) -> float:
    """The factor for all lights by which BRIGHTEST holds, about a radius away from those within the model."""
    places, colours = rows[0::LIGHT_ROWS], rows[1::LIGHT_ROWS]
    distances = np.maximum(np.linalg.norm(places[:, :3] - center, axis=1), max(radius, 1e-9))
    total = float((colours[:, :3].mean(axis=1) / np.where(places[:, 3] > 0, distances**2, 1.0)).sum())
    return min(1.0, BRIGHTEST / total) if total > 0 else 1.0
