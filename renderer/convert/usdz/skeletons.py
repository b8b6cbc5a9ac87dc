"""Which nodes a skin's skeleton is made of."""

from collections.abc import Mapping

from renderer.convert.usdz.names import DEPTH
from renderer.errors import ModelTooLarge
from renderer.scene.nodes import Node, Skin


def parents_of(nodes: list[Node]) -> dict[int, int]:
    """By node, the one above, where there is one."""
    return {child: index for index, node in enumerate(nodes) for child in node.children}


def skeleton_nodes(skin: Skin, parents: Mapping[int, int]) -> list[int]:
    """The joints of `skin` and all nodes above them, so that each joint moves as its node does; parents come first.

    Raises ModelTooLarge for joints too deep.
    """
    depths: dict[int, int] = {}
    for joint in skin.joints:
        line = [joint]
        while line[-1] not in depths and line[-1] in parents:
            line.append(parents[line[-1]])
        depth = depths.get(line[-1], 0) or 1
        for number, node in enumerate(reversed(line)):
            depths[node] = depth + number
    check_depth(max(depths.values()))
    return list(depths)


def check_depth(deepest: int) -> None:
    """Raises ModelTooLarge for more nodes below each other than a USDZ may have."""
    if deepest > DEPTH:
        raise ModelTooLarge(f"the model has nodes {deepest} deep, and {DEPTH} are allowed in a USDZ")
