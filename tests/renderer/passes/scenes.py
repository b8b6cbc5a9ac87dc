"""Small scenes for the tests of drawing: quads and spheres with one material each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from renderer.arrays import Float32, UInt8
from renderer.scene.nodes import (
    Image,
    Material,
    Mesh,
    Node,
    Primitive,
    Sampler,
    Scene,
    TextureRef,
    Topology,
)


def scene_of(
    *parts: tuple[Primitive, Material], nodes: Sequence[Node] | None = None, images: Sequence[UInt8] = ()
) -> Scene:
    """Each primitive as a mesh of its own with its material; by default one node per mesh, in order."""
    for index, (primitive, _) in enumerate(parts):
        primitive.material = index
    shown = list(nodes) if nodes is not None else [Node(f"node {i}", mesh=i) for i in range(len(parts))]
    return Scene(
        nodes=shown,
        roots=tuple(range(len(shown))),
        meshes=[Mesh(f"mesh {i}", [primitive]) for i, (primitive, _) in enumerate(parts)],
        materials=[material for _, material in parts],
        images=[Image(f"image {i}", pixels) for i, pixels in enumerate(images)],
        skins=[],
        clips=[],
    )


def quad(z: float = 0.0, size: float = 1.0, **attributes: Any) -> Primitive:
    """A square about the z axis that faces +z, with texture coordinates (0, 0) at its top left."""
    corners = np.array([[-1, 1], [-1, -1], [1, -1], [1, 1]], np.float32) * size / 2
    values: dict[str, Any] = {
        "topology": Topology.TRIANGLES,
        "positions": np.column_stack([corners, np.full(4, z, np.float32)]),
        "indices": np.array([0, 1, 2, 0, 2, 3], np.uint32),
        "material": 0,
        "normals": np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        "texcoords": (np.array([[0, 0], [0, 1], [1, 1], [1, 0]], np.float32),),
    }
    return Primitive(**(values | attributes))


def sphere(radius: float = 0.5, rings: int = 32) -> Primitive:
    """A sphere about the origin with smooth normals."""
    down, across = np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1)
    polar, around = np.meshgrid(down, across, indexing="ij")
    normals: Float32 = np.stack(
        [np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], axis=-1
    ).reshape(-1, 3).astype(np.float32)
    stride = 2 * rings + 1
    first = (np.arange(rings)[:, None] * stride + np.arange(2 * rings)).reshape(-1)
    faces = np.stack([first, first + stride, first + stride + 1, first, first + stride + 1, first + 1], axis=1)
    return Primitive(Topology.TRIANGLES, normals * np.float32(radius), faces.reshape(-1).astype(np.uint32), 0, normals)


def flat_image(*rgba: int, size: int = 4) -> UInt8:
    return np.tile(np.array(rgba, np.uint8), (size, size, 1))


def texture(image: int = 0, **sampler: Any) -> TextureRef:
    """A use of `scene.images[image]` with the given fields of its sampler."""
    return TextureRef(image, Sampler(**sampler))
