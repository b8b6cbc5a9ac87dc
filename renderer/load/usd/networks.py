"""What feeds the inputs of a UsdPreviewSurface: values, textures, or values of the mesh's vertices."""

import dataclasses
import math
from typing import Any

import pygltflib
from pxr import Sdf, UsdShade

from renderer.gltf.glb import Json

_WRAPS = {"clamp": pygltflib.CLAMP_TO_EDGE, "black": pygltflib.CLAMP_TO_EDGE, "mirror": pygltflib.MIRRORED_REPEAT}
_MOST_NODES = 32
"""In a row between a texture and its coordinates."""


@dataclasses.dataclass(frozen=True, slots=True)
class Map:
    """A UsdUVTexture: `file` as usd-core resolves it and `name` as the file has it, the output `channel` ("rgb", "r",
    ...) that is used, and what it is multiplied by, `scale`, before `bias` is added. `texcoords` names the coordinates,
    `transform` is KHR_texture_transform's, or None."""

    file: str
    name: str
    channel: str
    scale: tuple[float, ...]
    bias: tuple[float, ...]
    wrap: tuple[int, int]
    texcoords: str
    transform: Json | None

    @property
    def is_plain(self) -> bool:
        """Whether the file's numbers are used as they are."""
        return (*self.scale, *self.bias) == (1.0,) * 4 + (0.0,) * 4


@dataclasses.dataclass(frozen=True, slots=True)
class Vertices:
    """A value of the vertices."""

    primvar: str


Source = Map | Vertices | tuple[float, ...] | float | None


class Network:
    """The shaders behind one surface, at a time."""

    def __init__(self, surface: Any, time: Any) -> None:
        self._surface = surface
        self._time = time

    def source(self, key: str) -> Source:
        """What the input has; None for one that isn't set."""
        attribute = _producer(self._surface, key)
        if attribute is None:
            return None
        prim = attribute.GetPrim()
        shader = UsdShade.Shader(prim)
        if not UsdShade.Output.IsOutput(attribute) or not shader:
            return _value(attribute.Get(self._time))
        kind = shader.GetShaderId() or ""
        channel = attribute.GetBaseName()
        if kind == "UsdUVTexture" and channel in ("rgb", "r", "g", "b", "a"):
            return self._map(shader, channel)
        if kind.startswith("UsdPrimvarReader_float"):
            return Vertices(self._text(shader, "varname"))
        return None

    def number(self, key: str, default: float) -> float:
        value = self.source(key)
        return value if isinstance(value, float) else default

    def _map(self, shader: Any, channel: str) -> Source:
        found = self._get(shader, "file")
        if not isinstance(found, Sdf.AssetPath) or not found.path:
            fallback = _value(self._get(shader, "fallback"))
            if not isinstance(fallback, tuple):
                return None
            return fallback if channel == "rgb" else fallback["rgb".find(channel)]
        texcoords, transform = self._coordinates(shader)
        return Map(
            file=found.resolvedPath, name=found.path, channel=channel,
            scale=self._four(shader, "scale", 1.0), bias=self._four(shader, "bias", 0.0),
            wrap=(self._wrap(shader, "wrapS"), self._wrap(shader, "wrapT")), texcoords=texcoords, transform=transform,
        )  # fmt: skip

    def _coordinates(self, texture: Any) -> tuple[str, Json | None]:
        """The primvar's name, and how it is moved on its way: by one UsdTransform2d at most."""
        node, transform = texture, None
        for key in ("st", *["in"] * _MOST_NODES):
            attribute = _producer(node, key)
            node = None if attribute is None else UsdShade.Shader(attribute.GetPrim())
            if not node:
                break
            kind = node.GetShaderId() or ""
            if kind.startswith("UsdPrimvarReader"):
                return self._text(node, "varname") or "st", transform
            if kind != "UsdTransform2d":
                break
            transform = transform or self._transform(node)
        return "st", transform

    def _transform(self, node: Any) -> Json:
        """For coordinates whose v points down: see the signs in KHR_texture_transform's own matrix."""
        turn = math.radians(_first(_value(self._get(node, "rotation")), 0.0))
        scale = _pair(_value(self._get(node, "scale")), 1.0)
        move = _pair(_value(self._get(node, "translation")), 0.0)
        offset = [move[0] - math.sin(turn) * scale[1], 1.0 - move[1] - math.cos(turn) * scale[1]]
        return {"rotation": turn, "scale": [*scale], "offset": offset}

    def _wrap(self, shader: Any, key: str) -> int:
        wrap: int = _WRAPS.get(str(self._get(shader, key)), pygltflib.REPEAT)
        return wrap

    def _four(self, shader: Any, key: str, default: float) -> tuple[float, ...]:
        value = _value(self._get(shader, key))
        return value if isinstance(value, tuple) and len(value) == 4 else (default,) * 4

    def _text(self, shader: Any, key: str) -> str:
        return str(self._get(shader, key) or "")

    def _get(self, shader: Any, key: str) -> Any:
        attribute = _producer(shader, key)
        return None if attribute is None else attribute.Get(self._time)


def _producer(shader: Any, key: str) -> Any:
    """The attribute that the input's value comes from; None where it has none."""
    entry = shader.GetInput(key)
    found = entry.GetValueProducingAttributes() if entry else []
    return found[0] if found else None


def _value(value: Any) -> tuple[float, ...] | float | None:
    """usd-core's numbers as Python's, those that are finite."""
    if isinstance(value, bool | int | float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str) or not hasattr(value, "__len__"):
        return None
    try:
        numbers = tuple(float(each) for each in value)
    except (TypeError, ValueError):
        return None
    return numbers if numbers and all(map(math.isfinite, numbers)) else None


def _first(value: tuple[float, ...] | float | None, default: float) -> float:
    return value if isinstance(value, float) else default


def _pair(value: tuple[float, ...] | float | None, default: float) -> tuple[float, float]:
    return (value[0], value[1]) if isinstance(value, tuple) and len(value) == 2 else (default, default)
