"""Closed meshes of product design. Texture coordinates are metres on the surface.

Outlines are drawn in (x, y), counter-clockwise; what is made of them is `depth` thick along z, centred on z = 0.
Turned bodies stand along y. `samples.geometry` has the sweep that most are made with.
"""

import dataclasses
from collections.abc import Sequence

import mapbox_earcut
import numpy as np

from renderer.arrays import Float64
from renderer.generate.shapes.mapping import boxed
from renderer.generate.shapes.parts import Finish, Part, Vector
from renderer.samples.geometry import Corner, Profile, Ring, circle, profile, rectangle, revolve
from renderer.samples.mesh import Mesh, compacted, joined

_SEGMENTS = 64
"""Of a circle: its edge shows no corners at 1080 pixels."""


def part(role: str, finish: Finish | str, *meshes: Mesh) -> Part:
    """Meshes that have their texture coordinates as one part; a finish may be just a material's name."""
    return Part(role, joined(meshes), Finish(finish) if isinstance(finish, str) else finish)


def turned_part(
    role: str, finish: Finish | str, *corners: Corner, segments: int = _SEGMENTS, steps: int = 4
) -> Part:
    """A turned body as a part whose texture meets itself at the seam."""
    mesh, girth = _turned(profile(*corners, steps=steps), segments)
    return dataclasses.replace(part(role, finish, mesh), girth=girth)


def turned(*corners: Corner, segments: int = _SEGMENTS, steps: int = 4) -> Mesh:
    """The filleted polyline of (radius, height[, fillet]) of `geometry.profile`, revolved about y."""
    return _turned(profile(*corners, steps=steps), segments)[0]


def vessel(
    role: str, finish: Finish | str, *points: tuple[float, float], wall: float, floor: float | None = None
) -> Part:
    """A turned vessel with an outside through `points` (radius, height), from the foot to the lip: a smooth curve. The
    lip is round, the inside `wall` within; its floor is at the height `floor`, or one wall above the foot."""
    mesh, girth = _turned(_vessel(points, wall, points[0][1] + wall if floor is None else floor), _SEGMENTS)
    return dataclasses.replace(part(role, finish, mesh), girth=girth)


def smooth(*points: tuple[float, float], segments: int = _SEGMENTS, steps: int = 8) -> Mesh:
    """A turned body with a smooth outside through `points` (radius, height), which begin and end on the axis."""
    return _turned(_flowing(points, steps), segments)[0]


def smooth_part(role: str, finish: Finish | str, *points: tuple[float, float], segments: int = _SEGMENTS) -> Part:
    mesh, girth = _turned(_flowing(points, 8), segments)
    return dataclasses.replace(part(role, finish, mesh), girth=girth)


def ball(radius: float, segments: int = 48) -> Mesh:
    """A sphere about the origin."""
    tilts = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    normals = np.column_stack([np.cos(tilts), np.sin(tilts)])
    normals[[0, -1], 0] = 0.0
    return _turned(Profile(normals * radius, normals), segments)[0]


def egg(x: float, y: float, z: float, segments: int = 48) -> Mesh:
    """An ellipsoid of these half axes about the origin."""
    return scaled(ball(1.0, segments), x, y, z)


def disc(*corners: Corner, segments: int = _SEGMENTS, steps: int = 4) -> Mesh:
    """Like `turned`, for flat bodies: the texture lies on them straight."""
    return boxed(turned(*corners, segments=segments, steps=steps))


def pillow(width: float, height: float, depth: float, square: float = 5.0, puffed: float = 2.5) -> Mesh:
    """A stuffed box about the origin: a superellipsoid. From above it is the more rectangular the greater `square` is
    (2 is an ellipse), from the side the more the greater `puffed` is."""
    ways = ball(1.0, 64)
    x, y, z = np.abs(ways.positions).T
    flat = x**square + z**square
    reach = (flat ** (puffed / square) + y**puffed) ** (-1 / puffed)
    half = np.array([width, height, depth]) / 2
    rim = np.maximum(flat, 1e-12) ** (puffed / square - 1)
    normals = np.column_stack([rim * x ** (square - 1), y ** (puffed - 1), rim * z ** (square - 1)])
    normals = normals * np.sign(ways.positions) / half
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return boxed(dataclasses.replace(ways, positions=ways.positions * reach[:, None] * half, normals=normals))


