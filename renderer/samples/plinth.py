"""The body: feet, tray, walnut plinth, wordmark, controls, adapter and the sockets at the back. y = 0 is the ground."""

import numpy as np

from renderer.samples.finishes import Finishes
from renderer.samples.geometry import block, fluted, lathe, profile, rectangle, revolve, tube
from renderer.samples.glb import Piece
from renderer.samples.lettering import wordmark
from renderer.samples.mesh import Mesh
from renderer.samples.wood import BAND_ROWS, HEIGHT, TOP_ROW

WIDTH, DEPTH = 0.450, 0.360
FLOOR, TOP = 0.0270, 0.0950
"""Heights of the walnut's lower and upper face over the ground."""
BUTTON = (-0.1880, 0.1430)
"""Centre of the start button on the top, (x, z)."""
ADAPTER = (-0.1900, -0.1440)
"""Centre of the puck for records with a large hole, which waits at the back left."""
_CORNER = 0.024
_BEVEL = 0.0045


def body(finishes: Finishes) -> tuple[Piece, ...]:
    return (
        *_walnut(finishes),
        *_underside(finishes),
        *_lettering(finishes),
        *_knob(finishes),
        *_button(finishes),
        _adapter(finishes),
        *_sockets(finishes),
    )


def _walnut(finishes: Finishes) -> list[Piece]:
    """The veneer runs round the sides as one band and folds over the bevel; the top is one board, its grain along x."""
    ring = rectangle(WIDTH, DEPTH, _CORNER, steps=16)
    inner = _CORNER - _BEVEL
    band = revolve(
        profile((inner - 0.006, FLOOR), (_CORNER, FLOOR, 0.0030), (_CORNER, TOP, _BEVEL), (inner, TOP), steps=6), ring
    )
    band = band.with_uvs(np.column_stack([band.uvs[:, 0] * 2.0, 0.004 + band.uvs[:, 1] * (BAND_ROWS / HEIGHT - 0.008)]))
    top = revolve(profile((inner, TOP), (0, TOP)), ring)
    across = TOP_ROW / HEIGHT + (0.5 + top.positions[:, 2] / DEPTH) * (1.0 - TOP_ROW / HEIGHT)
    top = top.with_uvs(np.column_stack([0.5 + top.positions[:, 0] / WIDTH, across]))
    return [(finishes.walnut, band), (finishes.walnut, top)]


def _underside(finishes: Finishes) -> list[Piece]:
    """A dark tray set back under the walnut, so that the body floats on a shadow line, and four feet."""
    tray = block(WIDTH - 0.020, 0.014, DEPTH - 0.020, 0.016, 0.002, 6).moved(y=0.0150)
    rubber = lathe(
        (0, 0), (0.0175, 0, 0.0016), (0.0190, 0.0085, 0.0010), (0.0180, 0.0092, 0.0005), (0.0120, 0.0092), segments=40
    )
    metal = lathe(
        (0.0120, 0.0088),
        (0.0215, 0.0088, 0.0008),
        (0.0215, 0.0135, 0.0008),
        (0.0150, 0.0142),
        (0.0150, 0.0170),
        segments=48,
    )
    places = [(x, z) for x in (-0.176, 0.176) for z in (-0.132, 0.132)]
    feet = [
        (material, mesh.moved(x=x, z=z))
        for x, z in places
        for material, mesh in ((finishes.rubber, rubber), (finishes.brushed, metal))
    ]
    return [(finishes.satin, tray), *feet]


def _lettering(finishes: Finishes) -> list[Piece]:
    """The wordmark as half-sunk brass wire on the front."""
    strokes, width = wordmark()
    scale = 0.094 / width
    pieces: list[Piece] = []
    for stroke in strokes:
        flat = stroke * scale
        path = np.column_stack(
            [flat[:, 0] - 0.196, flat[:, 1] + (FLOOR + TOP) / 2 - 0.0098, np.full(len(flat), DEPTH / 2)]
        )
        pieces.append((finishes.brass, tube(path, 0.00105, 8, 2)))
    return pieces


