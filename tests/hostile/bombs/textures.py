"""Pictures that are small as files and large in memory, alone and many times over."""

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import PIL.Image

from tests.hostile.bombs.parts import triangle
from tests.renderer.load.glb_builder import GlbBuilder


def empty_png(side: int) -> bytes:
    """A black picture of a bit for each pixel: 16384 x 16384 of them are 33 kB."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side), 9)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def empty_picture(side: int, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    PIL.Image.new("L" if kind != "WEBP" else "RGB", (side, side)).save(stream, kind, **options)
    return stream.getvalue()


def _textured(builder: GlbBuilder, textures: Sequence[int], role: str = "baseColorTexture") -> bytes:
    """A part of the mesh for each texture."""
    attributes = triangle(builder)["attributes"]
    attributes["TEXCOORD_0"] = builder.add_accessor(((0, 0), (1, 0), (1, 1)))
    parts = []
    for texture in textures:
        inside = {"pbrMetallicRoughness": {role: {"index": texture}}}
        material = inside if role in ("baseColorTexture", "metallicRoughnessTexture") else {role: {"index": texture}}
        parts.append({"attributes": attributes, "material": builder.add("materials", material)})
    builder.show(builder.add("meshes", {"primitives": parts}))
    return builder.glb()


def wrappings(side: int, count: int) -> bytes:
    """One picture through `count` samplers, at most 36."""
    builder = GlbBuilder()
    image = builder.add_image(empty_png(side))
    sides = (33071, 33648, 10497)
    kinds = [(s, t, m, n) for s in sides for t in sides for m in (9728, 9729) for n in (9728, 9729)][:count]
    textures = []
    for wrap_s, wrap_t, magnified, reduced in kinds:
        sampler = {"wrapS": wrap_s, "wrapT": wrap_t, "magFilter": magnified, "minFilter": reduced}
        textures.append(builder.add("textures", {"source": image, "sampler": builder.add("samplers", sampler)}))
    return _textured(builder, textures)


def pictures(side: int, count: int, kind: str = "PNG") -> bytes:
    """`count` pictures of the same bytes."""
    builder = GlbBuilder()
    data = empty_png(side) if kind == "PNG" else empty_picture(side, kind)
    view = builder.add_view(data)
    textures = []
    for _ in range(count):
        image = builder.add("images", {"bufferView": view, "mimeType": f"image/{kind.lower()}"})
        source = {"extensions": {"EXT_texture_webp": {"source": image}}} if kind == "WEBP" else {"source": image}
        textures.append(builder.add("textures", source))
    if kind == "WEBP":
        builder.document["extensionsUsed"] = ["EXT_texture_webp"]
    return _textured(builder, textures)


def roles(side: int) -> bytes:
    """One picture in the roles of colour, data, normals, occlusion and light, each of which may want its own copy."""
    builder = GlbBuilder()
    texture = builder.add("textures", {"source": builder.add_image(empty_png(side))})
    attributes = triangle(builder)["attributes"]
    attributes["TEXCOORD_0"] = builder.add_accessor(((0, 0), (1, 0), (1, 1)))
    shown = {"index": texture}
    material = builder.add("materials", {
        "pbrMetallicRoughness": {"baseColorTexture": shown, "metallicRoughnessTexture": shown},
        "normalTexture": shown, "occlusionTexture": shown, "emissiveTexture": shown,
    })  # fmt: skip
    builder.show(builder.add_mesh({"attributes": attributes, "material": material}))
    return builder.glb()


def wide_hdr(width: int, height: int) -> bytes:
    """A grey panorama, each line of it four runs."""
    head = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (height, width)
    runs, rest = divmod(width, 127)
    line = b"".join(
        bytes((255, value)) * runs + (bytes((128 + rest, value)) if rest else b"") for value in (99, 99, 99, 128)
    )
    return head + (b"\2\2" + struct.pack(">H", width) + line) * height


def deep_exr(channels: int, width: int = 64, height: int = 32) -> bytes:
    """A black panorama of many channels, as one block of a few bytes for each line (OpenEXR, ZIPS)."""
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    named = b"".join(b"%05d\0" % i + struct.pack("<iIii", 2, 0, 1, 1) for i in range(channels)) + b"\0"
    attributes = [
        (b"channels\0chlist", named), (b"compression\0compression", b"\2"), (b"dataWindow\0box2i", window),
        (b"displayWindow\0box2i", window), (b"lineOrder\0lineOrder", b"\0"),
        (b"pixelAspectRatio\0float", struct.pack("<f", 1)), (b"screenWindowCenter\0v2f", bytes(8)),
        (b"screenWindowWidth\0float", struct.pack("<f", 1)),
    ]  # fmt: skip
    head = b"\x76\x2f\x31\x01" + struct.pack("<I", 2)
    head += b"".join(name + b"\0" + struct.pack("<i", len(value)) + value for name, value in attributes) + b"\0"
    black = zlib.compress(b"\0" + b"\x80" * (4 * channels * width - 1), 9)  # differences of 128 mean none
    lines = [struct.pack("<ii", y, len(black)) + black for y in range(height)]
    first = len(head) + 8 * height
    table = b"".join(struct.pack("<Q", first + y * len(lines[0])) for y in range(height))
    return head + table + b"".join(lines)
