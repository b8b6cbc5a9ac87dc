"""UsdPreviewSurface as glTF's material (see the UsdPreviewSurface Specification, 2.6).

Other shaders become grey, with a note.
"""

import dataclasses
from typing import Any

import pygltflib
from pxr import UsdShade

from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import Json
from renderer.load.fields import printable
from renderer.load.single_mesh import GREY, ROUGHNESS
from renderer.load.usd.networks import Map, Network, Source, Vertices
from renderer.load.usd.opening import Notes, Package
from renderer.load.usd.textures import Channel, Textures

_PURPOSES = ("", "preview", "full")
_LEFT_OUT = ("displacement", "clearcoatRoughness")
"""Inputs whose textures are left out."""


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """`material` is the index of glTF's; `texcoords` name the sets that it uses, in order, and `color` the primvar that
    gives its colour, if there is one."""

    material: int
    texcoords: tuple[str, ...] = ()
    color: str = ""


class Materials:
    def __init__(self, package: Package, gltf: GltfBuilder, time: Any, notes: Notes) -> None:
        self._gltf = gltf
        self._time = time
        self._notes = notes
        self._textures = Textures(package, gltf, notes)
        self._looks: dict[tuple[str, bool, bool], Look] = {}

    def use(self, bound: Any, mesh: Any, *, double_sided: bool, has_color: bool) -> Look:
        """The look of a part of a mesh: that of the material bound to the prim `bound`, or else to `mesh`.

        `has_color` says whether the mesh has displayColor, which is what a surface without a material shows.
        """
        material = _bound_material(bound) or _bound_material(mesh)
        key = (str(material.GetPath()) if material else "", double_sided, has_color)
        if key not in self._looks:
            surface = self._surface(material) if material else None
            self._looks[key] = (
                self._plain(has_color, double_sided) if surface is None
                else self._preview(material.GetPrim().GetName(), surface, double_sided)
            )
        return self._looks[key]

    def _surface(self, material: Any) -> Any:
        shader = material.ComputeSurfaceSource()[0] or material.ComputeSurfaceSource("mtlx")[0]
        kind = shader.GetShaderId() if shader else ""
        if kind == "UsdPreviewSurface":
            return shader
        name = printable(material.GetPrim().GetName())
        what = f"is of the kind {printable(str(kind))!r}" if kind else "has no surface"
        self._notes[f"material {name!r} {what}: only UsdPreviewSurface is drawn, and it becomes a grey one"] = None
        return None

    def _plain(self, has_color: bool, double_sided: bool) -> Look:
        value = 1.0 if has_color else GREY
        surface = pygltflib.PbrMetallicRoughness(
            baseColorFactor=[value, value, value, 1.0], metallicFactor=0.0, roughnessFactor=ROUGHNESS
        )
        material = pygltflib.Material(
            name="displayColor" if has_color else "grey", pbrMetallicRoughness=surface, doubleSided=double_sided
        )
        return Look(self._gltf.add(material), color="displayColor" if has_color else "")

    def _preview(self, name: str, shader: Any, double_sided: bool) -> Look:
        return _Preview(self._gltf, self._textures, Network(shader, self._time), self._notes).look(name, double_sided)


