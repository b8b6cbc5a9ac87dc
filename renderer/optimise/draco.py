"""Parts compressed by Draco, and as they come out again: it moves vertices, and puts them in an order of its own."""

import dataclasses
from collections.abc import Mapping, Sequence

import DracoPy
import numpy as np

from renderer.arrays import Array, UInt32
from renderer.checkpoints import checkpoint
from renderer.optimise.parts import Name
from renderer.optimise.rest import Rest

_POSITION_BITS, _NORMAL_BITS, _TEXCOORD_BITS = 16, 10, 14
_LEVEL = 7  # of 10, Draco's own default
_POSITION, _NORMAL, _TEXCOORD = 0, 1, 3  # Draco's types of attributes
_OWN = {_POSITION: "POSITION", _NORMAL: "NORMAL", _TEXCOORD: "TEXCOORD_0"}
_COMPONENTS = ("f4", "u1", "u2", "u4")  # that DracoPy takes


@dataclasses.dataclass(frozen=True, slots=True)
class Stream:
    """A part in Draco's form. `attributes` and `indices` are what a decoder makes of `data`, in which the attributes
    have these `identifiers`."""

    data: bytes
    identifiers: dict[str, int]
    attributes: dict[Name, Array]
    indices: UInt32


Streams = Mapping[int, Stream]


def streams_of(rests: Sequence[Rest]) -> dict[int, Stream]:
    """By their numbers, the parts that Draco takes: without morph targets, and of floats where it expects them.

    All positions lie on one grid, so that parts that meet still do.
    """
    fit = {number: rest for number, rest in enumerate(rests) if len(rest.indices) and _fits(rest)}
    positions = [rest.attributes[None, "POSITION"] for rest in fit.values()]
    if not positions:
        return {}
    low = np.min([rows.min(axis=0) for rows in positions], axis=0)
    extent = float((np.max([rows.max(axis=0) for rows in positions], axis=0) - low).max())
    return {number: _encoded(rest, low, extent) for number, rest in fit.items() if extent > 0}


def _fits(rest: Rest) -> bool:
    own = all(rest.attributes.get((None, name), np.zeros(0, "f4")).dtype == np.float32 for name in _OWN.values())
    return own and all(target is None and rows.dtype.str[1:] in _COMPONENTS
                       for (target, _), rows in rest.attributes.items())


def _encoded(rest: Rest, low: Array, extent: float) -> Stream:
    checkpoint()
    own = {name: rest.attributes[None, name] for name in _OWN.values() if (None, name) in rest.attributes}
    others = [name for _, name in rest.attributes if name not in own]
    data = DracoPy.encode(
        own["POSITION"].astype(np.float64), rest.indices.reshape(-1, 3), _POSITION_BITS, _LEVEL, extent,
        low.astype(np.float64),
        normals=_doubles(own.get("NORMAL")), normal_quantization_bits=_NORMAL_BITS,
        tex_coord=_doubles(own.get("TEXCOORD_0")), tex_coord_quantization_bits=_TEXCOORD_BITS,
        generic_attributes={number: np.ascontiguousarray(rest.attributes[None, name])
                            for number, name in enumerate(others)} or None,
    )  # fmt: skip
    decoded = DracoPy.decode(data)
    identifiers: dict[str, int] = {}
    attributes: dict[Name, Array] = {}
    for attribute in decoded.attributes:
        name = _OWN.get(attribute["attribute_type"]) or others[attribute["unique_id"]]
        identifiers[name] = int(attribute["unique_id"])
        attributes[None, name] = np.asarray(attribute["data"])
    return Stream(data, identifiers, attributes, np.asarray(decoded.faces, np.uint32).reshape(-1))


def _doubles(rows: Array | None) -> Array | None:
    return None if rows is None else rows.astype(np.float64)
