"""Wheels: tyres with rims."""

import numpy as np

from renderer.generate.shapes.solids import around, rod, scaled, turned
from renderer.samples.geometry import torus
from renderer.samples.mesh import Mesh, joined


def tyre(radius: float, width: float, hole: float = 0.62) -> Mesh:
    """A tyre about the x axis at the origin; `hole` is the share of the radius inside it."""
    half, inner, soft = width / 2, radius * hole, width * 0.22
    profile = (
        (inner, -half * 0.8), (radius * 0.9, -half, soft * 0.6), (radius, -half * 0.72, soft),
        (radius, half * 0.72, soft), (radius * 0.9, half, soft * 0.6), (inner, half * 0.8), (inner, -half * 0.8),
    )
    return turned(*profile, segments=56, steps=3).turned("z", 90)


def rim(radius: float, width: float, spokes: int = 5) -> Mesh:
    """What fills a tyre whose hole has this radius: a dish and spokes on both sides."""
    half = width / 2
    barrel = turned(
        (0, -half * 0.35), (radius * 0.9, -half * 0.35), (radius * 1.03, -half * 0.85), (radius * 1.03, half * 0.85),
        (radius * 0.9, half * 0.35), (0, half * 0.35), segments=48,
    )
    arm = rod(
        np.array([(0, 0, radius * 0.1), (0, 0, radius * 0.92)]), radius * 0.15, radius * 0.12, segments=12,
    ).moved(y=half * 0.45)
    hub = turned(
        (0, -half * 0.8), (radius * 0.2, -half * 0.8, half * 0.1), (radius * 0.24, 0),
        (radius * 0.2, half * 0.8, half * 0.1), (0, half * 0.8), segments=32,
    )
    front = around(arm, spokes)
    return joined([barrel, hub, front, scaled(front, 1, -1, 1)]).turned("z", 90)


def spoked(radius: float, thick: float, spokes: int = 16) -> tuple[Mesh, Mesh]:
    """A bicycle's wheel about the x axis: its tyre; its rim, spokes and hub."""
    hoop = torus(radius - thick / 2, thick, 72, 16).turned("z", 90)
    band = torus(radius - thick * 1.2, thick * 0.7, 72, 12)
    wire = rod(np.array([(0, thick * 0.5, 0), (0, 0, radius - thick)]), thick * 0.07, segments=6, round_ends=1)
    wires = joined([around(wire, spokes), around(scaled(wire, 1, -1, 1), spokes, 180 / spokes)])
    hub = turned((0, -thick), (thick * 0.5, -thick), (thick * 0.5, thick), (0, thick), segments=20)
    return hoop, joined([band, wires, hub]).turned("z", 90)
