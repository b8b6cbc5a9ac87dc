"""Furniture that holds things, and lamps."""

import numpy as np

from renderer.generate.shapes.parts import Anchor, Finish, Look, Model, Part, Shape, srgb
from renderer.generate.shapes.solids import (
    around,
    ball,
    box,
    disc,
    mirrored,
    part,
    path,
    placed,
    rod,
    turned,
    turned_part,
)
from renderer.samples.mesh import Mesh, joined

_BINDINGS = ("7a2430", "22405f", "2f5a45", "c39a4a", "d9cdb6", "3a3438", "a4532f", "5d4a72")  # sRGB
_LIT = Finish("light", glowing=True)


def _knob(radius: float = 0.014) -> Mesh:
    """On the plane z = 0, towards the front."""
    neck = turned((0, 0), (radius * 0.5, 0), (radius * 0.45, radius, radius / 4), (0, radius), segments=24)
    return joined([neck, ball(radius, 24).moved(y=radius * 1.5)]).turned("x", 90)


def _feet(width: float, depth: float, height: float) -> Mesh:
    foot = turned((0, 0), (0.013, 0, 0.003), (0.022, height, 0.004), (0, height), segments=24)
    return mirrored(joined(foot.moved(x=width / 2 - 0.05, z=z) for z in (depth / 2 - 0.05, 0.05 - depth / 2)))


def _shelf(look: Look) -> Model:
    width, height, depth, board = 0.84, 1.8, 0.30, 0.024
    gaps = 5
    sides = mirrored(box(board, height, depth, 0.004).moved(x=width / 2 - board / 2, y=height / 2))
    pitch = (height - 0.08 - board) / gaps
    levels = [0.08 + pitch * k for k in range(gaps + 1)]
    boards = [box(width - 2 * board + 0.004, board, depth - 0.01, 0.004).moved(y=y) for y in levels]
    back = box(width - 0.02, height - 0.06, 0.008, 0.002).moved(y=height / 2 + 0.02, z=-depth / 2 + 0.008)
    plinth = box(width - 2 * board + 0.004, 0.07, 0.02, 0.004).moved(y=0.037, z=depth / 2 - 0.03)
    parts = [part("body", "oak", sides, *boards, plinth), part("back", "oak", back)]
    if "empty" not in look.features:
        parts += _books(np.random.default_rng(look.seed), levels[:-1], width - 2 * board, pitch - board, board / 2)
    return Model(tuple(parts), {"top": Anchor((0, height, 0), 0.6)})


def _books(rng: np.random.Generator, levels: list[float], width: float, height: float, floor: float) -> list[Part]:
    """Rows of books of all sizes, each row with a gap at one end."""
    covers: dict[str, list[Mesh]] = {}
    pages = []
    for y in levels:
        x = -width / 2 + 0.012
        end = width / 2 - rng.uniform(0.05, 0.3)
        while x < end:
            thick, tall, deep = rng.uniform(0.02, 0.048), rng.uniform(0.66, 0.88) * height, rng.uniform(0.16, 0.21)
            middle, place = x + thick / 2, y + floor + tall / 2
            cover = str(rng.choice(_BINDINGS))
            covers.setdefault(cover, []).append(box(thick, tall, deep, 0.004, 2).moved(middle, place, 0.02))
            pages.append(box(thick - 0.007, tall + 0.0, deep - 0.006, 0.001, 1).moved(middle, place + 0.0015, 0.015))
            x += thick + rng.uniform(0.001, 0.003)
    books = [part("books", Finish("cardboard", srgb(code)), *meshes) for code, meshes in sorted(covers.items())]
    return [*books, part("pages", "paper", *pages)]


