"""Parts, materials and a clip written as one binary glTF 2.0 file."""

import dataclasses
from pathlib import Path

import numpy as np
import pygltflib

from renderer.arrays import Float32, Float64
from renderer.gltf.builder import GltfBuilder
from renderer.gltf.glb import write_glb
from renderer.samples.mesh import Mesh, joined


@dataclasses.dataclass(frozen=True, slots=True)
class Material:
    """glTF's metallic-roughness material; colours are linear, textures are encoded PNG or JPEG files.

    `orm_map` holds roughness in G and metalness in B, and occlusion in R where `occluded`.
    """

    name: str
    color: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    metallic: float = 0.0
    roughness: float = 1.0
    emissive: tuple[float, float, float] = (0.0, 0.0, 0.0)
    color_map: bytes | None = None
    orm_map: bytes | None = None
    occluded: bool = False
    normal_map: bytes | None = None
    blended: bool = False
    double_sided: bool = False

    @property
    def textured(self) -> bool:
        return any((self.color_map, self.orm_map, self.normal_map))


Piece = tuple[Material, Mesh]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A node of the model: what it is made of, and parts that move with it. `rotation` is a quaternion (x, y, z, w)."""

    name: str
    pieces: tuple[Piece, ...] = ()
    children: tuple["Part", ...] = ()
    translation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Turning:
    """The rotation of one named part over time: `times` (k,) in seconds, `quaternions` (k, 4),
    interpolated linearly."""

    part: str
    times: Float64
    quaternions: Float64


def write_model(path: Path, root: Part, clip_name: str, turnings: list[Turning], generator: str) -> None:
    """Writes the file; meshes of one part that share a material become one primitive."""
    model = _Model(generator)
    scene_root = model.add_part(root)
    model.add_clip(clip_name, turnings)
    write_glb(path, model.builder.document([scene_root], root.name), [model.builder.binary])


class _Model:
    """Parts and a clip as glTF; equal materials and equal textures are written once."""

    def __init__(self, generator: str) -> None:
        self.builder = GltfBuilder(generator)
        self._sampler = self.builder.add(pygltflib.Sampler(
            magFilter=pygltflib.LINEAR, minFilter=pygltflib.LINEAR_MIPMAP_LINEAR
        ))  # fmt: skip
        self._materials: dict[Material, int] = {}
        self._textures: dict[bytes, int] = {}
        self._parts: dict[str, int] = {}

    def add_part(self, part: Part) -> int:
        """The index of the node."""
        node = pygltflib.Node(name=part.name)
        if any(part.translation):
            node.translation = part.translation
        if part.rotation != (0.0, 0.0, 0.0, 1.0):
            node.rotation = part.rotation
        if part.pieces:
            by_material: dict[Material, list[Mesh]] = {}
            for material, mesh in part.pieces:
                by_material.setdefault(material, []).append(mesh)
            primitives = [self._primitive(joined(meshes), material) for material, meshes in by_material.items()]
            node.mesh = self.builder.add(pygltflib.Mesh(name=part.name, primitives=primitives))
        node.children = [self.add_part(child) for child in part.children]
        self._parts[part.name] = self.builder.add(node)
        return self._parts[part.name]

    def add_clip(self, name: str, turnings: list[Turning]) -> None:
        clip = pygltflib.Animation(name=name)
        for k, turning in enumerate(turnings):
            target = pygltflib.AnimationChannelTarget(node=self._parts[turning.part], path=pygltflib.ROTATION)
            clip.channels.append(pygltflib.AnimationChannel(sampler=k, target=target))
            times = self.builder.add_keyframes(_float32(turning.times[:, None]), bounded=True)
            values = self.builder.add_keyframes(_float32(turning.quaternions))
            clip.samplers.append(pygltflib.AnimationSampler(input=times, output=values))
        self.builder.add(clip)

    def _primitive(self, mesh: Mesh, material: Material) -> pygltflib.Primitive:
        attributes = pygltflib.Attributes(
            POSITION=self.builder.add_vertices(_float32(mesh.positions), bounded=True),
            NORMAL=self.builder.add_vertices(_float32(mesh.normals)),
        )
        if material.textured:
            attributes.TEXCOORD_0 = self.builder.add_vertices(_float32(mesh.uvs))
        if material.normal_map:
            attributes.TANGENT = self.builder.add_vertices(_float32(mesh.tangents()))
        return pygltflib.Primitive(
            attributes=attributes, indices=self.builder.add_indices(mesh.triangles), material=self._material(material)
        )

    def _material(self, material: Material) -> int:
        if material in self._materials:
            return self._materials[material]
        surface = pygltflib.PbrMetallicRoughness(
            baseColorFactor=material.color, metallicFactor=material.metallic, roughnessFactor=material.roughness
        )
        entry = pygltflib.Material(
            name=material.name, pbrMetallicRoughness=surface, emissiveFactor=material.emissive,
            doubleSided=material.double_sided,
        )  # fmt: skip
        if material.color_map:
            texture = self._texture(material.color_map, f"{material.name} colour")
            surface.baseColorTexture = pygltflib.TextureInfo(index=texture)
        if material.orm_map:
            texture = self._texture(material.orm_map, f"{material.name} surface")
            surface.metallicRoughnessTexture = pygltflib.TextureInfo(index=texture)
            if material.occluded:
                entry.occlusionTexture = pygltflib.OcclusionTextureInfo(index=texture)
        if material.normal_map:
            texture = self._texture(material.normal_map, f"{material.name} relief")
            entry.normalTexture = pygltflib.NormalMaterialTexture(index=texture)
        if material.blended:
            entry.alphaMode = pygltflib.BLEND
        self._materials[material] = self.builder.add(entry)
        return self._materials[material]

    def _texture(self, data: bytes, name: str) -> int:
        if data not in self._textures:
            image = self.builder.add_image(data, name)
            self._textures[data] = self.builder.add(pygltflib.Texture(sampler=self._sampler, source=image))
        return self._textures[data]


def _float32(values: Float64) -> Float32:
    return values.astype(np.float32)
