"""The node tree in arrays: which nodes are shown, and all world matrices in one sweep."""

import numpy as np

from renderer.arrays import Float64
from renderer.scene.nodes import Node, Scene


def reachable(scene: Scene) -> list[int]:
    """The nodes at and below the roots, parents before children."""
    return below(scene.nodes, list(scene.roots))


def below(nodes: list[Node], roots: list[int]) -> list[int]:
    """`roots` and all nodes below them."""
    found = list(roots)
    for index in found:
        found += nodes[index].children
    return found


def local_matrices(translations: Float64, rotations: Float64, scales: Float64) -> Float64:
    """(n, 4, 4) matrices T @ R @ S from (n, 3), (n, 4) unit quaternions xyzw and (n, 3)."""
    x, y, z, w = rotations.T
    matrices = np.zeros((len(rotations), 4, 4))
    rotation = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    for row in range(3):
        for column in range(3):
            matrices[:, row, column] = rotation[row][column]
    matrices[:, :3, :3] *= scales[:, None, :]
    matrices[:, :3, 3] = translations
    matrices[:, 3, 3] = 1.0
    return matrices


def world_matrices(nodes: list[Node], local: Float64) -> Float64:
    """(n, 4, 4): each node's local matrix behind those of all its ancestors, one batched product per level."""
    world = local.copy()
    child_of = {child for node in nodes for child in node.children}
    level = [index for index in range(len(nodes)) if index not in child_of]
    while level:
        pairs = [(index, child) for index in level for child in nodes[index].children]
        level = [child for _, child in pairs]
        if pairs:
            parents = [parent for parent, _ in pairs]
            world[level] = world[parents] @ local[level]
    return world
