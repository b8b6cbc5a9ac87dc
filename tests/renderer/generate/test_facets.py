"""The low poly style: few flat triangles, closed as before, of the same size."""

import numpy as np
import pytest

from renderer.generate.prompts.facets import faceted
from renderer.generate.shapes.library import SHAPES
from renderer.generate.shapes.parts import Look, Part
from renderer.samples.mesh import Mesh

PARTS = [(name, part) for name in ("apple", "mug", "chair") for part in SHAPES[name].model(Look()).parts]


def odd_edges(mesh: Mesh) -> int:
    """Edges that an odd number of triangles share, by their places: a closed surface has none."""
    _, spot = np.unique(mesh.positions.round(6), axis=0, return_inverse=True)
    corners = spot.ravel()[mesh.triangles]
    edges = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]), axis=1)
    proper = edges[edges[:, 0] != edges[:, 1]]
    return int((np.unique(proper, axis=0, return_counts=True)[1] % 2).sum())


@pytest.mark.parametrize("part", [part for _, part in PARTS], ids=[f"{name} {part.role}" for name, part in PARTS])
def test_flat_triangles_make_the_same_closed_shape(part: Part) -> None:
    mesh, made = part.mesh, faceted(part.mesh)
    assert len(made.triangles) <= len(mesh.triangles)
    assert odd_edges(mesh) == odd_edges(made) == 0
    assert np.ptp(made.positions, axis=0) == pytest.approx(np.ptp(mesh.positions, axis=0), rel=0.1)
    corners = made.positions[made.triangles]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ij,ij->i", across, made.normals[made.triangles[:, 0]]) > 0).all()
    assert np.linalg.norm(made.normals, axis=1) == pytest.approx(1.0)


def test_of_round_things_few_triangles_are_left() -> None:
    for name in ("apple", "mug", "chair"):
        before, after = zip(
            *((len(part.mesh.triangles), len(faceted(part.mesh).triangles)) for each, part in PARTS if each == name),
            strict=True,
        )
        assert sum(after) < sum(before) / 4
