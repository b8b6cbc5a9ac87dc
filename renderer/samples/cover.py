"""The dust cover: a shallow smoked acrylic hood on two hinges. The origin is the hinges' axis; closed, it covers +z."""

from renderer.samples.finishes import Finishes
from renderer.samples.geometry import block, lathe, profile, rectangle, revolve
from renderer.samples.glb import Piece

WIDTH, DEPTH, HEIGHT = 0.446, 0.356, 0.060
HINGES = (-0.135, 0.135)
"""Where the hinges sit, x."""
_CORNER, _BEVEL, _SHEET = 0.022, 0.010, 0.0032
_SETBACK = 0.004  # from the axis to the hood's back wall


def hood(finishes: Finishes) -> tuple[Piece, ...]:
    """The sheet is one surface seen from both sides: its inner face, 3 mm behind, would only double the reflections.

    The thickness is drawn where one does see it, at the polished lower edge.
    """
    ring = rectangle(WIDTH, DEPTH, _CORNER, steps=12)
    sheet = revolve(profile((_CORNER, 0), (_CORNER, HEIGHT, _BEVEL), (0, HEIGHT), steps=8), ring)
    edge = revolve(
        profile(
            (_CORNER - _SHEET, 0.0026),
            (_CORNER - _SHEET, 0, 0.0006),
            (_CORNER + 0.0001, 0, 0.0006),
            (_CORNER + 0.0001, 0.0026),
        ),
        ring,
    )
    middle = DEPTH / 2 + _SETBACK
    clamp = block(0.026, 0.0040, 0.0200, 0.0040, 0.0012, 4).turned("x", 90).moved(y=0.0140, z=_SETBACK - 0.0044)
    return (
        (finishes.acrylic, sheet.moved(z=middle)),
        (finishes.acrylic_edge, edge.moved(z=middle)),
        *((finishes.aluminium, clamp.moved(x=x)) for x in HINGES),
    )


def hinges(finishes: Finishes) -> tuple[Piece, ...]:
    """The barrels and the leaves that hold them to the plinth's back, which is the plane z = 0.0025."""
    barrel = lathe((0, -0.019), (0.0052, -0.019, 0.0010), (0.0052, 0.019, 0.0010), (0, 0.019), segments=40).turned(
        "z", 90
    )
    leaf = block(0.026, 0.0036, 0.0260, 0.0040, 0.0012, 4).turned("x", -90).moved(y=-0.0150, z=0.0030)
    return tuple(
        piece for x in HINGES for piece in ((finishes.chrome, barrel.moved(x=x)), (finishes.aluminium, leaf.moved(x=x)))
    )