def _knob(finishes: Finishes) -> list[Piece]:
    """The speed knob on the front face, its line pointing at 33, with two lamps for 33 and 45."""
    x, y, z = 0.158, (FLOOR + TOP) / 2, DEPTH / 2

    def on_front(mesh: Mesh) -> Mesh:
        return mesh.turned("x", 90).moved(x, y, z)

    rose = lathe((0, 0), (0.0205, 0), (0.0205, 0.0014, 0.0006), (0, 0.0014), segments=96)
    skirt = revolve(profile((0.0160, 0.0014), (0.0160, 0.0150, 0.0006), (0.0150, 0.0158)), fluted(60, 0.035, 6))
    face = lathe((0.0152, 0.0152), (0.0152, 0.0168, 0.0010), (0.0040, 0.0164), (0, 0.0164), segments=96)
    line = block(0.0012, 0.0008, 0.0075, 0.0003, 0.0002).moved(y=0.0162, z=-0.0100).turned("y", 28)
    lamp = lathe((0, 0), (0.0019, 0), (0.0019, 0.0012, 0.0009), (0, 0.0012), segments=32)
    bezel = lathe((0, 0), (0.0030, 0), (0.0030, 0.0009, 0.0004), (0, 0.0009), segments=40)
    angles = np.radians([118.0, 62.0])
    lamps: list[Piece] = []
    for angle, material in zip(angles, (finishes.glow, finishes.ivory), strict=True):
        dx, dy = 0.0290 * np.cos(angle), 0.0290 * np.sin(angle)
        lamps += [(material, on_front(lamp).moved(dx, dy, 0.0004)), (finishes.satin, on_front(bezel).moved(dx, dy))]
    return [
        (finishes.satin, on_front(rose)),
        (finishes.aluminium, on_front(skirt)),
        (finishes.brushed, on_front(face)),
        (finishes.coral, on_front(line)),
        *lamps,
    ]


def _button(finishes: Finishes) -> list[Piece]:
    """The start button: a dished aluminium cap in a glowing ring."""
    collar = lathe((0.0212, 0), (0.0212, 0.0030, 0.0008), (0.0196, 0.0030, 0.0004), (0.0192, 0.0020), segments=96)
    light = lathe((0.0194, 0.0010), (0.0194, 0.0036, 0.0012), (0.0142, 0.0036, 0.0012), (0.0142, 0.0010), segments=96)
    cap = lathe(
        (0.0138, 0.0005),
        (0.0138, 0.0050, 0.0009),
        (0.0122, 0.0050, 0.0010),
        (0.0060, 0.0040, 0.02),
        (0, 0.0038),
        segments=96,
    )
    x, z = BUTTON
    pieces = ((finishes.satin, collar), (finishes.glow, light), (finishes.brushed, cap))
    return [(material, mesh.moved(x, TOP, z)) for material, mesh in pieces]


def _adapter(finishes: Finishes) -> Piece:
    """The aluminium puck that centres singles: a low cone with a step and a hole for the spindle."""
    puck = lathe(
        (0.0190, 0),
        (0.0190, 0.0036, 0.0008),
        (0.0172, 0.0036, 0.0005),
        (0.0166, 0.0105, 0.0014),
        (0.0062, 0.0122, 0.0012),
        (0.0040, 0.0104, 0.0006),
        (0.0038, 0.0010),
        segments=80,
    )
    return finishes.brushed, puck.moved(ADAPTER[0], TOP, ADAPTER[1])


def _sockets(finishes: Finishes) -> list[Piece]:
    """A black panel at the back with two phono jacks, an earth post and the power inlet."""
    panel = block(0.128, 0.0020, 0.034, 0.0050, 0.0008, 5).turned("x", -90).moved(0.0, (FLOOR + TOP) / 2, -DEPTH / 2)
    shell = lathe(
        (0, 0),
        (0.0056, 0),
        (0.0056, 0.0016, 0.0004),
        (0.0042, 0.0016),
        (0.0042, 0.0100, 0.0006),
        (0.0030, 0.0100, 0.0004),
        (0.0030, 0.0040),
        (0, 0.0040),
        segments=48,
    )
    collar = lathe((0, 0.0), (0.0078, 0.0), (0.0078, 0.0010, 0.0004), (0, 0.0010), segments=48)
    nut = revolve(
        profile((0, 0), (0.0062, 0), (0.0062, 0.0060, 0.0008), (0.0030, 0.0066), (0.0022, 0.0120, 0.0008), (0, 0.0120)),
        fluted(20, 0.08),
    )
    inlet = lathe(
        (0.0030, 0.0),
        (0.0072, 0.0),
        (0.0072, 0.0030, 0.0006),
        (0.0056, 0.0030, 0.0004),
        (0.0056, 0.0006),
        (0.0030, 0.0006),
        segments=48,
    )
    pin = tube(np.array([(0.0, 0.0, 0.0), (0.0, 0.0028, 0.0)]), 0.0011, 12)

    def at_back(x: float, *pieces: Piece) -> list[Piece]:
        return [
            (material, mesh.turned("x", -90).moved(x, (FLOOR + TOP) / 2, -DEPTH / 2 - 0.0020))
            for material, mesh in pieces
        ]

    return [
        (finishes.satin, panel),
        *at_back(0.046, (finishes.coral, collar), (finishes.brass, shell)),
        *at_back(0.024, (finishes.ivory, collar), (finishes.brass, shell)),
        *at_back(0.002, (finishes.chrome, nut)),
        *at_back(-0.042, (finishes.rubber, inlet), (finishes.chrome, pin)),
    ]
