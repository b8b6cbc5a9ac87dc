"""Nodes and scenes, made a forest: no cycle, one parent at most (glTF 2.0, section 3.5)."""

import math
from collections import Counter

import numpy as np

from renderer.errors import InvalidModel, ModelTooLarge
from renderer.load import limits
from renderer.load.fields import Fields
from renderer.load.pointers import shown_at_times
from renderer.scene.nodes import Node


def read_nodes(root: Fields, mesh_count: int, skin_count: int, warnings: list[str]) -> list[Node]:
    """All nodes of the file; `mesh` and `skin` are still the file's own indices. Raises InvalidModel for a cycle.

    A node with several parents, which glTF forbids, stays with the last, as in viewers.
    """
    fields = root.children("nodes")
    if len(fields) > limits.NODES:
        raise ModelTooLarge(f"the model has {len(fields):,} nodes, and {limits.NODES:,} are allowed")
    nodes = [_read_node(item, len(fields), mesh_count, skin_count) for item in fields]
    _keep_one_parent(nodes, warnings)
    _check_cycles(nodes)
    return nodes


def read_roots(root: Fields, nodes: list[Node], warnings: list[str]) -> tuple[int, ...]:
    """The root nodes of the file's default scene: of scene 0 where no default is named, and all nodes without a parent
    where the file has no scenes.

    A node that the scene lists although it is another's child is taken away from that one, as viewers do.
    """
    scenes = root.children("scenes")
    children = {child for node in nodes for child in node.children}
    if not scenes:
        return tuple(i for i in range(len(nodes)) if i not in children)
    chosen = scenes[root.optional_index("scene", len(scenes)) or 0]
    listed = chosen.indices("nodes", len(nodes))
    roots = tuple(dict.fromkeys(listed))
    if len(roots) < len(listed):
        warnings.append(f"{chosen.path}.nodes lists a node twice: it is shown once")
    moved = children.intersection(roots)
    if moved:
        warnings += [
            f"{chosen.path}.nodes lists node {index}, the child of another node: it is shown where the scene has it"
            for index in sorted(moved)[: limits.WARNINGS]
        ]
        for node in nodes:
            node.children = tuple(child for child in node.children if child not in moved)
    return roots


def hidden_nodes(root: Fields, nodes: list[Node]) -> set[int]:
    """The nodes that KHR_node_visibility hides and no animation shows, each with all its descendants.

    A node that is hidden at first and that an animation may show gets `visible` False instead.
    """
    states = (fields.extension("KHR_node_visibility") for fields in root.children("nodes"))
    invisible = [i for i, state in enumerate(states) if state is not None and not state.boolean("visible", True)]
    animated = shown_at_times(root)
    for index in animated.intersection(invisible):
        nodes[index].visible = False
    pending = [index for index in invisible if index not in animated]
    hidden: set[int] = set()
    while pending:
        index = pending.pop()
        if index not in hidden:
            hidden.add(index)
            pending += nodes[index].children
    return hidden


def _read_node(fields: Fields, count: int, mesh_count: int, skin_count: int) -> Node:
    weights = fields.number_list("weights")
    node = Node(
        name=fields.name(),
        children=fields.indices("children", count),
        mesh=fields.optional_index("mesh", mesh_count),
        skin=fields.optional_index("skin", skin_count),
        translation=_triple(fields, "translation", 0.0),
        rotation=_unit_quaternion(fields),
        scale=_triple(fields, "scale", 1.0),
        weights=weights or None,
    )
    if fields.has("matrix"):
        matrix = np.array(fields.numbers("matrix", 16), np.float64).reshape(4, 4).T
        if np.abs(matrix).max() > limits.COORDINATE:
            raise fields.wrong("matrix", f"made of numbers up to {limits.COORDINATE:g}")
        matrix[3] = (0.0, 0.0, 0.0, 1.0)
        node.matrix = matrix
    return node


def _triple(fields: Fields, key: str, default: float) -> tuple[float, float, float]:
    x, y, z = fields.numbers(key, 3, (default, default, default))
    if max(abs(x), abs(y), abs(z)) > limits.COORDINATE:
        raise fields.wrong(key, f"made of numbers up to {limits.COORDINATE:g}")
    return x, y, z


def _unit_quaternion(fields: Fields) -> tuple[float, float, float, float]:
    x, y, z, w = fields.numbers("rotation", 4, (0.0, 0.0, 0.0, 1.0))
    length = math.hypot(x, y, z, w)
    if not 1e-9 < length < limits.COORDINATE:
        raise fields.wrong("rotation", "a unit quaternion")
    return x / length, y / length, z / length, w / length


def _keep_one_parent(nodes: list[Node], warnings: list[str]) -> None:
    parents = {child: index for index, node in enumerate(nodes) for child in node.children}
    listed = Counter(child for node in nodes for child in node.children)
    warnings += [
        f"node {child} is a child more than once: it is shown once, below node {parents[child]}"
        for child, count in listed.items() if count > 1
    ][: limits.WARNINGS]  # fmt: skip
    for index, node in enumerate(nodes):
        node.children = tuple(child for child in dict.fromkeys(node.children) if parents[child] == index)


def _check_cycles(nodes: list[Node]) -> None:
    """As no node has two parents, there is a cycle exactly if some node can't be reached from one without a parent."""
    children_of_any = {child for node in nodes for child in node.children}
    pending = [index for index in range(len(nodes)) if index not in children_of_any]
    reached = len(pending)
    while pending:
        children = nodes[pending.pop()].children
        pending += children
        reached += len(children)
    if reached < len(nodes):
        raise InvalidModel("the node graph has a cycle")
