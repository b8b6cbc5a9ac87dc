"""Smooth closed bodies: distance fields that blend, and the surface through them.

A field takes points (3, n) and gives about their distances (n,) in metres to a surface, negative inside.
"""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from renderer.arrays import Array, Float32, Float64
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.nets import nets
from renderer.generate.shapes.parts import Vector
from renderer.samples.mesh import Mesh, rotation

Field = Callable[[Float32], Float32]

_BLOCK = 4
"""Cells along a side of a block: blocks far from the surface are skipped, about four fifths of a creature's."""


def ellipsoid(at: Vector, radii: Vector, turn: tuple[str, float] | None = None) -> Field:
    """`turn` is an axis and degrees, about the ellipsoid's middle."""
    centre, half = _column(at), _column(radii)
    matrix = rotation(*turn).T.astype(np.float32) if turn else None

    def field(points: Float32) -> Float32:
        local: Array = points - centre
        if matrix is not None:
            local = matrix @ local
        outer = _length(local / half)
        slope = _length(local / half / half) + np.float32(1e-9)
        distance: Float32 = outer * (outer - 1) / slope
        return distance

    return field


def limb(a: Vector, b: Vector, ra: float, rb: float) -> Field:
    """A rod from a to b with round ends, whose radius goes evenly from `ra` to `rb`."""
    start, way = _column(a), _column(b) - _column(a)
    toward = way[:, 0] / (way * way).sum()

    def field(points: Float32) -> Float32:
        local = points - start
        share = np.clip(toward @ local, 0, 1)
        local -= share * way
        distance: Float32 = _length(local) - (np.float32(ra) + np.float32(rb - ra) * share)
        return distance

    return field


def chain(points: list[Vector], radii: list[float]) -> Field:
    """Limbs one behind the other."""
    pairs = zip(points, points[1:], radii, radii[1:], strict=False)
    return union(*(limb(a, b, ra, rb) for a, b, ra, rb in pairs))


def brick(at: Vector, half: Vector, edge: float) -> Field:
    """A box of these half sizes with edges rounded by `edge`."""
    centre, inner = _column(at), _column(half) - np.float32(edge)

    def field(points: Float32) -> Float32:
        beyond = np.abs(points - centre) - inner
        distance: Float32 = _length(np.maximum(beyond, 0)) + np.minimum(beyond.max(axis=0), 0) - np.float32(edge)
        return distance

    return field


def drum(at: Vector, radius: float, half: float, edge: float) -> Field:
    """A cylinder along the x axis, its rims rounded by `edge`."""
    centre, inner = _column(at), np.array([[half - edge], [radius - edge]], np.float32)

    def field(points: Float32) -> Float32:
        local = points - centre
        beyond = np.stack([np.abs(local[0]), _length(local[1:])]) - inner
        distance: Float32 = _length(np.maximum(beyond, 0)) + np.minimum(beyond.max(axis=0), 0) - np.float32(edge)
        return distance

    return field


def prism(outline: Sequence[tuple[float, float]], half: float, edge: float, lean: float = 0.0) -> Field:
    """A closed outline in (z, y), 2 * `half` wide along x, its edges rounded by `edge`. Upwards of the outline's lowest
    point it gets narrower, by the share `lean` per metre."""
    points = np.array(outline, np.float32)
    foot = points[:, 1].min()
    ways = np.roll(points, -1, axis=0) - points

    def field(places: Float32) -> Float32:
        across, height, ahead = places
        least = np.full(len(ahead), np.inf, np.float32)
        inside = np.zeros(len(ahead), bool)
        for (z0, y0), (along, rise) in zip(points, ways, strict=True):
            z, y = ahead - z0, height - y0
            share = np.clip((z * along + y * rise) / (along * along + rise * rise), 0, 1)
            least = np.minimum(least, (z - share * along) ** 2 + (y - share * rise) ** 2)
            if rise != 0:
                inside ^= ((y >= 0) != (y >= rise)) & (z < y * (along / rise))
        side = np.where(inside, np.float32(-1), np.float32(1)) * np.sqrt(least)
        narrow = np.float32(half) * np.clip(1 - np.float32(lean) * (height - foot), 0.2, 1.2)
        beyond = np.stack([side, np.abs(across) - narrow]) + np.float32(edge)
        distance: Float32 = _length(np.maximum(beyond, 0)) + np.minimum(beyond.max(axis=0), 0) - np.float32(edge)
        return distance

    return field


def grown(field: Field, by: float) -> Field:
    """Larger on all sides by so many metres."""
    return lambda points: field(points) - np.float32(by)


def union(*fields: Field) -> Field:
    return lambda points: reduce(np.minimum, (field(points) for field in fields))


