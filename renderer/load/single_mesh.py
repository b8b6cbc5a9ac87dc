"""A mesh of one surface that says nothing of its material, as glTF: what STL and PLY files hold."""

import numpy as np
import pygltflib

from renderer.arrays import Float32, Float64, Int64, UInt16
from renderer.gltf.builder import GltfBuilder
from renderer.load.made import MadeDocument, origin_of

GREY = 0.4
"""Linear: a clay that is light enough to show its shading on white and on black backgrounds."""

ROUGHNESS = 0.6
"""Matt, with a soft highlight that shows the shape."""


def mesh_document(
    points: Float64, normals: Float32, indices: Int64, colors: UInt16 | None, warnings: list[str]
) -> MadeDocument:
    """The vertices' positions (n, 3), unit normals (n, 3) and colours (n, 4), normalised linear ones, or None for a
    grey; `indices` are of triangles."""
    gltf = GltfBuilder("Pirouette")
    origin = origin_of(points)
    around = (points - origin).astype(np.float32)
    attributes = pygltflib.Attributes(
        POSITION=gltf.add_vertices(around, bounded=True), NORMAL=gltf.add_vertices(normals)
    )
    if colors is not None:
        attributes.COLOR_0 = gltf.add_vertices(colors)
    grey = GREY if colors is None else 1.0
    surface = pygltflib.PbrMetallicRoughness(
        baseColorFactor=[grey, grey, grey, 1.0], metallicFactor=0.0, roughnessFactor=ROUGHNESS
    )
    material = pygltflib.Material(
        name="vertex colours" if colors is not None else "grey", pbrMetallicRoughness=surface,
        doubleSided=True,  # scans have holes, and their triangles often face both ways
    )  # fmt: skip
    primitive = pygltflib.Primitive(
        attributes=attributes, indices=gltf.add_indices(indices), material=gltf.add(material)
    )
    node = pygltflib.Node(name="model", mesh=gltf.add(pygltflib.Mesh(name="model", primitives=[primitive])))
    if origin.any():
        node.translation = origin.tolist()
    return MadeDocument(gltf.document([gltf.add(node)]), gltf.binary, tuple(warnings))
