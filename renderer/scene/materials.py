"""Materials at a moment of a clip: single values take the place of those in the file."""

import dataclasses
from typing import Any, TypeVar

import numpy as np

from renderer.arrays import Float64
from renderer.scene.nodes import Scene

Owner = TypeVar("Owner", bound=Any)

BRIGHTEST = 1e6
"""Of emission and cutoffs, as where files are read."""

_FAR = 1e9
_RANGES = {
    "emissive_factor": (0.0, BRIGHTEST), "alpha_cutoff": (0.0, BRIGHTEST),
    "offset": (-_FAR, _FAR), "rotation": (-_FAR, _FAR), "scale": (-_FAR, _FAR),
}  # fmt: skip
"""By field; all others are from 0 to 1."""


def with_value(owner: Owner, attribute: str, value: Float64) -> Owner:
    """A copy of a material, or of a part of one, with `value` (width,) as its `attribute`.

    That is a field, or as "part.field" one of a part's: of a layer, or of a texture.
    """
    name, _, rest = attribute.partition(".")
    if rest:
        return dataclasses.replace(owner, **{name: with_value(getattr(owner, name), rest, value)})
    numbers = np.clip(value, *_RANGES.get(name, (0.0, 1.0))).tolist()
    return dataclasses.replace(owner, **{name: numbers[0] if len(numbers) == 1 else tuple(numbers)})


def moving_textures(scene: Scene) -> dict[int, set[str]]:
    """By index of the material: the attributes, as in `with_value`, of textures that a clip moves on their surface."""
    found: dict[int, set[str]] = {}
    for channel in (channel for clip in scene.clips for channel in clip.channels if channel.path == "material"):
        texture, _, name = channel.attribute.rpartition(".")
        if name in ("offset", "rotation", "scale"):
            found.setdefault(channel.node, set()).add(texture)
    return found