def blend(width: float, *fields: Field) -> Field:
    """The union with valleys filled over about `width` metres."""

    def two(a: Float32, b: Float32) -> Float32:
        near = np.maximum(np.float32(width) - np.abs(a - b), 0)
        merged: Float32 = np.minimum(a, b) - near * near / np.float32(4 * width)
        return merged

    return lambda points: reduce(two, (field(points) for field in fields))


def carved(body: Field, tool: Field, width: float) -> Field:
    """The body without the tool; the edge is rounded over about `width` metres."""

    def field(points: Float32) -> Float32:
        a, b = body(points), -tool(points)
        near = np.maximum(np.float32(width) - np.abs(a - b), 0)
        left: Float32 = np.maximum(a, b) + near * near / np.float32(4 * width)
        return left

    return field


def common(a: Field, b: Field, width: float) -> Field:
    """What lies in both."""
    return carved(a, lambda points: -b(points), width)


def twin(field: Field) -> Field:
    """What is drawn at x >= 0, on both sides of x = 0."""

    def both(points: Float32) -> Float32:
        folded = points.copy()
        np.abs(folded[0], out=folded[0])
        return field(folded)

    return both


def surface(field: Field, low: Vector, high: Vector, cell: float) -> Mesh:
    """The closed surface of a field that is positive on the border of the box from `low` to `high`."""
    start, pitch = _column(low), np.float32(cell)
    counts = tuple(int(count) for count in np.ceil((np.array(high) - low) / (cell * _BLOCK)))
    far = field(start + (np.indices(counts).reshape(3, -1) + np.float32(0.5)).astype(np.float32) * pitch * _BLOCK)
    far = far.reshape(counts)
    # Blends and ellipsoids may tell less or more than the true distance: half as much again is on the safe side.
    near = np.abs(far) < 1.5 * np.sqrt(3) / 2 * _BLOCK * cell
    values = np.ones([count * _BLOCK + 1 for count in counts], np.float32)
    values[:-1, :-1, :-1] = _refined(np.where(far < 0, np.float32(-1), np.float32(1)))
    needed = np.zeros(values.shape, bool)
    cells = _refined(near)
    for x, y, z in np.ndindex(2, 2, 2):  # a block's last corners are its neighbour's first
        needed[x : x + cells.shape[0], y : y + cells.shape[1], z : z + cells.shape[2]] |= cells
    values[needed] = field(start + np.argwhere(needed).T.astype(np.float32) * pitch)
    positions, quads = nets(values)
    places = _onto(field, start + positions.T.astype(np.float32) * pitch, cell)
    normals = _slopes(field, places, cell).T.astype(np.float64)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = places.T.astype(np.float64)
    return boxed(Mesh(points, normals, np.zeros((len(points), 2)), _split(points, quads)))


def nearest(field: Field, at: Vector) -> Vector:
    """The point of a field's surface near to `at`."""
    size = float(abs(field(_column(at))[0])) + 1e-4
    for _ in range(3):
        x, y, z = _onto(field, _column(at), 2 * size)[:, 0]
        at = float(x), float(y), float(z)
    return at


def _refined(blocks: Array) -> Array:
    """Each block's value for each of its cells."""
    return blocks.repeat(_BLOCK, 0).repeat(_BLOCK, 1).repeat(_BLOCK, 2)


def _onto(field: Field, points: Float32, cell: float) -> Float32:
    """Two steps of Newton's towards the surface, no farther than half a cell along each axis."""
    for _ in range(2):
        slope = _slopes(field, points, cell)
        step = field(points) * slope / np.maximum((slope * slope).sum(axis=0), 1e-6)
        points = points - np.clip(step, -0.5 * cell, 0.5 * cell).astype(np.float32)
    return points


def _slopes(field: Field, points: Float32, cell: float) -> Float32:
    """The gradient (3, n), from four corners of a tetrahedron."""
    reach = np.float32(0.25 * cell)
    total = np.zeros_like(points)
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        way = _column(corner)
        total += way * field(points + way * reach)
    slopes: Float32 = total / (4 * reach)
    return slopes


def _split(points: Float64, quads: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Each quad as two triangles along its shorter diagonal."""
    a, b, c, d = (points[quads[:, k]] for k in range(4))
    first = np.linalg.norm(a - c, axis=1) <= np.linalg.norm(b - d, axis=1)
    one = np.where(first[:, None], quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    two = np.where(first[:, None], quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    return np.concatenate([one, two]).astype(np.uint32)


def _length(vectors: Array) -> Float32:
    """Of the columns. Twice as quick as np.hypot or np.linalg.norm."""
    length: Float32 = np.sqrt(sum(row * row for row in vectors))
    return length


def _column(values: Vector) -> Float32:
    return np.array(values, np.float32)[:, None]