class _Preview:
    """One material on its way to glTF."""

    def __init__(self, gltf: GltfBuilder, textures: Textures, network: Network, notes: Notes) -> None:
        self._gltf = gltf
        self._textures = textures
        self._network = network
        self._notes = notes
        self._texcoords: dict[str, int] = {}

    def look(self, name: str, double_sided: bool) -> Look:
        shown = printable(name)
        surface = pygltflib.PbrMetallicRoughness()
        material = pygltflib.Material(name=shown, pbrMetallicRoughness=surface, doubleSided=double_sided)
        color = self._base(surface, material)
        self._metal(surface)
        self._details(material)
        self._layers(material)
        for key in _LEFT_OUT:
            if isinstance(self._network.source(key), Map):
                self._notes[f"the texture for the {key} of material {shown!r} is left out"] = None
        return Look(self._gltf.add(material), tuple(self._texcoords), color)

    def _base(self, surface: Any, material: Any) -> str:
        """Colour and opacity; the primvar that gives the colour."""
        color, opacity = self._network.source("diffuseColor"), self._network.source("opacity")
        threshold = self._network.number("opacityThreshold", 0.0)
        factor = [min(value, 1.0) for value in _rgb(color, (0.18, 0.18, 0.18))]
        alpha = 1.0 if isinstance(opacity, Map) else _unit(opacity, 1.0)
        if isinstance(color, Map) and isinstance(opacity, Map) and (color.file, "a", True) == (
            opacity.file, opacity.channel, opacity.is_plain
        ):
            surface.baseColorTexture = self._info(color, self._textures.plain(color))
        elif isinstance(opacity, Map):
            colors = [Channel(color, each) for each in "rgb"]
            packed = self._textures.packed([*colors, _channel(opacity)], "RGBA")
            surface.baseColorTexture = self._info(color if isinstance(color, Map) else opacity, packed)
        elif isinstance(color, Map):
            surface.baseColorTexture = self._info(color, self._textures.plain(color))
        surface.baseColorFactor = [*factor, alpha]
        if threshold > 0:
            material.alphaMode, material.alphaCutoff = pygltflib.MASK, threshold
        else:
            material.alphaMode = pygltflib.BLEND if isinstance(opacity, Map) or alpha < 1 else pygltflib.OPAQUE
        return color.primvar if isinstance(color, Vertices) else ""

    def _metal(self, surface: Any) -> None:
        if self._network.number("useSpecularWorkflow", 0.0) >= 1:
            self._notes["a specular colour is left out: the material is drawn as one that is no metal"] = None
            metal: Source = 0.0
        else:
            metal = self._network.source("metallic")
        rough = self._network.source("roughness")
        surface.metallicFactor = 1.0 if isinstance(metal, Map) else _unit(metal, 0.0)
        surface.roughnessFactor = 1.0 if isinstance(rough, Map) else _unit(rough, 0.5)
        maps = [each for each in (metal, rough) if isinstance(each, Map)]
        if not maps:
            return
        plain = all(each.is_plain for each in maps) and len({each.file for each in maps}) == 1
        if plain and (_channel(metal).name, _channel(rough).name) == ("b", "g"):
            texture = self._textures.plain(maps[0])
        else:
            texture = self._textures.packed([Channel(None), _channel(rough), _channel(metal)], "RGB")
        surface.metallicRoughnessTexture = self._info(maps[0], texture)

    def _details(self, material: Any) -> None:
        normal = self._network.source("normal")
        if isinstance(normal, Map) and (info := self._info(normal, self._textures.plain(normal))):
            scale = normal.scale[0] / 2 if normal.scale[0] != 1 else 1.0
            material.normalTexture = pygltflib.NormalMaterialTexture(
                index=info.index, texCoord=info.texCoord, extensions=info.extensions, scale=scale
            )
        occlusion = self._network.source("occlusion")
        if isinstance(occlusion, Map):
            plain = occlusion.channel == "r" and occlusion.is_plain
            texture = (
                self._textures.plain(occlusion) if plain else self._textures.packed([_channel(occlusion)] * 3, "RGB")
            )
            if info := self._info(occlusion, texture):
                material.occlusionTexture = pygltflib.OcclusionTextureInfo(
                    index=info.index, texCoord=info.texCoord, extensions=info.extensions
                )
        glow = self._network.source("emissiveColor")
        if isinstance(glow, Map):
            material.emissiveTexture = self._info(glow, self._textures.plain(glow))
        factor = _rgb(glow, (0.0, 0.0, 0.0))
        strength = max(1.0, *factor)
        material.emissiveFactor = [value / strength for value in factor]
        if strength > 1:
            material.extensions["KHR_materials_emissive_strength"] = {"emissiveStrength": strength}

    def _layers(self, material: Any) -> None:
        coat = _unit(self._network.source("clearcoat"), 0.0)
        if coat > 0:
            material.extensions["KHR_materials_clearcoat"] = {
                "clearcoatFactor": coat,
                "clearcoatRoughnessFactor": _unit(self._network.source("clearcoatRoughness"), 0.01),
            }
        ior = self._network.number("ior", 1.5)
        if ior >= 1 and ior != 1.5:
            material.extensions["KHR_materials_ior"] = {"ior": ior}

    def _info(self, source: Map, texture: int | None) -> Any:
        """glTF's reference to a texture; None where there is none."""
        if texture is None:
            return None
        number = self._texcoords.setdefault(source.texcoords, len(self._texcoords))
        extensions: Json = {}
        if source.transform is not None:
            extensions["KHR_texture_transform"] = source.transform
        return pygltflib.TextureInfo(index=texture, texCoord=number, extensions=extensions)


def material_path(prim: Any) -> str:
    """That of the material bound to the prim; "" without one."""
    material = _bound_material(prim)
    return str(material.GetPath()) if material else ""


def _bound_material(prim: Any) -> Any:
    """The UsdShade.Material; None for a prim without one."""
    binding = UsdShade.MaterialBindingAPI(prim)
    found = (binding.ComputeBoundMaterial(purpose)[0] for purpose in _PURPOSES)
    return next((material for material in found if material), None)


def _rgb(source: Source, default: tuple[float, float, float]) -> list[float]:
    """What glTF multiplies by a texture, or has alone. Not negative."""
    match source:
        case Map():
            values = source.scale[:3]
        case tuple():
            values = source[:3] if len(source) >= 3 else default
        case Vertices():
            values = (1.0, 1.0, 1.0)
        case _:
            values = default
    return [max(0.0, value) for value in values]


def _channel(source: Source) -> Channel:
    """The channel that the input shows, scaled and shifted as it is there."""
    if not isinstance(source, Map):
        return Channel(None)
    number = "rgba".index(source.channel[:1])
    return Channel(source, source.channel, source.scale[number], source.bias[number])


def _unit(source: Source, default: float) -> float:
    return min(max(source if isinstance(source, float) else default, 0.0), 1.0)
