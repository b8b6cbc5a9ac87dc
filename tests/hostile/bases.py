"""Small sound files of every kind for the mutators to begin with, all made here or by the tests of the renderer."""

import dataclasses
import io
import random
import struct
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import PIL.Image

from tests.renderer.load import plain_meshes, test_draco, test_meshopt
from tests.renderer.load.glb_builder import GlbBuilder, png
from tests.renderer.load.ktx2_builder import ktx2
from tests.renderer.load.obj import support as scans
from tests.renderer.load.test_hostile import everything

Json = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """A GLB's two chunks; `streams` are the ranges of `binary` that hold something compressed."""

    document: Json
    binary: bytes
    streams: Sequence[range] = ()


def parts_of(builder: GlbBuilder, *views: int) -> Parts:
    """`views` are the buffer views that hold something compressed, in buffer 0."""
    document = {"buffers": builder.buffers()} | builder.document
    placed = (_stored(document["bufferViews"][view]) for view in views)
    return Parts(document, bytes(builder.binary), [
        range(place["byteOffset"], place["byteOffset"] + place["byteLength"]) for place in placed
    ])  # fmt: skip


def _stored(view: Json) -> Json:
    """Where the bytes lie: of a view that meshopt has packed, its extension says so."""
    packed: Json = next(iter(view.get("extensions", {}).values()), view)
    return packed


LAYERS: Mapping[str, Json] = {
    "KHR_materials_anisotropy": {"anisotropyStrength": 0.5}, "KHR_materials_clearcoat": {"clearcoatFactor": 1},
    "KHR_materials_diffuse_transmission": {"diffuseTransmissionFactor": 0.5},
    "KHR_materials_dispersion": {"dispersion": 1}, "KHR_materials_emissive_strength": {"emissiveStrength": 2},
    "KHR_materials_ior": {"ior": 1.4}, "KHR_materials_iridescence": {"iridescenceFactor": 1},
    "KHR_materials_sheen": {"sheenColorFactor": [1, 1, 1]}, "KHR_materials_specular": {"specularFactor": 0.5},
    "KHR_materials_transmission": {"transmissionFactor": 1}, "KHR_materials_unlit": {},
    "KHR_materials_volume": {"thicknessFactor": 1, "attenuationDistance": 1},
}  # fmt: skip


def square() -> tuple[GlbBuilder, Json]:
    """A square metre in the xy plane, and its only primitive, without a material."""
    builder = GlbBuilder()
    corners = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
    primitive: Json = {
        "attributes": {
            "POSITION": builder.add_accessor(corners), "NORMAL": builder.add_accessor([(0, 0, 1)] * 4),
            "TEXCOORD_0": builder.add_accessor([(x, y) for x, y, _ in corners]),
        },
        "indices": builder.add_accessor((0, 1, 2, 0, 2, 3), "uint16"),
    }
    builder.show(builder.add_mesh(primitive))
    return builder, primitive


def layered(rng: random.Random) -> GlbBuilder:
    """A square whose material has some of all the extensions, under a lamp."""
    builder, primitive = square()
    texture = {"index": builder.add_texture(png())}
    names = rng.sample([*LAYERS], 4)
    primitive["material"] = builder.add("materials", {
        "pbrMetallicRoughness": {"baseColorTexture": texture}, "alphaMode": rng.choice(("OPAQUE", "MASK", "BLEND")),
        "extensions": {name: {**LAYERS[name]} for name in names},
    })  # fmt: skip
    lights = "KHR_lights_punctual"
    builder.document["extensions"] = {lights: {"lights": [{"type": "spot", "intensity": 40, "spot": {}}]}}
    builder.document["nodes"].append({"translation": [0, 2, 2], "extensions": {lights: {"light": 0}}})
    builder.document["scenes"][0]["nodes"].append(1)
    builder.document["extensionsUsed"] = [lights, *names]
    return builder


def textured(data: bytes, kind: str) -> bytes:
    """A GLB of a square with the picture of the `kind` as its base colour."""
    builder, primitive = square()
    image = builder.add_image(data, f"image/{kind}")
    extension = {"ktx2": "KHR_texture_basisu", "avif": "EXT_texture_avif", "webp": "EXT_texture_webp"}.get(kind)
    texture: Json = {"source": image} if extension is None else {"extensions": {extension: {"source": image}}}
    builder.add("textures", texture)
    primitive["material"] = builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    if extension:
        builder.document["extensionsUsed"] = [extension]
    return builder.glb()


@cache
def draco_parts() -> Sequence[Parts]:
    """Both of Draco's encodings of a grid."""
    models = [test_draco.plain(test_draco.encode(preserve_order=ordered)).builder for ordered in (True, False)]
    return [parts_of(model, 0) for model in models]