def _cabinet(look: Look) -> Model:
    width, height, depth = 0.9, 0.72, 0.42
    low = 0.16
    body = box(width, height, depth, 0.012).moved(y=low + height / 2)
    if "drawers" in look.features:
        fronts = [
            box(width - 0.05, 0.205, 0.02, 0.006).moved(y=low + 0.13 + 0.23 * k, z=depth / 2 + 0.003)
            for k in range(3)
        ]
        knobs = [_knob().moved(x, low + 0.13 + 0.23 * k, depth / 2 + 0.013) for k in range(3) for x in (-0.2, 0.2)]
    else:
        fronts = [
            mirrored(
                box(width / 2 - 0.03, height - 0.05, 0.02, 0.006).moved(
                    x=width / 4 - 0.012, y=low + height / 2, z=depth / 2 + 0.003,
                )
            )
        ]
        knobs = [_knob().moved(x, low + height / 2 + 0.04, depth / 2 + 0.013) for x in (-0.045, 0.045)]
    return Model(
        (
            part("body", "walnut", body), part("doors", "walnut", *fronts), part("handles", "brass", *knobs),
            part("legs", "walnut", _feet(width, depth, low + 0.01)),
        ),
        {"top": Anchor((0, low + height, 0), 0.6), "front": Anchor((0, 0.5, depth / 2 + 0.02), 0.4)},
    )  # fmt: skip


def _wardrobe(look: Look) -> Model:
    width, height, depth = 1.2, 1.95, 0.58
    body = box(width, height, depth, 0.012).moved(y=0.09 + height / 2)
    crown = box(width + 0.06, 0.05, depth + 0.05, 0.018).moved(y=0.09 + height)
    doors = [box(width / 2 - 0.035, height - 0.46, 0.022, 0.006).moved(x=width / 4 - 0.01, y=1.26, z=depth / 2 + 0.004)]
    doors += [box(width / 2 - 0.035, 0.30, 0.022, 0.006).moved(x=width / 4 - 0.01, y=0.29, z=depth / 2 + 0.004)]
    panels = box(width / 2 - 0.15, height - 0.62, 0.02, 0.008).moved(x=width / 4 - 0.01, y=1.26, z=depth / 2 + 0.012)
    pull = rod(path((0.04, 1.15, depth / 2 + 0.01), (0.04, 1.16, depth / 2 + 0.04), (0.04, 1.32, depth / 2 + 0.04),
                    (0.04, 1.33, depth / 2 + 0.01)), 0.007)  # fmt: skip
    return Model(
        (
            part("body", "oak", body, crown), part("doors", "oak", mirrored(joined(doors)), mirrored(panels)),
            part("handles", "brass", mirrored(pull), mirrored(_knob().moved(0.3, 0.29, depth / 2 + 0.014))),
            part("legs", "oak", _feet(width, depth, 0.1)),
        ),
        {"top": Anchor((0, 0.09 + height, 0), 0.8)},
    )  # fmt: skip


def _shade(low: float, bottom: float, high: float, top: float) -> tuple[tuple[float, float], ...]:
    """The closed outline of an open lampshade: radii at two heights, 3 mm thick."""
    wall = 0.003
    return (bottom - wall, low), (bottom, low), (top, high), (top - wall, high), (bottom - wall, low)


def _lamp(look: Look) -> Model:
    base = turned_part(
        "base", "ceramic",
        (0, 0), (0.06, 0, 0.006), (0.062, 0.012, 0.006), (0.095, 0.08, 0.05), (0.085, 0.15, 0.05), (0.022, 0.225, 0.03),
        (0.018, 0.25, 0.004), (0, 0.25), steps=8,
    )  # fmt: skip
    neck = turned((0, 0.24), (0.011, 0.24, 0.002), (0.011, 0.33, 0.002), (0, 0.33), segments=32)
    spokes = around(rod(np.array([(0, 0.46, 0), (0, 0.46, 0.1)]), 0.002, segments=8), 3)
    stem = rod(np.array([(0, 0.33, 0), (0, 0.465, 0)]), 0.003, segments=12)
    return Model(
        (
            base, part("neck", "brass", neck, spokes, stem),
            turned_part("shade", "canvas" if "unlit" in look.features else "lampshade",
                        *_shade(0.27, 0.175, 0.475, 0.115), segments=96),
            part("bulb", _LIT, ball(0.032, 32).moved(y=0.365)),
        ),
        {"top": Anchor((0, 0.475, 0), 0.15), "front": Anchor((0, 0.12, 0.095), 0.08)},
    )  # fmt: skip