def scaled(mesh: Mesh, x: float, y: float, z: float) -> Mesh:
    """Stretched along the axes; a negative factor mirrors. Texture coordinates stretch by the mean."""
    factors = np.array([x, y, z])
    normals = mesh.normals / factors
    triangles = mesh.triangles if x * y * z > 0 else mesh.triangles[:, ::-1]
    return Mesh(
        mesh.positions * factors, normals / np.linalg.norm(normals, axis=1, keepdims=True),
        mesh.uvs * float(np.cbrt(abs(x * y * z))), triangles,
    )  # fmt: skip


def mirrored(mesh: Mesh) -> Mesh:
    """The mesh and its mirror image in x = 0, as for the left and the right."""
    return joined([mesh, scaled(mesh, -1, 1, 1)])


def around(mesh: Mesh, count: int, first: float = 0.0) -> Mesh:
    """`count` copies evenly about the y axis, the first turned by `first` degrees."""
    return joined([mesh.turned("y", first + 360.0 * k / count) for k in range(count)])


def box(width: float, height: float, depth: float, edge: float, steps: int = 3) -> Mesh:
    """A box about the origin whose edges are all rounded by `edge`."""
    ring = rectangle(width, depth, edge, steps)
    low = -height / 2
    mesh = revolve(profile((0, low), (edge, low, edge), (edge, -low, edge), (0, -low), steps=steps), ring)
    return boxed(mesh)


def plate(outline: Profile, depth: float, bevel: float = 0.0, steps: int = 3) -> Mesh:
    """An outline made `depth` thick, its edges rounded by `bevel`, which no convex corner of it may be sharper than."""
    points, normals = outline.points, outline.normals
    inner = points - normals * bevel
    half = depth / 2
    if bevel > 0:
        side = profile((0, -half), (bevel, -half, bevel), (bevel, half, bevel), (0, half), steps=steps)
        side = Profile(side.points[1:-1], side.normals[1:-1])
        side.points[[0, -1], 0] = 0.0
    else:
        side = Profile(np.array([(0.0, -half), (0.0, half)]), np.array([(1.0, 0.0), (1.0, 0.0)]))
    # `revolve` sweeps about y and goes round from +x to -z: so the outline's y is -z there.
    flip = np.array([1.0, -1.0])
    walls = _swept(side, Ring(inner * flip, normals * flip, normals * flip))
    mesh = joined([walls, *(_cap(inner * flip, height) for height in (-half, half))])
    return boxed(mesh.turned("x", 90))


def corners(*points: Corner, steps: int = 5) -> Profile:
    """A closed outline of (x, y[, fillet radius]) corners, counter-clockwise."""
    start = ((points[0][0] + points[-1][0]) / 2, (points[0][1] + points[-1][1]) / 2)
    return profile(start, *points, start, steps=steps)


def curve(points: Sequence[tuple[float, float]], steps: int = 8) -> Profile:
    """A smooth closed outline through the points, given in either sense of rotation."""
    given = np.array(points, dtype=np.float64)
    after = np.roll(given, -1, axis=0)
    if (given[:, 0] * after[:, 1] - given[:, 1] * after[:, 0]).sum() < 0:
        given = given[::-1]
    path = _catmull(np.concatenate([given[-1:], given, given[:2]]), steps)
    ways = np.roll(path[:-1], -1, axis=0) - np.roll(path[:-1], 1, axis=0)
    ways = np.concatenate([ways, ways[:1]])
    normals = np.column_stack([ways[:, 1], -ways[:, 0]])
    return Profile(path, normals / np.linalg.norm(normals, axis=1, keepdims=True))


