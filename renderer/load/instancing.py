"""EXT_mesh_gpu_instancing: the transforms of the copies of a node's mesh."""

import numpy as np

from renderer.arrays import Float64
from renderer.errors import InvalidModel
from renderer.load import limits
from renderer.load.accessors import Accessors
from renderer.load.fields import Fields
from renderer.load.limits import Budget
from renderer.scene.hierarchy import local_matrices

NAME = "EXT_mesh_gpu_instancing"
DEFAULTS: dict[str, tuple[float, ...]] = {
    "TRANSLATION": (0.0, 0.0, 0.0), "ROTATION": (0.0, 0.0, 0.0, 1.0), "SCALE": (1.0, 1.0, 1.0),
}


def read_instances(node: Fields, accessors: Accessors, budget: Budget) -> Float64 | None:
    """(n, 4, 4), the matrices of the instances, each applied before the node's own; None without the extension."""
    extension = node.extension(NAME)
    if extension is None:
        return None
    attributes = extension.required_child("attributes")
    indices = {name: attributes.index(name, len(accessors)) for name in DEFAULTS if attributes.has(name)}
    counts = {accessors.count(index) for index in indices.values()}
    if len(counts) != 1:
        raise extension.wrong("attributes", "TRANSLATION, ROTATION or SCALE with one count in common")
    (count,) = counts
    budget.take("instances", count, limits.DRAWN_PRIMITIVES, extension.path)
    places, turns, sizes = (
        accessors.floats(indices[name], attributes.name_of(name), (len(default),)).astype(np.float64)
        if name in indices else np.tile(default, (count, 1))
        for name, default in DEFAULTS.items()
    )
    if max(np.abs(places).max(), np.abs(sizes).max()) > limits.COORDINATE:
        raise InvalidModel(f"{attributes.path} has numbers beyond {limits.COORDINATE:g}")
    lengths = np.linalg.norm(turns, axis=1, keepdims=True)
    if lengths.min() < 1e-9:
        raise InvalidModel(f"{attributes.name_of('ROTATION')} must be unit quaternions")
    return local_matrices(places, turns / lengths, sizes)
