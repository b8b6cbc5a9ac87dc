"""Fewer triangles for shadows: a shadow map needs no detail that is smaller than its texels.

Vertices of one cell of a grid become one of them (vertex clustering: Rossignac and Borrel, 1993). Only indices change,
so the result follows skins and morphs as the mesh itself does.
"""

import numpy as np
import numpy.typing as npt

from renderer.arrays import Float32, Float64, UInt32
from renderer.checkpoints import checkpoint

CASTER_CELL = 1 / 256
"""Shadows leave out details smaller than this share of the model's diagonal: about a texel of their maps."""

STEPS = 4
"""Cells of meshes have so many sizes between one and its double. With one, chess-board had 1.8 times the triangles."""


def local_cell(cell: float, scale: npt.ArrayLike) -> Float64:
    """The sides of the cells for a mesh that is shown `scale` times as large, (n,) for (n,): at most `cell` there, in
    STEPS, so that meshes shown at about one size have the same triangles. All are above 0."""
    sides: Float64 = np.exp2(np.floor(STEPS * np.log2(cell / np.asarray(scale, np.float64))) / STEPS)
    return sides


def cluster(positions: Float32, triangles: UInt32, cell: float) -> UInt32:
    """The flat index list of `triangles` with all vertices of a `cell` (a cube's side, in the positions' unit) joined.

    Triangles that collapse go, and so do copies of one triangle.
    """
    checkpoint()
    low = positions.min(axis=0)
    places = np.minimum((positions - low) / np.float32(cell), 2**20).astype(np.int64)
    codes = (places[:, 0] << 42) | (places[:, 1] << 21) | places[:, 2]
    _, first, cell_of = np.unique(codes, return_index=True, return_inverse=True)
    faces = first[cell_of][triangles].reshape(-1, 3)
    faces = faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])]
    checkpoint()
    _, unlike = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    joined: UInt32 = faces[np.sort(unlike)].reshape(-1).astype(np.uint32)
    return joined
