"""What spins: platter, mat, record, label and spindle. The origin is the spindle's axis at the plinth's top."""

import numpy as np

from renderer.samples.finishes import Finishes
from renderer.samples.geometry import lathe
from renderer.samples.glb import Piece
from renderer.samples.mesh import Mesh
from renderer.samples.textures import STROBE_TILES

PLATTER_RADIUS = 0.1560
PLATTER_FLOOR, PLATTER_TOP = 0.0045, 0.0270
RECORD_RADIUS, LABEL_RADIUS = 0.1505, 0.0500
RECORD_TOP = 0.0315
STYLUS_RADIUS = 0.1130
"""How far from the spindle the stylus plays, a few minutes into the side."""
TRACK_GAPS = (0.185, 0.37, 0.555, 0.70, 0.865)
"""Where the gaps between tracks lie, as v of the record's face."""

_ROUND = 192


def turntable(finishes: Finishes) -> tuple[Piece, ...]:
    r, low, top = PLATTER_RADIUS, PLATTER_FLOOR, PLATTER_TOP
    wall = lathe((r, low + 0.0030), (r, top - 0.0030), segments=_ROUND)
    wall = wall.with_uvs(wall.uvs * (STROBE_TILES, 1.0))
    foot = lathe(
        (r - 0.040, low),
        (r - 0.012, low, 0.002),
        (r - 0.0050, low + 0.0005, 0.0006),
        (r, low + 0.0020, 0.0008),
        (r, low + 0.0030),
        segments=_ROUND,
    )
    # The rim rises above the mat, so that the record seems to lie in a dish.
    lip = lathe(
        (r, top - 0.0030),
        (r, top, 0.0014),
        (r - 0.0040, top + 0.0004, 0.0008),
        (r - 0.0052, top - 0.0018, 0.0005),
        (r - 0.0100, top - 0.0018),
        steps=4,
        segments=_ROUND,
    )
    mat = lathe(
        (r - 0.0065, top - 0.0018),
        (r - 0.0065, top + 0.0016, 0.001),
        (RECORD_RADIUS - 0.0100, top + 0.0016),
        segments=_ROUND,
    )
    spindle = lathe(
        (0.0036, top),
        (0.0036, RECORD_TOP + 0.0050, 0.0022),
        (0.0016, RECORD_TOP + 0.0075, 0.0016),
        (0, RECORD_TOP + 0.0075),
        segments=40,
    )
    return (
        (finishes.strobe, wall),
        (finishes.brushed, foot),
        (finishes.brushed, lip),
        (finishes.rubber, mat),
        (finishes.chrome, spindle),
        *((finishes.vinyl, mesh) for mesh in _record()),
        (finishes.label, _label()),
    )


def _record() -> list[Mesh]:
    """The disc's edge and dead wax, then the grooved face, whose v spans the playing area."""
    r, top, bottom = RECORD_RADIUS, RECORD_TOP, RECORD_TOP - 0.0024
    grooved = lathe((r - 0.0030, top - 0.0002), (LABEL_RADIUS + 0.0060, top - 0.0002), segments=_ROUND)
    # Plain parts take their v from the smooth gap at TRACK_GAPS[0].
    edge = lathe(
        (LABEL_RADIUS, bottom),
        (r, bottom, 0.0010),
        (r, top, 0.0010),
        (r - 0.0030, top - 0.0002),
        segments=_ROUND,
    )
    wax = lathe(
        (LABEL_RADIUS + 0.0060, top - 0.0002),
        (LABEL_RADIUS + 0.0035, top, 0.002),
        (LABEL_RADIUS - 0.001, top),
        segments=_ROUND,
    )
    plain = [
        mesh.with_uvs(np.column_stack([mesh.uvs[:, 0], TRACK_GAPS[0] + (mesh.uvs[:, 1] - 0.5) * 0.004]))
        for mesh in (edge, wax)
    ]
    return [grooved, *plain]


def _label() -> Mesh:
    paper = lathe(
        (LABEL_RADIUS, RECORD_TOP),
        (LABEL_RADIUS, RECORD_TOP + 0.0003, 0.0002),
        (0.0036, RECORD_TOP + 0.0003),
        segments=_ROUND,
    )
    return paper.with_uvs(0.5 + paper.positions[:, [0, 2]] / (2 * LABEL_RADIUS))
