"""Abstract forms: what stands for a thing that the library has no shape of."""

import numpy as np

from renderer.arrays import Float64
from renderer.generate.shapes.parts import Anchor, Look, Model, Shape
from renderer.generate.shapes.solids import box, part, tunnel
from renderer.samples.mesh import Mesh


def _sculpture(look: Look) -> Model:
    """A twisted band in the shape of a knot, on a plinth; the seed chooses its windings."""
    rng = np.random.default_rng(look.seed)
    p, q = ((2, 3), (3, 2), (2, 5), (3, 4))[int(rng.integers(4))]
    turns = int(rng.integers(1, 4))
    t = np.linspace(0, 2 * np.pi, 321)
    spread = 0.5 + 0.12 * np.cos(q * t)
    way = np.column_stack(
        [(0.115 * spread * 2 * np.cos(p * t)), 0.075 * np.sin(q * t), (0.115 * spread * 2 * np.sin(p * t))]
    )
    way[-1] = way[0]
    loop = _banded(way, 0.021, 0.011, turns).turned("x", 62).turned("y", 20)
    loop = loop.moved(y=0.085 - float(loop.positions[:, 1].min()))
    plinth = box(0.15, 0.08, 0.15, 0.006, 3).moved(y=0.04)
    foot = box(0.17, 0.016, 0.17, 0.004, 2).moved(y=0.008)
    pin = box(0.02, 0.05, 0.02, 0.006).moved(y=0.095)
    top = float(loop.positions[:, 1].max())
    return Model(
        (part("body", "bronze", loop, pin), part("base", "black marble", plinth, foot)),
        {"top": Anchor((0, top, 0), 0.05), "front": Anchor((0, 0.04, 0.076), 0.1)},
    )


def _banded(way: Float64, wide: float, thick: float, turns: int) -> Mesh:
    """A closed band with an oval section that turns by `turns` half turns along the way."""
    ways = np.roll(way[:-1], -1, axis=0) - np.roll(way[:-1], 1, axis=0)
    ways = np.concatenate([ways, ways[:1]])
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    side = np.cross(ways, way - way[:-1].mean(axis=0))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(ways, side)
    angle = np.linspace(0, 2 * np.pi * turns, len(way))[:, None, None]
    a = np.cos(angle) * side[:, None] + np.sin(angle) * up[:, None]
    b = -np.sin(angle) * side[:, None] + np.cos(angle) * up[:, None]
    section = np.linspace(0, 2 * np.pi, 29)[None, :, None]
    return tunnel(way[:, None] + wide * np.cos(section) * a + thick * np.sin(section) * b)


SHAPES = (
    Shape("sculpture", "abstract", ("sculpture", "abstract form", "abstract sculpture", "artwork", "ornament", "knot"),
          ("body", "base"), ("body",), (), _sculpture),
)
