"""Shaders of a material: a UsdPreviewSurface, and the textures that are connected to it."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from pxr import Gf, Sdf, UsdShade

from renderer.convert.usdz.coordinates import Coordinates
from renderer.scene.nodes import TextureRef

_WRAPS = {33071: "clamp", 33648: "mirror", 10497: "repeat"}
_TYPES = {1: Sdf.ValueTypeNames.Float, 3: Sdf.ValueTypeNames.Color3f}
"""Of an input, by how many channels it has."""


@dataclasses.dataclass(frozen=True, slots=True)
class Placement:
    """Where a texture lies: by the primvar `st`, and beyond its borders as `wrap` says for both axes."""

    st: str
    wrap: tuple[str, str] = ("clamp", "clamp")


def placed(reference: TextureRef, sets: Mapping[Coordinates, str]) -> Placement:
    sampler = reference.sampler
    return Placement(sets[Coordinates.of(reference)], (_WRAPS[sampler.wrap_s], _WRAPS[sampler.wrap_t]))


class Network:
    """The material at `path`, whose surface gets values one by one."""

    def __init__(self, stage: Any, path: Any) -> None:
        self.material = UsdShade.Material.Define(stage, path)
        self._stage = stage
        self._path = path
        self._outputs: dict[tuple[object, ...], Any] = {}
        self._surface = self._shader("Surface", "UsdPreviewSurface")
        output = self._surface.CreateOutput("surface", Sdf.ValueTypeNames.Token)
        self.material.CreateSurfaceOutput().ConnectToSource(output)

    def value(self, name: str, *numbers: float) -> None:
        """Gives input `name` one number, or the three of a linear colour."""
        value = numbers[0] if len(numbers) == 1 else Gf.Vec3f(*numbers)
        self._surface.CreateInput(name, _TYPES[len(numbers)]).Set(value)

    def texture(
        self, name: str, file: str, placement: Placement, channels: str, *, raw: bool, scale: float = 1.0
    ) -> None:
        """Connects input `name` to the `channels`, one or "rgb", of an image; colours count `scale` times."""
        kind = _TYPES[len(channels)]
        shader = self._image(file, placement, raw, scale)
        output = shader.GetOutput(channels) or shader.CreateOutput(
            channels, Sdf.ValueTypeNames.Float3 if channels == "rgb" else kind
        )
        self._surface.CreateInput(name, kind).ConnectToSource(output)

    def normals(self, file: str, placement: Placement) -> None:
        shader = self._image(file, placement, True, 1.0)
        shader.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(2.0, 2.0, 2.0, 1.0))
        shader.CreateInput("bias", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(-1.0, -1.0, -1.0, 0.0))
        output = shader.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
        self._surface.CreateInput("normal", Sdf.ValueTypeNames.Normal3f).ConnectToSource(output)

    def _image(self, file: str, placement: Placement, raw: bool, scale: float) -> Any:
        key = ("image", file, placement, raw, scale)
        if key not in self._outputs:
            coordinates = self._coordinates(placement.st)
            shader = self._outputs[key] = self._shader(f"Texture{len(self._outputs)}", "UsdUVTexture")
            shader.CreateInput("file", Sdf.ValueTypeNames.Asset).Set(Sdf.AssetPath(file))
            shader.CreateInput("sourceColorSpace", Sdf.ValueTypeNames.Token).Set("raw" if raw else "sRGB")
            for axis, wrap in zip("ST", placement.wrap, strict=True):
                shader.CreateInput(f"wrap{axis}", Sdf.ValueTypeNames.Token).Set(wrap)
            if scale != 1:
                shader.CreateInput("scale", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(scale, scale, scale, 1.0))
            shader.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(coordinates)
        return self._outputs[key]

    def _coordinates(self, st: str) -> Any:
        key = ("coordinates", st)
        if key not in self._outputs:
            reader = self._shader(f"Reader_{st}", "UsdPrimvarReader_float2")
            reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set(st)
            self._outputs[key] = reader.CreateOutput("result", Sdf.ValueTypeNames.Float2)
        return self._outputs[key]

    def _shader(self, name: str, kind: str) -> Any:
        shader = UsdShade.Shader.Define(self._stage, self._path.AppendChild(name))
        shader.CreateIdAttr(kind)
        return shader
