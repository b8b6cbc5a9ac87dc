"""Which way a normal map's green points. USD has no tangents, by which glTF says it: viewers have it point along v."""

import numpy as np

from renderer.convert.usdz.coordinates import Coordinates
from renderer.scene.nodes import Material, Primitive


def green_points_down(primitive: Primitive, material: Material) -> bool:
    """Whether the tangents have green point against v, which points up here, on most of the normal map that is used."""
    reference = material.normal_texture
    if primitive.tangents is None or reference is None:
        return False
    triangles = primitive.indices.reshape(-1, 3)
    first, second, third = Coordinates.of(reference).st(primitive).astype(np.float64)[triangles.T]
    (x1, y1), (x2, y2) = (second - first).T, (third - first).T
    areas = x1 * y2 - x2 * y1  # negative where the map lies mirrored; there w is, too, if green points along v
    return bool((areas * primitive.tangents[triangles[:, 0], 3]).sum() < 0)
