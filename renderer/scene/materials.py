"""Materials at a moment of a clip: single values take the place of those in the file."""

import dataclasses
from typing import Any, TypeVar

import numpy as np

from renderer.scene.nodes import Float64, Material

Owner = TypeVar("Owner", bound=Any)

BRIGHTEST = 1e6
"""Of emission and cutoffs, as where files are read; all other factors end at 1."""


def with_value(material: Material, attribute: str, value: Float64) -> Material:
    """A copy with `value` (width,) as its `attribute`, a field or, as "layer.field", one of a layer's."""
    layer, _, field = attribute.rpartition(".")
    if layer:
        return dataclasses.replace(material, **{layer: _replaced(getattr(material, layer), field, value)})
    return _replaced(material, field, value)


def _replaced(owner: Owner, field: str, value: Float64) -> Owner:
    highest = BRIGHTEST if field in ("emissive_factor", "alpha_cutoff") else 1.0
    numbers = np.clip(value, 0.0, highest).tolist()
    return dataclasses.replace(owner, **{field: numbers[0] if len(numbers) == 1 else tuple(numbers)})