def path(*points: Vector, steps: int = 8) -> Float64:
    """A smooth way through the points (n, 3)."""
    given = np.array(points, dtype=np.float64)
    ends = 2 * given[:1] - given[1:2], 2 * given[-1:] - given[-2:-1]
    return _catmull(np.concatenate([ends[0], given, ends[1]]), steps)


def rod(way: Float64, *radii: float, flat: float = 1.0, segments: int = 20, round_ends: int = 4) -> Mesh:
    """A rod along `way` (n, 3) with round ends; its radius goes through `radii`, evenly spaced. A `flat` below 1
    squeezes the section, across the side that first looks most along +z."""
    ways = np.gradient(way, axis=0)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    side = np.cross(ways[0], (0.0, 0.0, 1.0) if abs(ways[0, 2]) < 0.9 else (0.0, 1.0, 0.0))
    sides = []
    for each in ways:  # parallel transport: the frame never spins about the way
        side = side - each * (side @ each)
        side /= np.linalg.norm(side)
        sides.append(side)
    across, up = np.array(sides), np.cross(ways, np.array(sides))
    shares = np.linspace(0, 1, len(way))
    radius = np.interp(shares, np.linspace(0, 1, len(radii)), radii) if len(radii) > 1 else np.full(len(way), radii[0])
    quarter = np.linspace(0.0, np.pi / 2, round_ends + 1)
    tilts = np.concatenate([-quarter[::-1], np.zeros(max(len(way) - 2, 0)), quarter])
    places = np.concatenate([np.zeros(round_ends, int), np.arange(len(way)), np.full(round_ends, len(way) - 1)])
    angles = np.linspace(0.0, 2 * np.pi, segments + 1)
    ring = np.cos(angles)[:, None] * across[places][:, None] + flat * np.sin(angles)[:, None] * up[places][:, None]
    centres = way[places] + ways[places] * (np.sin(tilts) * radius[places] * flat)[:, None]
    grid = centres[:, None] + ring * (np.cos(tilts) * radius[places])[:, None, None]
    return loft(grid)


def loft(rings: Float64) -> Mesh:
    """The closed surface through rings (rows, columns, 3) whose first and last column are one. The first and the last
    row are points or get flat caps."""
    wrapped = np.concatenate([rings[:, -2:-1], rings, rings[:, 1:2]], axis=1)
    round_ = wrapped[:, 2:] - wrapped[:, :-2]
    onward = np.gradient(rings, axis=0)
    normals = np.cross(round_, onward)
    for row, inner in ((0, 1), (-1, -2)):
        if _is_point(rings[row]):
            outward = rings[row, 0] - rings[inner].mean(axis=0)
            normals[row] = outward
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    lengths = np.linalg.norm(np.diff(rings, axis=1), axis=2)
    girth = lengths.sum(axis=1).max()
    widest = lengths[np.argmax(lengths.sum(axis=1))]
    u = np.concatenate([[0.0], np.cumsum(widest)])
    v = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(rings, axis=0), axis=2).mean(axis=1))])
    long = v[-1] > girth
    uvs = np.stack(np.broadcast_arrays(v[:, None], u[None]) if long else np.broadcast_arrays(u[None], -v[:, None]), -1)
    sheet = _sheet(rings, normals, uvs)
    caps = []
    for row, reverse in ((0, True), (-1, False)):
        if not _is_point(rings[row]):
            caps.append(_fan(rings[row, :-1], reverse))
    mesh = joined([sheet, *caps])
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    return mesh if np.einsum("ij,ij->", a, np.cross(b, c)) > 0 else loft(rings[:, ::-1])


