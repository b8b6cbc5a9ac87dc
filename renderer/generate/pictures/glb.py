"""A solid and its paint -> here -> a GLB that stands on the ground, in metres."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib

from renderer.arrays import Float64, Int64
from renderer.generate.pictures.paint import Paint
from renderer.generate.pictures.solid import Solid
from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import write_glb

HEIGHT_M = 0.3
"""A picture doesn't say how large a thing is: this is between a cup and a chair. The larger of height and width has it.
"""


def write_solid(
    path: Path, solid: Solid, paint: Paint, metadata: Mapping[str, Any], *, textured: bool, seen_through: bool
) -> None:
    """Equal arguments give equal bytes. `metadata` becomes `asset.extras`."""
    builder = GltfBuilder("Pirouette")
    builder.gltf.asset.extras = dict(metadata)
    low, high = solid.points.min(axis=0), solid.points.max(axis=0)
    scale = HEIGHT_M / float((high - low)[:2].max())
    placed = (solid.points - [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2]) * scale
    left, top, right, bottom = paint.box
    # A point at x lies in the middle of the pixel that begins half a pixel before it.
    uvs = (solid.points[:, :2] * [1, -1] + 0.5 - [left, top]) / [right - left, bottom - top]
    normals = solid.normals()
    if textured:
        sampler = builder.add(pygltflib.Sampler(
            magFilter=pygltflib.LINEAR, minFilter=pygltflib.LINEAR_MIPMAP_LINEAR,
            wrapS=pygltflib.CLAMP_TO_EDGE, wrapT=pygltflib.CLAMP_TO_EDGE,
        ))  # fmt: skip
    if textured and paint.back is not None:
        sides = [("front", paint.front, solid.front), ("back", paint.back, solid.back)]
    else:
        sides = [("surface", paint.front, np.concatenate([solid.front, solid.back]))]
    primitives = []
    for name, image, triangles in sides:
        surface = pygltflib.PbrMetallicRoughness(metallicFactor=0.0, roughnessFactor=paint.roughness)
        if textured:
            source = builder.add_image(image, name)
            texture = builder.add(pygltflib.Texture(sampler=sampler, source=source))
            surface.baseColorTexture = pygltflib.TextureInfo(index=texture)
        else:
            surface.baseColorFactor = [*paint.color, 1.0]
        material = pygltflib.Material(name=name, pbrMetallicRoughness=surface)
        if seen_through:
            material.alphaMode, material.alphaCutoff, material.doubleSided = pygltflib.MASK, 0.5, True
        shown = uvs if textured else None
        primitives.append(_primitive(builder, placed, normals, shown, triangles, builder.add(material)))
    mesh = builder.add(pygltflib.Mesh(name="model", primitives=primitives))
    node = builder.add(pygltflib.Node(name="model", mesh=mesh))
    write_glb(path, builder.document([node]), [builder.binary])


def _primitive(
    builder: GltfBuilder, points: Float64, normals: Float64, uvs: Float64 | None, triangles: Int64, material: int
) -> pygltflib.Primitive:
    used, numbered = np.unique(triangles, return_inverse=True)
    attributes = pygltflib.Attributes(
        POSITION=builder.add_vertices(points[used].astype(np.float32), bounded=True),
        NORMAL=builder.add_vertices(normals[used].astype(np.float32)),
    )
    if uvs is not None:
        attributes.TEXCOORD_0 = builder.add_vertices(uvs[used].astype(np.float32))
    return pygltflib.Primitive(
        attributes=attributes, indices=builder.add_indices(numbered.reshape(-1, 3)), material=material
    )
