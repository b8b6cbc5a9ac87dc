"""Shapes of product design as meshes: turned bodies, rounded slabs, bent tubes, rings.

Everything solid is one idea: a *profile* (a filleted polyline in the plane of radius and height) revolved about a
*ring*. A ring whose centre jumps between the four corners of a rectangle turns the lathe into a slab with
rounded corners. Lengths are metres. Texture coordinates: u runs counter-clockwise (seen from above) along the ring
from 0 to 1, v along the profile from 1 at its start to 0 at its end.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from renderer.arrays import Float64
from renderer.samples.mesh import Mesh, compacted, joined


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """Points (n, 2) of radius and height, and the unit outward normals there. At a hard edge a point stands twice."""

    points: Float64
    normals: Float64


@dataclasses.dataclass(frozen=True, slots=True)
class Ring:
    """Stations of a revolution, each (m, 2) in (x, z): the vertex of radius r lies at ``centre + r * spoke``."""

    centres: Float64
    spokes: Float64
    normals: Float64


Corner = tuple[float, float] | tuple[float, float, float]


def profile(*corners: Corner, steps: int = 3) -> Profile:
    """An open polyline of (radius, height[, fillet radius]) corners; the outside lies on the right of the way.

    A corner with a fillet becomes an arc of `steps` segments whose normals run on smoothly into flat neighbours;
    one without is a hard edge. So a solid starts on the axis at the bottom, goes out, up, and back to the axis.
    """
    points = np.array([corner[:2] for corner in corners], dtype=np.float64)
    radii = [corner[2] if len(corner) == 3 else 0.0 for corner in corners]
    ways = np.diff(points, axis=0)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    outward = np.column_stack([ways[:, 1], -ways[:, 0]])
    places, normals = [points[0]], [outward[0]]
    for point, radius, before, after in zip(points[1:-1], radii[1:-1], outward[:-1], outward[1:], strict=True):
        turn = np.arctan2(before[0] * after[1] - before[1] * after[0], before @ after)
        if radius == 0.0 or abs(turn) < 1e-9:
            places += [point, point]
            normals += [before, after]
            continue
        # The arc touches both legs; its centre lies inside a convex corner, outside a concave one.
        middle = (before + after) / np.linalg.norm(before + after)
        centre = point - np.sign(turn) * middle * radius / np.cos(turn / 2)
        for part in np.linspace(0.0, turn, steps + 1):
            c, s = np.cos(part), np.sin(part)
            normal = np.array([c * before[0] - s * before[1], s * before[0] + c * before[1]])
            places.append(centre + np.sign(turn) * radius * normal)
            normals.append(normal)
    return Profile(np.array([*places, points[-1]]), np.array([*normals, outward[-1]]))


def circle(segments: int) -> Ring:
    directions = _directions(np.linspace(0.0, 2 * np.pi, segments + 1))
    return Ring(np.zeros_like(directions), directions, directions)


def fluted(flutes: int, depth: float, steps: int = 8) -> Ring:
    """A circle with `flutes` smooth waves; `depth` is a share of the radius."""
    angles = np.linspace(0.0, 2 * np.pi, flutes * steps + 1)
    swell = 1.0 - depth * (0.5 - 0.5 * np.cos(flutes * angles)) ** 2
    slope = -depth * flutes * (0.5 - 0.5 * np.cos(flutes * angles)) * np.sin(flutes * angles)
    spokes = _directions(angles) * swell[:, None]
    normals = _directions(angles) * swell[:, None] - _directions(angles + np.pi / 2) * slope[:, None]
    return Ring(np.zeros_like(spokes), spokes, normals / np.linalg.norm(normals, axis=1, keepdims=True))


def rectangle(width: float, depth: float, corner: float, steps: int = 8) -> Ring:
    """A rectangle in (x, z) with rounded corners; profiles on it measure radius from the corners' centres, to `corner`.

    It starts and ends in the middle of the left side, so that no corner holds the seam.
    """
    quarter = np.linspace(0.0, np.pi / 2, steps + 1)
    half = np.array([width / 2 - corner, depth / 2 - corner])
    centres, angles = [np.array([[-half[0], 0.0]])], [np.array([np.pi])]
    for k, signs in enumerate([(-1, 1), (1, 1), (1, -1), (-1, -1)]):
        centres.append(np.tile(half * signs, (steps + 1, 1)))
        angles.append(np.pi + k * np.pi / 2 + quarter)
    directions = _directions(np.concatenate([*angles, [3 * np.pi]]))
    return Ring(np.concatenate([*centres, centres[0]]), directions, directions)


def revolve(outline: Profile, ring: Ring) -> Mesh:
    """The surface that the profile sweeps along the ring; where an end lies at radius 0, it is closed."""
    radius, height = outline.points.T
    rows, columns = len(radius), len(ring.spokes)
    plane = ring.centres + radius[:, None, None] * ring.spokes
    positions = np.stack([plane[..., 0], np.broadcast_to(height[:, None], (rows, columns)), plane[..., 1]], axis=-1)
    flat = outline.normals[:, 0, None, None] * ring.normals
    rise = np.broadcast_to(outline.normals[:, 1, None], (rows, columns))
    normals = np.stack([flat[..., 0], rise, flat[..., 1]], axis=-1)
    widest = plane[np.argmax(radius)]
    u = _shares(np.linalg.norm(np.diff(widest, axis=0), axis=1))
    v = 1.0 - _shares(np.linalg.norm(np.diff(outline.points, axis=0), axis=1))
    uvs = np.stack(np.broadcast_arrays(u[None, :], v[:, None]), axis=-1)
    surface = _sheet(positions, normals, uvs)
    ends = [(k, up) for k, up in ((0, -1.0), (-1, 1.0)) if radius[k] == 0.0]
    return joined([surface, *(_lid(ring.centres, float(height[k]), up) for k, up in ends)])


def lathe(*corners: Corner, segments: int, steps: int = 3) -> Mesh:
    """A turned body: the filleted polyline of `profile`, revolved about the y axis."""
    return revolve(profile(*corners, steps=steps), circle(segments))


def tube(path: Float64, radius: float, segments: int = 12, round_ends: int = 3) -> Mesh:
    """A round rod along a polyline (n, 3), its ends hemispheres of `round_ends` steps."""
    ways = np.gradient(path, axis=0)
    ways[1:-1] = path[2:] - path[:-2]
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    side = np.cross(ways[0], np.eye(3)[np.argmin(np.abs(ways[0]))])
    sides = []
    for way in ways:  # parallel transport: the frame never spins about the path
        side = side - way * (side @ way)
        side /= np.linalg.norm(side)
        sides.append(side)
    across, up = np.array(sides), np.cross(ways, np.array(sides))
    quarter = np.linspace(0.0, np.pi / 2, round_ends + 1)
    tilts = np.concatenate([-quarter[::-1], np.zeros(max(len(path) - 2, 0)), quarter])
    places = np.concatenate([np.zeros(round_ends, int), np.arange(len(path)), np.full(round_ends, len(path) - 1)])
    angles = np.linspace(0.0, 2 * np.pi, segments + 1)
    radial = np.cos(angles)[:, None] * across[places][:, None] + np.sin(angles)[:, None] * up[places][:, None]
    normals = np.cos(tilts)[:, None, None] * radial + np.sin(tilts)[:, None, None] * ways[places][:, None]
    positions = path[places][:, None] + radius * normals
    lengths = _shares(np.linalg.norm(np.diff(positions.mean(axis=1), axis=0), axis=1))
    uvs = np.stack(np.broadcast_arrays(angles[None, :] / (2 * np.pi), 1.0 - lengths[:, None]), axis=-1)
    return _sheet(positions, normals, uvs)


def block(width: float, height: float, depth: float, corner: float, edge: float, steps: int = 3) -> Mesh:
    """A box standing on y = 0: vertical edges rounded by `corner`, horizontal ones by `edge` (at most `corner`)."""
    outline = profile((0, 0), (corner, 0, edge), (corner, height, edge), (0, height), steps=steps)
    return revolve(outline, rectangle(width, depth, corner, steps))


def torus(radius: float, thickness: float, segments: int = 64, sides: int = 16) -> Mesh:
    """A ring about the y axis at y = 0; `radius` to the middle of the section, `thickness` the section's diameter."""
    angles = np.linspace(-np.pi, np.pi, sides + 1)
    normals = np.column_stack([np.cos(angles), np.sin(angles)])
    return revolve(Profile(normals * thickness / 2 + (radius, 0.0), normals), circle(segments))


