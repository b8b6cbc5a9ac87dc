"""Surface nets (Gibson 1998) that are manifold: the surface where samples on a grid change their sign.

Each cell has a vertex for each sheet of the surface that passes through it, as in manifold dual contouring (Schaefer,
Ju and Warren 2007): with one vertex only, two sheets in one cell would touch, and an edge would have four triangles.
"""

import functools
from itertools import product

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64, Int64

_CORNERS = tuple(product((0, 1), repeat=3))
_EDGES = tuple((axis, near) for axis in range(3) for near in _CORNERS if near[axis] == 0)
"""The axis that each of a cell's 12 edges runs along, and the corner where it begins."""


def nets(values: Float32) -> tuple[Float64, Int64]:
    """Vertices (n, 3) in steps of the grid, and quads (m, 4) that look towards the positive values.

    `values` (x, y, z) are positive on the border of the grid.
    """
    inside = values < 0
    shape = tuple(size - 1 for size in values.shape)
    code = np.zeros(shape, np.uint8)
    for bit, offset in enumerate(_CORNERS):
        code |= inside[_window(offset, inside.shape)].astype(np.uint8) << bit
    mixed = np.flatnonzero((code > 0) & (code < 255))
    codes = code.reshape(-1)[mixed]
    sheets, counts = _sheets()
    first = np.concatenate([[0], np.cumsum(counts[codes])])
    number = np.full(shape, -1, np.int64)
    number.reshape(-1)[mixed] = np.arange(len(mixed))
    cells = np.stack(np.unravel_index(mixed, shape), -1)
    sums, crossings = np.zeros((first[-1], 3)), np.zeros(first[-1])
    for edge, (axis, near) in enumerate(_EDGES):
        ahead = np.eye(3, dtype=int)[axis]
        a, b = values[tuple((cells + near).T)], values[tuple((cells + near + ahead).T)]
        crossed = np.flatnonzero((a < 0) != (b < 0))
        a, b = a[crossed], b[crossed]
        vertex = first[crossed] + sheets[codes[crossed], edge]
        # No vertex has the same edge twice, so that nothing is lost by adding without np.add.at.
        sums[vertex] += cells[crossed] + near + (a / (a - b))[:, None] * ahead
        crossings[vertex] += 1
    quads = [_quads(inside, axis, number, first, codes, sheets) for axis in range(3)]
    return sums / crossings[:, None], np.concatenate(quads)


def _quads(
    inside: npt.NDArray[np.bool_], axis: int, number: Int64, first: Int64, codes: npt.NDArray[np.uint8], sheets: Int64
) -> Int64:
    """A quad of the four cells round each edge of the grid along `axis` that the surface crosses."""
    one, two = (axis + 1) % 3, (axis + 2) % 3
    ahead = np.eye(3, dtype=int)[axis]
    here = inside[tuple(slice(0 if k == axis else 1, -1) for k in range(3))]
    there = inside[tuple(slice(1, None) if k == axis else slice(1, -1) for k in range(3))]
    edges = np.argwhere(here != there) + (1 - ahead)
    ring = []
    for back_one, back_two in ((1, 1), (0, 1), (0, 0), (1, 0)):
        near = [0, 0, 0]
        near[one], near[two] = back_one, back_two
        cell = number[tuple((edges - near).T)]
        ring.append(first[cell] + sheets[codes[cell], _EDGES.index((axis, tuple(near)))])
    quad = np.stack(ring, -1)
    return np.where(inside[tuple(edges.T)][:, None], quad, quad[:, ::-1])


@functools.cache
def _sheets() -> tuple[Int64, Int64]:
    """For each code of a cell's inner corners: which sheet crosses each edge (256, 12), and how many sheets (256,)."""
    table, counts = np.zeros((256, 12), np.int64), np.zeros(256, np.int64)
    for code in range(256):
        inner = {corner for bit, corner in enumerate(_CORNERS) if code >> bit & 1}
        crossed = [edge for edge in range(12) if len(set(_ends(edge)) & inner) == 1]
        sheet = {edge: edge for edge in crossed}
        for face_axis, side in product(range(3), (0, 1)):
            on_face = [e for e in crossed if all(corner[face_axis] == side for corner in _ends(e))]
            for a, b in product(on_face, on_face):
                # On a face with two inner corners across from each other, the surface cuts off each of them.
                if len(on_face) == 2 or set(_ends(a)) & set(_ends(b)) & inner:
                    kept, gone = sorted((sheet[a], sheet[b]))
                    sheet = {edge: kept if each == gone else each for edge, each in sheet.items()}
        names = sorted(set(sheet.values()))
        for edge, each in sheet.items():
            table[code, edge] = names.index(each)
        counts[code] = len(names)
    return table, counts


def _ends(edge: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    axis, near = _EDGES[edge]
    return near, tuple(1 if k == axis else level for k, level in enumerate(near))


def _window(offset: tuple[int, ...], shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(step, size - 1 + step) for step, size in zip(offset, shape, strict=True))
