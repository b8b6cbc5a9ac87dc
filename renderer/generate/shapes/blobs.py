"""Smooth closed bodies: distance fields that blend, and the surface through them.

A field takes points (n, 3) and gives about their distances (n,) in metres to a surface, negative inside.
"""

from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.nets import nets
from renderer.generate.shapes.parts import Vector
from renderer.samples.mesh import Mesh, rotation

Field = Callable[[Float32], Float32]

_BLOCK = 4
"""Cells along a side of a block: blocks far from the surface are skipped, about four fifths of a creature's."""


def ellipsoid(at: Vector, radii: Vector, turn: tuple[str, float] | None = None) -> Field:
    """`turn` is an axis and degrees, about the ellipsoid's middle."""
    centre, half = _row(at), _row(radii)
    matrix = rotation(*turn).astype(np.float32) if turn else None

    def field(points: Float32) -> Float32:
        local = points - centre
        if matrix is not None:
            local = local @ matrix
        scaled = local / half
        outer = np.sqrt(np.einsum("ij,ij->i", scaled, scaled))
        steeper = scaled / half
        slope = np.sqrt(np.einsum("ij,ij->i", steeper, steeper))
        distance: Float32 = outer * (outer - 1) / np.maximum(slope, 1e-6)
        return distance

    return field


def limb(a: Vector, b: Vector, ra: float, rb: float) -> Field:
    """A rod from a to b with round ends, whose radius goes evenly from `ra` to `rb`."""
    start, way = _row(a), _row(b) - _row(a)
    square = np.float32(way @ way)

    def field(points: Float32) -> Float32:
        local = points - start
        share = np.clip(local @ way / square, 0, 1)
        local -= share[:, None] * way
        distance: Float32 = np.sqrt(np.einsum("ij,ij->i", local, local)) - (ra + (rb - ra) * share)
        return distance

    return field


def chain(points: list[Vector], radii: list[float]) -> Field:
    """Limbs one behind the other."""
    pairs = zip(points, points[1:], radii, radii[1:], strict=False)
    return union(*(limb(a, b, ra, rb) for a, b, ra, rb in pairs))


def brick(at: Vector, half: Vector, edge: float, turn: tuple[str, float] | None = None) -> Field:
    """A box of these half sizes with edges rounded by `edge`."""
    centre, inner = _row(at), _row(half) - np.float32(edge)
    matrix = rotation(*turn).astype(np.float32) if turn else None

    def field(points: Float32) -> Float32:
        local = points - centre
        if matrix is not None:
            local = local @ matrix
        beyond = np.abs(local) - inner
        outside = np.maximum(beyond, 0)
        inside = np.minimum(beyond.max(axis=1), 0)
        distance: Float32 = np.sqrt(np.einsum("ij,ij->i", outside, outside)) + inside - np.float32(edge)
        return distance

    return field


def drum(at: Vector, radius: float, half: float, edge: float, axis: str = "x") -> Field:
    """A cylinder along an axis, its rims rounded by `edge`."""
    centre, k = _row(at), "xyz".index(axis)
    others = [each for each in range(3) if each != k]

    def field(points: Float32) -> Float32:
        local = points - centre
        beyond = np.stack(
            [np.hypot(*local[:, others].T) - np.float32(radius - edge), np.abs(local[:, k]) - np.float32(half - edge)]
        )
        outside = np.maximum(beyond, 0)
        distance: Float32 = np.hypot(*outside) + np.minimum(beyond.max(axis=0), 0) - np.float32(edge)
        return distance

    return field