@cache
def meshopt_parts() -> Sequence[Parts]:
    """Both codecs of triangles, under both names of the extension."""
    names = (test_meshopt.EXT, test_meshopt.KHR)
    modes = ("TRIANGLES", "INDICES")
    return [parts_of(test_meshopt.square(mode, name=name), 0, 1) for mode in modes for name in names]


@cache
def glb_parts() -> Parts:
    return parts_of(everything())


@cache
def loose_gltf() -> tuple[Json, Mapping[str, bytes]]:
    """A document that stands in a .gltf, and the files beside it."""
    builder, primitive = square()
    builder.add("images", {"uri": "wood.png"})
    builder.add("textures", {"source": 0})
    primitive["material"] = builder.add("materials", {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})
    builder.document["buffers"] = [{"byteLength": len(builder.binary), "uri": "model.bin"}]
    return builder.document, {"model.bin": bytes(builder.binary), "wood.png": png()}


SCAN: Mapping[str, bytes] = scans.FILES

COLORED = "property uchar red\nproperty uchar green\nproperty uchar blue\n"
MESHES: Sequence[tuple[str, bytes]] = (
    ("part.stl", plain_meshes.stl(plain_meshes.square_facets(), (0x8000 | 31, 0))),
    ("part.stl", plain_meshes.stl_text(plain_meshes.square_facets())),
    ("scan.ply", plain_meshes.ply_square("255 128 0", COLORED)),
    ("scan.ply", plain_meshes.ply_binary("binary_big_endian", (0, 1, 2), (0, 1, 2, 3))),
)
"""Models that say nothing of their materials, by name."""


@cache
def pictures(kind: str) -> Sequence[bytes]:
    """A few files of the kind, which differ in how they hold their pixels."""
    if kind in ("hdr", "exr"):
        return [flat_hdr(), packed_hdr()] if kind == "hdr" else [exr()]
    if kind == "ktx2":
        return [ktx2()]
    noise = np.random.default_rng(1).integers(0, 256, (17, 33, 4)).astype(np.uint8)
    image = PIL.Image.fromarray(noise)
    forms: dict[str, list[tuple[str, Json]]] = {
        "png": [("RGBA", {}), ("P", {}), ("L", {}), ("1", {}), ("RGB", {"exif": b"MM\0*\0\0\0\x08\0\0"})],
        "jpeg": [("RGB", {}), ("L", {}), ("CMYK", {}), ("RGB", {"progressive": True, "subsampling": 0})],
        "webp": [("RGBA", {}), ("RGB", {}), ("RGBA", {"lossless": True})],
        "avif": [("RGB", {"speed": 10}), ("RGBA", {"speed": 10})],
    }
    made = []
    for mode, options in forms[kind]:
        stream = io.BytesIO()
        image.convert(mode).save(stream, kind.upper(), **options)
        made.append(stream.getvalue())
    return made


WIDTH, HEIGHT = 32, 16  # of panoramas: twice as wide as high
_HDR_HEAD = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (HEIGHT, WIDTH)


def flat_hdr() -> bytes:
    return _HDR_HEAD + b"".join(bytes((x, y, 128, 129)) for y in range(HEIGHT) for x in range(WIDTH))


def packed_hdr() -> bytes:
    """With the runs of Radiance's newer encoding."""
    begin = b"\2\2" + struct.pack(">H", WIDTH)
    return _HDR_HEAD + b"".join(
        begin + b"".join(bytes((128 + WIDTH, value)) for value in (y, 90, 10, 128)) for y in range(HEIGHT)
    )


def exr() -> bytes:
    """An uncompressed OpenEXR of half floats, a line to a block (OpenEXR file layout)."""
    window = struct.pack("<4i", 0, 0, WIDTH - 1, HEIGHT - 1)
    channels = b"".join(name + b"\0" + struct.pack("<iIii", 1, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    attributes = [
        (b"channels\0chlist", channels), (b"compression\0compression", b"\0"), (b"dataWindow\0box2i", window),
        (b"displayWindow\0box2i", window), (b"lineOrder\0lineOrder", b"\0"),
        (b"pixelAspectRatio\0float", struct.pack("<f", 1)), (b"screenWindowCenter\0v2f", bytes(8)),
        (b"screenWindowWidth\0float", struct.pack("<f", 1)),
    ]  # fmt: skip
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    head += b"".join(name + b"\0" + struct.pack("<i", len(value)) + value for name, value in attributes) + b"\0"
    lines = [
        struct.pack("<ii", y, 6 * WIDTH) + np.full(3 * WIDTH, y / HEIGHT, "<f2").tobytes() for y in range(HEIGHT)
    ]
    first = len(head) + 8 * HEIGHT
    table = b"".join(struct.pack("<Q", first + sum(map(len, lines[:y]))) for y in range(HEIGHT))
    return head + table + b"".join(lines)
