"""Parts, materials and a clip written as one binary glTF 2.0 file."""

import dataclasses
import json
import struct
from pathlib import Path
from typing import Any

from renderer.arrays import Array, Float64
from renderer.samples.mesh import Mesh, joined

_FLOAT, _USHORT, _UINT = 5126, 5123, 5125
_ARRAY_BUFFER, _ELEMENT_ARRAY_BUFFER = 34962, 34963
_KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
_SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg"}


@dataclasses.dataclass(frozen=True, slots=True)
class Material:
    """glTF's metallic-roughness material; colours are linear, textures are encoded PNG or JPEG files.

    `orm` holds roughness in G and metalness in B, and occlusion in R where `occluded`.
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


def write_glb(path: Path, root: Part, clip_name: str, turnings: list[Turning], generator: str) -> None:
    """Writes the file; meshes of one part that share a material become one primitive."""
    file = _File()
    scene_root = file.add_part(root)
    file.add_clip(clip_name, turnings)
    document = {
        "asset": {"version": "2.0", "generator": generator},
        "scene": 0,
        "scenes": [{"name": root.name, "nodes": [scene_root]}],
        **{name: entries for name, entries in file.lists.items() if entries},
        "samplers": [{"magFilter": 9729, "minFilter": 9987, "wrapS": 10497, "wrapT": 10497}],
        "buffers": [{"byteLength": len(file.data)}],
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    chunks = [(b"JSON", text + b" " * (-len(text) % 4)), (b"BIN\0", bytes(file.data))]
    body = b"".join(struct.pack("<I4s", len(payload), kind) + payload for kind, payload in chunks)
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)


class _File:
    """The lists and the binary chunk of a glTF file under construction."""

    def __init__(self) -> None:
        names = ("nodes", "meshes", "materials", "textures", "images", "accessors", "bufferViews", "animations")
        self.lists: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        self.data = bytearray()
        self._materials: dict[Material, int] = {}
        self._textures: dict[bytes, int] = {}
        self._parts: dict[str, int] = {}

    def add_part(self, part: Part) -> int:
        node: dict[str, Any] = {"name": part.name}
        if any(part.translation):
            node["translation"] = part.translation
        if part.rotation != (0.0, 0.0, 0.0, 1.0):
            node["rotation"] = part.rotation
        if part.pieces:
            by_material: dict[Material, list[Mesh]] = {}
            for material, mesh in part.pieces:
                by_material.setdefault(material, []).append(mesh)
            primitives = [self._primitive(joined(meshes), material) for material, meshes in by_material.items()]
            node["mesh"] = self._add("meshes", {"name": part.name, "primitives": primitives})
        if part.children:
            node["children"] = [self.add_part(child) for child in part.children]
        self._parts[part.name] = self._add("nodes", node)
        return self._parts[part.name]

    def add_clip(self, name: str, turnings: list[Turning]) -> None:
        channels, samplers = [], []
        for k, turning in enumerate(turnings):
            channels.append({"sampler": k, "target": {"node": self._parts[turning.part], "path": "rotation"}})
            times = self._accessor(turning.times[:, None].astype("<f4"), bounded=True)
            values = self._accessor(turning.quaternions.astype("<f4"))
            samplers.append({"input": times, "output": values, "interpolation": "LINEAR"})
        self._add("animations", {"name": name, "channels": channels, "samplers": samplers})

    def _primitive(self, mesh: Mesh, material: Material) -> dict[str, Any]:
        attributes = {
            "POSITION": self._accessor(mesh.positions.astype("<f4"), _ARRAY_BUFFER, bounded=True),
            "NORMAL": self._accessor(mesh.normals.astype("<f4"), _ARRAY_BUFFER),
        }
        if material.textured:
            attributes["TEXCOORD_0"] = self._accessor(mesh.uvs.astype("<f4"), _ARRAY_BUFFER)
        if material.normal_map:
            attributes["TANGENT"] = self._accessor(mesh.tangents().astype("<f4"), _ARRAY_BUFFER)
        width = "<u2" if len(mesh.positions) < 65535 else "<u4"
        indices = self._accessor(mesh.triangles.reshape(-1, 1).astype(width), _ELEMENT_ARRAY_BUFFER)
        return {"attributes": attributes, "indices": indices, "material": self._material(material)}

    def _material(self, material: Material) -> int:
        if material in self._materials:
            return self._materials[material]
        surface: dict[str, Any] = {
            "baseColorFactor": material.color,
            "metallicFactor": material.metallic,
            "roughnessFactor": material.roughness,
        }
        entry: dict[str, Any] = {"name": material.name, "pbrMetallicRoughness": surface}
        if material.color_map:
            surface["baseColorTexture"] = self._texture(material.color_map, f"{material.name} colour")
        if material.orm_map:
            surface["metallicRoughnessTexture"] = self._texture(material.orm_map, f"{material.name} surface")
            if material.occluded:
                entry["occlusionTexture"] = self._texture(material.orm_map, f"{material.name} surface")
        if material.normal_map:
            entry["normalTexture"] = self._texture(material.normal_map, f"{material.name} relief")
        if any(material.emissive):
            entry["emissiveFactor"] = material.emissive
        if material.blended:
            entry["alphaMode"] = "BLEND"
        if material.double_sided:
            entry["doubleSided"] = True
        self._materials[material] = self._add("materials", entry)
        return self._materials[material]

    def _texture(self, data: bytes, name: str) -> dict[str, int]:
        if data not in self._textures:
            image = {"name": name, "mimeType": _SIGNATURES[data[:4]], "bufferView": self._view(data)}
            self._textures[data] = self._add("textures", {"sampler": 0, "source": self._add("images", image)})
        return {"index": self._textures[data]}

    def _accessor(self, rows: Array, target: int | None = None, *, bounded: bool = False) -> int:
        component = {"f4": _FLOAT, "u2": _USHORT, "u4": _UINT}[rows.dtype.str[1:]]
        entry = {
            "bufferView": self._view(rows.tobytes(), target),
            "componentType": component,
            "count": len(rows),
            "type": _KINDS[rows.shape[1]],
        }
        if bounded:
            entry |= {"min": rows.min(axis=0).tolist(), "max": rows.max(axis=0).tolist()}
        return self._add("accessors", entry)

    def _view(self, data: bytes, target: int | None = None) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        self.data += data + b"\0" * (-len(data) % 4)
        return self._add("bufferViews", entry if target is None else {**entry, "target": target})

    def _add(self, kind: str, entry: dict[str, Any]) -> int:
        self.lists[kind].append(entry)
        return len(self.lists[kind]) - 1