def tunnel(rings: Float64) -> Mesh:
    """The closed surface through rings (rows, columns, 3) of which the last is the first again, as in a torus."""
    wrapped = np.concatenate([rings[:, -2:-1], rings, rings[:, 1:2]], axis=1)
    along = np.concatenate([rings[-2:-1], rings, rings[1:2]])
    normals = np.cross(wrapped[:, 2:] - wrapped[:, :-2], along[2:] - along[:-2])
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-12)
    mesh = _sheet(rings, normals, np.zeros((*rings.shape[:2], 2)))
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    return boxed(mesh) if np.einsum("ij,ij->", a, np.cross(b, c)) > 0 else tunnel(rings[:, ::-1])


def _is_point(ring: Float64) -> bool:
    return bool(np.ptp(ring, axis=0).max() < 1e-9)


def _turned(outline: Profile, segments: int) -> tuple[Mesh, float]:
    """The mesh, the seam at its back, and its girth. Wood grain (u) runs along bodies that are taller than round."""
    outline.points[np.abs(outline.points[:, 0]) < 1e-9, 0] = 0.0
    mesh = revolve(outline, circle(segments)).turned("y", 90)
    girth = 2 * np.pi * float(outline.points[:, 0].max())
    length = float(np.linalg.norm(np.diff(outline.points, axis=0), axis=1).sum())
    uvs = mesh.uvs * (girth, length)
    height = float(np.ptp(outline.points[:, 1]))
    return mesh.with_uvs(uvs[:, ::-1] * (-1, 1) if height > girth else uvs), girth


def _flowing(points: Sequence[tuple[float, float]], steps: int) -> Profile:
    """A smooth profile. Where it begins or ends on the axis, it crosses it level."""
    given = np.array(points, dtype=np.float64)
    mirror = np.array([-1.0, 1.0])
    before = given[1] * mirror if given[0, 0] == 0 else 2 * given[0] - given[1]
    behind = given[-2] * mirror if given[-1, 0] == 0 else 2 * given[-1] - given[-2]
    way = _catmull(np.concatenate([before[None], given, behind[None]]), steps)
    way[:, 0] = np.maximum(way[:, 0], 0.0)
    ways = np.gradient(way, axis=0)
    for end, level in ((0, 1.0), (-1, -1.0)):
        if given[end, 0] == 0:
            ways[end] = (level, 0.0)
    ways /= np.maximum(np.linalg.norm(ways, axis=1, keepdims=True), 1e-12)
    return Profile(way, np.column_stack([ways[:, 1], -ways[:, 0]]))


def _vessel(points: Sequence[tuple[float, float]], wall: float, floor: float) -> Profile:
    outside = _flowing(points, 8)
    inside = (outside.points - wall * outside.normals)[::-1]
    keep = (inside[:, 1] > floor + wall / 2) & (inside[:, 0] > wall / 4)
    inside, inner_normals = inside[keep], -outside.normals[::-1][keep]
    lip, way = outside.normals[-1], np.array([-outside.normals[-1, 1], outside.normals[-1, 0]])
    turn = np.linspace(0, np.pi, 9)[1:-1, None]
    rim = np.cos(turn) * lip + np.sin(turn) * way
    foot = np.array([(0.0, points[0][1]), outside.points[0]])
    base = np.array([(inside[-1, 0] * 0.7, floor), (0.0, floor)])
    up = np.array([(0.0, 1.0)] * 2)
    return Profile(
        np.concatenate([foot, outside.points, outside.points[-1] - lip * wall / 2 + rim * wall / 2, inside, base]),
        np.concatenate([-up, outside.normals, rim, inner_normals, up]),
    )


def _swept(outline: Profile, ring: Ring) -> Mesh:
    """`revolve` without its lids."""
    grid = ring.centres[None] + outline.points[:, 0, None, None] * ring.spokes[None]
    rows, columns = grid.shape[:2]
    height = np.broadcast_to(outline.points[:, 1, None], (rows, columns))
    flat = outline.normals[:, 0, None, None] * ring.normals[None]
    rise = np.broadcast_to(outline.normals[:, 1, None], (rows, columns))
    return _sheet(
        np.stack([grid[..., 0], height, grid[..., 1]], -1), np.stack([flat[..., 0], rise, flat[..., 1]], -1),
        np.zeros((rows, columns, 2)),
    )  # fmt: skip


