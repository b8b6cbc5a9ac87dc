"""glTF's materials as UsdPreviewSurface (UsdPreviewSurface Specification, 2.6), which is what AR viewers draw."""

from collections.abc import Sequence
from typing import Any

from renderer.convert.usdz.colors import Coloring
from renderer.convert.usdz.coordinates import sets_of
from renderer.convert.usdz.names import Names
from renderer.convert.usdz.networks import Network, Placement, placed
from renderer.convert.usdz.pictures import Picture, Pictures
from renderer.scene.nodes import AlphaMode, Material, TextureRef

_LOST = ("specular", "sheen", "anisotropy", "iridescence", "volume", "diffuse_transmission")
"""Layers that UsdPreviewSurface has nothing for."""

_GLASS = 0.2
"""The opacity of what lets all light through. Some viewers fade reflections, too: with 0, nothing would be seen."""


class Materials:
    def __init__(
        self, stage: Any, folder: Any, scene: Sequence[Material], pictures: Pictures, notes: list[str]
    ) -> None:
        """Writes those of the materials `scene` that are used below the path `folder`."""
        self._stage = stage
        self._folder = folder
        self._scene = scene
        self._pictures = pictures
        self._notes = notes
        self._names = Names()
        self._kept: dict[tuple[object, ...], Any] = {}

    def use(self, index: int, coloring: Coloring, baked_st: str, *, green_down: bool) -> Any:
        """The UsdShade.Material; `baked_st` is the primvar that a baked picture lies by, `green_down` whether the
        normal map's green points against v."""
        key = (index, coloring.factor, coloring.picture, coloring.picture and baked_st, green_down)
        if key not in self._kept:
            material = self._scene[index]
            path = self._folder.AppendChild(self._names.new(material.name, "Material"))
            writer = _Writer(Network(self._stage, path), material, self._pictures)
            writer.write(coloring, baked_st, green_down)
            self._kept[key] = writer.network.material
            self._tell(material)
        return self._kept[key]

    def _tell(self, material: Material) -> None:
        lost = [layer.replace("_", " ") for layer in _LOST if getattr(material, layer) is not None]
        if material.clearcoat is not None and material.clearcoat.normal_texture is not None:
            lost.append("a clearcoat's normal map")
        self._notes += [f"{what} can't be written to a USDZ, and is left out" for what in lost]
        if material.transmission is not None:
            self._notes.append("transmission is written as opacity, without refraction")


class _Writer:
    """One material on its way to a network."""

    def __init__(self, network: Network, material: Material, pictures: Pictures) -> None:
        self.network = network
        self._material = material
        self._pictures = pictures
        self._sets = sets_of(material)

    def write(self, coloring: Coloring, baked_st: str, green_down: bool) -> None:
        material, network = self._material, self.network
        self._base(coloring, baked_st)
        if material.unlit:
            network.value("metallic", 0.0)
            network.value("roughness", 1.0)
            return
        self._metal()
        self._emission()
        if material.normal_texture is not None:
            scales = (material.normal_scale, -material.normal_scale if green_down else material.normal_scale)
            normals = self._pictures.normals(material.normal_texture.image, scales)
            network.normals(normals.file, placed(material.normal_texture, self._sets))
        if material.occlusion_texture is not None:
            strength = material.occlusion_strength
            self._values("occlusion", material.occlusion_texture, 0, strength, 1.0 - strength)
        if (coat := material.clearcoat) is not None:
            self._values("clearcoat", coat.texture, 0, coat.factor)
            self._values("clearcoatRoughness", coat.roughness_texture, 1, coat.roughness_factor)
        if material.ior >= 1 and material.ior != 1.5:
            network.value("ior", material.ior)

    def _base(self, coloring: Coloring, baked_st: str) -> None:
        """Colour and opacity."""
        material, network, reference = self._material, self.network, self._material.base_color_texture
        *rgb, alpha = coloring.factor
        if material.alpha_mode is AlphaMode.OPAQUE:
            alpha = 1.0
        if material.transmission is not None and material.alpha_mode is not AlphaMode.MASK:
            alpha *= 1.0 - (1.0 - _GLASS) * material.transmission.factor
        picture, placement = coloring.picture, Placement(baked_st)
        if picture is None and reference is not None:
            picture, alpha = self._colors(reference.image, rgb, alpha)
            placement = placed(reference, self._sets)
        color = "emissiveColor" if material.unlit else "diffuseColor"
        if picture is None:
            network.value(color, *rgb)
        else:
            network.texture(color, picture.file, placement, "rgb", raw=False)
        if material.unlit:
            network.value("diffuseColor", 0.0, 0.0, 0.0)
        cutoff = material.alpha_cutoff if material.alpha_mode is AlphaMode.MASK else 0.0
        if picture is not None and picture.has_alpha:
            network.texture("opacity", picture.file, placement, "a", raw=False)
        elif alpha < 1:
            network.value("opacity", alpha)
        else:
            return
        if cutoff > 0:
            network.value("opacityThreshold", cutoff)

    def _colors(self, image: int, rgb: Sequence[float], alpha: float) -> tuple[Picture, float]:
        """The base colour's picture, and the opacity that it leaves to a number."""
        opaque = self._material.alpha_mode is AlphaMode.OPAQUE or self._pictures.is_opaque(image)
        if opaque:
            return self._pictures.color(image, (*rgb, 1.0), with_alpha=False), alpha
        return self._pictures.color(image, (*rgb, alpha), with_alpha=True), 1.0

    def _metal(self) -> None:
        material = self._material
        packed, glossy, rough = (
            material.metallic_roughness_texture, material.glossiness_texture, material.roughness_factor,
        )  # fmt: skip
        self._values("metallic", packed, 2, material.metallic_factor)
        if glossy is None:
            self._values("roughness", packed, 1, rough)
        else:
            self._values("roughness", glossy, 3, rough - 1.0, 1.0)

    def _emission(self) -> None:
        factor, reference = self._material.emissive_factor, self._material.emissive_texture
        if reference is None:
            self.network.value("emissiveColor", *factor)
            return
        strength = max(1.0, *factor)  # what is brighter than a file's levels reach
        picture = self._pictures.color(
            reference.image, (*(value / strength for value in factor), 1.0), with_alpha=False
        )
        placement = placed(reference, self._sets)
        self.network.texture("emissiveColor", picture.file, placement, "rgb", raw=False, scale=strength)

    def _values(
        self, name: str, reference: TextureRef | None, channel: int, factor: float, offset: float = 0.0
    ) -> None:
        """One number, or one channel of a texture, times `factor` plus `offset`."""
        if reference is None:
            self.network.value(name, factor + offset)
            return
        found = self._pictures.values(reference.image, channel, factor, offset)
        if isinstance(found, Picture):
            self.network.texture(name, found.file, placed(reference, self._sets), "r", raw=True)
        else:
            self.network.value(name, found)
