"""Every primitive mode rewritten as a plain list of points, lines or triangles (glTF 2.0, section 3.7.2.1)."""

import numpy as np

from renderer.arrays import UInt32
from renderer.scene.nodes import Topology

MODES = (0, 1, 2, 3, 4, 5, 6)
GROWTH = (1, 1, 2, 2, 1, 3, 3)
"""For each mode, how many indices the list has per index of the file, at most."""

POINTS, LINES, LINE_LOOP, LINE_STRIP, TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN = MODES

_TOPOLOGIES = {POINTS: Topology.POINTS, LINES: Topology.LINES, LINE_LOOP: Topology.LINES, LINE_STRIP: Topology.LINES}


def as_list(mode: int, indices: UInt32) -> tuple[Topology, UInt32]:
    """The topology of glTF `mode` and its flat index list; an incomplete last element is dropped."""
    match mode:
        case 1:
            indices = indices[: len(indices) // 2 * 2]
        case 2 if len(indices) > 1:
            indices = np.stack((indices, np.roll(indices, -1)), axis=1).ravel()
        case 3:
            indices = np.stack((indices[:-1], indices[1:]), axis=1).ravel()
        case 4:
            indices = indices[: len(indices) // 3 * 3]
        case 5:
            indices = _without_slivers(_strip(indices))
        case 6:
            hub = np.broadcast_to(indices[:1], max(0, len(indices) - 2))
            indices = _without_slivers(np.stack((indices[1:-1], indices[2:], hub), axis=1))
        case 2:
            indices = indices[:0]
    return _TOPOLOGIES.get(mode, Topology.TRIANGLES), np.ascontiguousarray(indices, np.uint32)


def _strip(indices: UInt32) -> UInt32:
    """(n - 2, 3): triangle i is (i, i + 1 + i % 2, i + 2 - i % 2), so that all wind the same way."""
    first = np.arange(max(0, len(indices) - 2))
    odd = first % 2
    return indices[np.stack((first, first + 1 + odd, first + 2 - odd), axis=1)]


def _without_slivers(triangles: UInt32) -> UInt32:
    """Flat, without the triangles that use a vertex twice: strips are stitched together with those."""
    a, b, c = triangles.T
    whole: UInt32 = triangles[(a != b) & (b != c) & (c != a)]
    return whole.ravel()