def bezier(control: Sequence[Sequence[float]], steps: int) -> Float64:
    """Points (steps + 1, dimensions) on a cubic Bezier curve of four control points."""
    a, b, c, d = np.array(control, dtype=np.float64)
    t = np.linspace(0.0, 1.0, steps + 1)[:, None]
    points: Float64 = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
    return points


def _directions(angles: Float64) -> Float64:
    """Unit vectors in (x, z), counter-clockwise seen from above, from +x."""
    return np.column_stack([np.cos(angles), -np.sin(angles)])


def _shares(lengths: Float64) -> Float64:
    """Running sums from 0 to 1."""
    shares: Float64 = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()
    return shares


def _sheet(positions: Float64, normals: Float64, uvs: Float64) -> Mesh:
    """The mesh of a grid of vertices (rows, columns, ...): columns run counter-clockwise, rows upwards."""
    rows, columns = positions.shape[:2]
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quads = np.column_stack([a, a + 1, a + columns + 1, a, a + columns + 1, a + columns]).astype(np.uint32)
    return compacted(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), quads.reshape(-1, 3))


def _lid(centres: Float64, height: float, up: float) -> Mesh:
    """The flat polygon of a ring's centres (nothing for a circle), facing up or down, as a fan."""
    corners = centres[:-1][np.any(np.diff(centres, axis=0) != 0.0, axis=1)]
    positions = np.column_stack([corners[:, 0], np.full(len(corners), height), corners[:, 1]])
    second = np.arange(1, max(len(corners) - 1, 1))
    triangles = np.column_stack([np.zeros_like(second), second, second + 1]).astype(np.uint32)[:, :: int(up)]
    uvs = np.zeros((len(corners), 2)) if len(corners) == 0 else corners - corners.min(axis=0)
    return compacted(positions, np.tile((0.0, up, 0.0), (len(corners), 1)), uvs, triangles)