def _floor_lamp(look: Look) -> Model:
    leg = placed(
        turned((0, 0), (0.011, 0, 0.003), (0.016, 1.2, 0.005), (0, 1.2), segments=24), (0.32, 0, 0), (-0.26, 1.17, 0),
    )
    hub = turned((0, 1.1), (0.05, 1.1, 0.01), (0.05, 1.16, 0.01), (0.016, 1.18), (0.012, 1.3), (0, 1.3))
    brace = around(rod(np.array([(0.225, 0.42, 0), (0, 0.42, 0)]), 0.007, segments=12), 3)
    return Model(
        (
            part("legs", "oak", around(leg, 3, 90)), part("hub", "brass", hub, brace),
            turned_part("shade", "canvas" if "unlit" in look.features else "lampshade",
                        *_shade(1.16, 0.24, 1.5, 0.21), segments=96),
            part("bulb", _LIT, ball(0.045, 32).moved(y=1.34)),
        ),
        {"top": Anchor((0, 1.5, 0), 0.25)},
    )  # fmt: skip


def _candle(look: Look) -> Model:
    body = turned_part(
        "body", "wax", (0, 0.012), (0.03, 0.012, 0.002), (0.03, 0.14, 0.006), (0.012, 0.136, 0.01), (0, 0.133),
    )
    dish = disc(
        (0, 0), (0.05, 0, 0.004), (0.062, 0.016, 0.001), (0.059, 0.0162, 0.001), (0.046, 0.008, 0.004), (0.0, 0.008),
        steps=6,
    )
    flame = turned((0, 0.147), (0.007, 0.152, 0.006), (0.009, 0.162, 0.009), (0.002, 0.185, 0.02), (0, 0.192), steps=8,
                   segments=32)  # fmt: skip
    drips = [rod(np.array([(r, 0.135, 0), (r, low, 0)]), 0.004, 0.0055, segments=12).turned("y", turn)
             for r, low, turn in ((0.0285, 0.085, 20), (0.0285, 0.105, 75), (0.0285, 0.07, 200))]  # fmt: skip
    handle = rod(
        path((0.055, 0.010, 0), (0.085, 0.020, 0), (0.10, 0.008, 0), (0.085, 0.0, 0), (0.055, 0.006, 0)), 0.004,
    )
    wick = rod(np.array([(0, 0.13, 0), (0.001, 0.152, 0)]), 0.0016, segments=10)
    return Model(
        (
            body, part("drips", "wax", *drips), part("dish", "brass", dish, handle), part("wick", "soil", wick),
            part("flame", Finish("light", srgb("ffb347"), glowing=True), flame),
        ),
        {"top": Anchor((0, 0.14, 0), 0.05)},
    )  # fmt: skip


SHAPES = (
    Shape("shelf", "furniture", ("shelf", "bookshelf", "bookcase", "rack"), ("body", "back", "books", "pages"),
          ("body", "back"), ("empty",), _shelf),
    Shape("cabinet", "furniture", ("cabinet", "sideboard", "dresser", "nightstand", "cupboard", "chest of drawers"),
          ("body", "doors", "handles", "legs"), ("body", "doors", "legs"), ("drawers",), _cabinet),
    Shape("wardrobe", "furniture", ("wardrobe", "closet", "armoire"), ("body", "doors", "handles", "legs"),
          ("body", "doors", "legs"), (), _wardrobe),
    Shape("lamp", "lighting", ("lamp", "table lamp", "desk lamp", "bedside lamp"), ("base", "neck", "shade", "bulb"),
          ("base",), ("unlit",), _lamp),
    Shape("floor lamp", "lighting", ("floor lamp", "standing lamp", "tripod lamp"), ("legs", "hub", "shade", "bulb"),
          ("legs",), ("unlit",), _floor_lamp),
    Shape("candle", "lighting", ("candle", "candlestick", "taper"), ("body", "drips", "dish", "wick", "flame"),
          ("body", "drips"), (), _candle),
)  # fmt: skip