def _sheet(positions: Float64, normals: Float64, uvs: Float64) -> Mesh:
    rows, columns = positions.shape[:2]
    a = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    quads = np.column_stack([a, a + 1, a + columns + 1, a, a + columns + 1, a + columns]).astype(np.uint32)
    return compacted(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), quads.reshape(-1, 3))


def _cap(outline: Float64, height: float) -> Mesh:
    """The flat polygon of an outline in (x, z) that may bend inwards, facing up where `height` is positive."""
    distinct = np.concatenate([[True], np.linalg.norm(np.diff(outline, axis=0), axis=1) > 1e-9])
    ring = outline[distinct]
    if np.linalg.norm(ring[0] - ring[-1]) < 1e-9:
        ring = ring[:-1]
    # Earcut leaves out points that lie exactly between their neighbours, which would open the edge to the walls.
    odd = np.arange(len(ring))[:, None] ** 2 * (1.0, 1.3)
    shaken = ring + 1e-7 * np.ptp(ring) * np.sin(odd)
    triangles = mapbox_earcut.triangulate_float64(shaken, np.array([len(ring)], np.uint32)).reshape(-1, 3)
    a, b, c = (shaken[triangles[:, k]] for k in range(3))
    (x1, z1), (x2, z2) = (b - a).T, (c - a).T
    up = z1 * x2 - x1 * z2 > 0
    wanted = np.where((up == (height > 0))[:, None], triangles, triangles[:, ::-1]).astype(np.uint32)
    positions = np.column_stack([ring[:, 0], np.full(len(ring), height), ring[:, 1]])
    return Mesh(positions, np.tile((0.0, np.sign(height), 0.0), (len(ring), 1)), np.zeros((len(ring), 2)), wanted)


def _fan(ring: Float64, reverse: bool) -> Mesh:
    """A flat cap of a ring about its middle."""
    middle = ring.mean(axis=0)
    k = np.arange(len(ring))
    triangles = np.column_stack([np.full(len(ring), len(ring)), k, (k + 1) % len(ring)]).astype(np.uint32)
    triangles = triangles[:, ::-1] if reverse else triangles
    normal = np.cross(ring - middle, np.roll(ring, -1, axis=0) - middle).sum(axis=0) * (-1 if reverse else 1)
    normal /= np.linalg.norm(normal)
    positions = np.concatenate([ring, middle[None]])
    right = (ring[0] - middle) / np.linalg.norm(ring[0] - middle)
    uvs = np.column_stack([(positions - middle) @ right, (positions - middle) @ np.cross(normal, right)])
    return Mesh(positions, np.tile(normal, (len(positions), 1)), uvs, triangles)


def _catmull(points: Float64, steps: int) -> Float64:
    """A centripetal-free Catmull-Rom curve through all but the first and the last point."""
    t = np.arange(steps)[:, None] / steps
    pieces = []
    for a, b, c, d in zip(points[:-3], points[1:-2], points[2:-1], points[3:], strict=True):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    result: Float64 = np.concatenate([*pieces, points[-2:-1]])
    return result


def placed(mesh: Mesh, at: Vector | Float64, look: Vector | Float64) -> Mesh:
    """The mesh with its +y axis turned to the direction `look`, and moved to `at`."""
    up = np.array(look) / np.linalg.norm(look)
    side = np.cross((0.0, 0.0, 1.0) if abs(up[2]) < 0.9 else (0.0, -1.0, 0.0), up)
    side = -side / np.linalg.norm(side)
    matrix = np.column_stack([-side, up, np.cross(-side, up)])
    return dataclasses.replace(
        mesh, positions=mesh.positions @ matrix.T + np.array(at), normals=mesh.normals @ matrix.T
    )
