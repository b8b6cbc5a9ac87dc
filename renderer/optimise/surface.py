"""All parts of a model as one surface in the world: what is collapsed, and by what it is judged which edges count.

One surface and not one for each part: so one error holds for the whole model, and where two parts meet their vertices
move together. What would be seen of a change is measured in shares of the model's longest side. A vertex has beside its
position, scaled so that this side is 1,

    its normal             a change of 1, a turn of about 60 degrees, counts as a shift of NORMAL
    texture coordinates    scaled to lengths on the surface, so that a picture that slips counts as a shift of TEXCOORD
    colour                 from none to full counts as a shift of COLOR
    joints, morph targets  where they move the vertex to, and the middle of the joints that do: as a shift of MOTION
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from renderer.arrays import Bools, Float32, Float64, Int64, UInt32
from renderer.load.rows import welded
from renderer.optimise.parts import Part

NORMAL, TEXCOORD, COLOR, MOTION = 0.2, 0.5, 1.0, 0.5
"""Chosen by FLIP over 12 views of five models at a quarter and a tenth of their triangles."""

TEXCOORDS = 2
"""Sets of texture coordinates that are looked at."""

MORPH_TARGETS = 5
"""So many of a part's, the ones that move it furthest, are looked at: the simplifier takes 32 numbers a vertex."""

_FAR = 1e4
"""Of the model's longest side: attributes are cut off there, so that no product of theirs overflows."""


@dataclasses.dataclass(frozen=True, slots=True)
class Surface:
    """`positions` (n, 3) and `attributes` (n, k), weighted, of the vertices of all parts, one part's behind another's.

    `owner` (n,) is the part of each vertex. `triangles` (m, 3) are rows of vertices: of those that are the same in all
    that the file says of them, the first; none has two corners in one place. `places` (n,) are equal where positions
    are. `drawn` (parts,) says how often each part is.
    """

    positions: Float32
    attributes: Float32
    owner: Int64
    triangles: UInt32
    places: Int64
    drawn: Int64

    def count(self, triangles: UInt32) -> int:
        """How many triangles are drawn where these, rows of `triangles`, are all that is left."""
        return int(self.drawn[self.owner[triangles[:, 0]]].sum())

    @property
    def shared(self) -> Bools:
        """(n,): where vertices of several parts lie in one place."""
        used = np.unique(self.triangles)
        lowest = np.full(int(self.places.max(initial=0)) + 1, len(self.drawn))
        highest = np.full(len(lowest), -1)
        np.minimum.at(lowest, self.places[used], self.owner[used])
        np.maximum.at(highest, self.places[used], self.owner[used])
        return (lowest < highest)[self.places]


def whole_surface(parts: Sequence[Part]) -> Surface:
    """The surface of at least one part."""
    world = np.concatenate([part.positions for part in parts])
    low, high = world.min(axis=0), world.max(axis=0)
    side = float((high - low).max()) or 1.0
    starts = np.cumsum([0, *(len(part.positions) for part in parts)])
    positions = np.ascontiguousarray((world - low) / side, np.float32) + np.float32(0.0)  # so that -0 is 0
    places = welded(positions)[1]
    twins = [part.twins()[part.indices] + start for part, start in zip(parts, starts[:-1], strict=True)]
    triangles = np.concatenate(twins).astype(np.uint32).reshape(-1, 3)
    a, b, c = places[triangles].T
    return Surface(
        positions=positions,
        attributes=np.concatenate([_attributes(part, side) for part in parts]),
        owner=np.repeat(np.arange(len(parts)), np.diff(starts)),
        triangles=np.ascontiguousarray(triangles[(a != b) & (b != c) & (c != a)]),
        places=places,
        drawn=np.array([part.drawn for part in parts]),
    )


@np.errstate(over="ignore", invalid="ignore")  # what overflows is cut off
def _attributes(part: Part, side: float) -> Float32:
    """(n, 10 + 2 * TEXCOORDS + 3 * MORPH_TARGETS): what the part lacks is 0."""
    count = len(part.positions)
    empty = np.zeros((count, 3))
    normals = empty if part.normals is None else part.normals
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    texcoords = [TEXCOORD * each * (_texture_size(part, each) / side) for each in part.texcoords[:TEXCOORDS]]
    colors = np.zeros((count, 4)) if part.colors is None else part.colors
    anchors = empty if part.anchors is None else part.anchors / side
    offsets = sorted(part.offsets, key=lambda each: -float(np.abs(each).max()))[:MORPH_TARGETS]
    moved = [MOTION * offset / side for offset in offsets] + [empty] * (MORPH_TARGETS - len(offsets))
    columns = [NORMAL * normals / np.maximum(lengths, 1e-30), COLOR * colors, MOTION * anchors]
    lacking = [np.zeros((count, 2))] * (TEXCOORDS - len(texcoords))
    rows = np.concatenate([*columns, *texcoords, *lacking, *moved], axis=1)
    attributes: Float32 = np.clip(np.nan_to_num(rows), -_FAR, _FAR).astype(np.float32)
    return attributes


def _texture_size(part: Part, texcoords: Float32) -> float:
    """The length in the world that one unit of texture coordinates covers, on the mean of the part's surface."""
    corners = part.indices.reshape(-1, 3)
    on_surface = _areas(part.positions[corners]).sum()
    in_texture = _areas(np.pad(texcoords.astype(np.float64), ((0, 0), (0, 1)))[corners]).sum()
    return float(np.sqrt(on_surface / in_texture)) if in_texture > 0 else 0.0


def _areas(corners: Float64) -> Float64:
    """Of triangles (m, 3, 3)."""
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas: Float64 = np.linalg.norm(cross, axis=1) / 2
    return areas