def prism(outline: Sequence[tuple[float, float]], half: float, edge: float, lean: float = 0.0) -> Field:
    """A closed outline in (z, y), 2 * `half` wide along x, its edges rounded by `edge`. Upwards of the outline's lowest
    point it gets narrower, by the share `lean` per metre."""
    points = np.array(outline, np.float32)
    foot = points[:, 1].min()
    ways = np.roll(points, -1, axis=0) - points

    def field(places: Float32) -> Float32:
        least = np.full(len(places), np.inf, np.float32)
        inside = np.zeros(len(places), bool)
        for (z0, y0), (along, rise) in zip(points, ways, strict=True):
            z, y = places[:, 2] - z0, places[:, 1] - y0
            share = np.clip((z * along + y * rise) / (along * along + rise * rise), 0, 1)
            least = np.minimum(least, (z - share * along) ** 2 + (y - share * rise) ** 2)
            if rise != 0:
                inside ^= ((y >= 0) != (y >= rise)) & (z < y * (along / rise))
        side = np.where(inside, -1, 1).astype(np.float32) * np.sqrt(least) + np.float32(edge)
        narrow = np.clip(1 - lean * (places[:, 1] - foot), 0.2, 1.2)
        beyond = np.stack([side, (np.abs(places[:, 0]) - half * narrow).astype(np.float32) + np.float32(edge)])
        outside = np.maximum(beyond, 0)
        distance: Float32 = np.hypot(*outside) + np.minimum(beyond.max(axis=0), 0) - np.float32(edge)
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
        np.abs(folded[:, 0], out=folded[:, 0])
        return field(folded)

    return both


def surface(field: Field, low: Vector, high: Vector, cell: float) -> Mesh:
    """The closed surface of a field that is positive on the border of the box from `low` to `high`."""
    start = _row(low)
    blocks = np.ceil((_row(high) - start) / (cell * _BLOCK)).astype(int)
    middles = start + (np.stack(_grid(blocks), -1).reshape(-1, 3) + 0.5).astype(np.float32) * np.float32(cell * _BLOCK)
    far = field(middles)
    # Blends and ellipsoids may tell less or more than the true distance: half as much again is on the safe side.
    near = np.flatnonzero(np.abs(far) < 1.5 * np.sqrt(3) / 2 * _BLOCK * cell)
    signs = np.where(far.reshape(blocks) < 0, np.float32(-1), np.float32(1))
    values = np.ones(blocks * _BLOCK + 1, np.float32)
    values[:-1, :-1, :-1] = signs.repeat(_BLOCK, 0).repeat(_BLOCK, 1).repeat(_BLOCK, 2)
    steps = np.stack(_grid(np.full(3, _BLOCK + 1)), -1).reshape(-1, 3)
    indices = (np.stack(np.unravel_index(near, tuple(blocks)), -1)[:, None] * _BLOCK + steps).reshape(-1, 3)
    values[tuple(indices.T)] = field(start + indices.astype(np.float32) * np.float32(cell))
    positions, quads = nets(values)
    places = _onto(field, start + positions.astype(np.float32) * np.float32(cell), cell)
    normals = _slopes(field, places, cell).astype(np.float64)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points = places.astype(np.float64)
    return boxed(Mesh(points, normals, np.zeros((len(points), 2)), _split(points, quads)))


def _onto(field: Field, points: Float32, cell: float) -> Float32:
    """Two steps of Newton's towards the surface, no farther than a cell each."""
    for _ in range(2):
        slope = _slopes(field, points, cell)
        step = field(points)[:, None] * slope / np.maximum(np.einsum("ij,ij->i", slope, slope), 1e-6)[:, None]
        points = points - np.clip(step, -0.5 * cell, 0.5 * cell).astype(np.float32)
    return points


def _slopes(field: Field, points: Float32, cell: float) -> Float32:
    """The gradient, from four corners of a tetrahedron."""
    reach = np.float32(0.25 * cell)
    total = np.zeros_like(points)
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        way = np.array(corner, np.float32)
        total += way * field(points + way * reach)[:, None]
    slopes: Float32 = total / (4 * reach)
    return slopes


def _split(points: Float64, quads: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Each quad as two triangles along its shorter diagonal."""
    a, b, c, d = (points[quads[:, k]] for k in range(4))
    first = np.linalg.norm(a - c, axis=1) <= np.linalg.norm(b - d, axis=1)
    one = np.where(first[:, None], quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    two = np.where(first[:, None], quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    return np.concatenate([one, two]).astype(np.uint32)


def _grid(counts: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    return list(np.meshgrid(*(np.arange(count) for count in counts), indexing="ij"))


def _row(values: Vector) -> Float32:
    return np.array(values, np.float32)
