"""Picture files, changed by their chunks, boxes, segments and headers."""

import random
import struct
import zlib
from collections.abc import Callable, Sequence

from tests.hostile.mutate.plain import ANY, BOUNDARIES, Mutator, any_of

Chunk = tuple[bytes, bytes]
SIDES = (0, 1, 7, 4096, 8192, 8193, 16384, 16385, 65535, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
"""Of pictures: none, few, the limits and what lies beyond them."""


def _shuffled(rng: random.Random, chunks: list[Chunk]) -> list[Chunk]:
    """One chunk is gone, comes twice, comes elsewhere, or has other contents."""
    at = rng.randrange(len(chunks))
    kind, data = chunks[at]
    match rng.choice(("gone", "twice", "moved", "contents", "contents", "empty")):
        case "gone":
            del chunks[at]
        case "twice":
            chunks.insert(at, chunks[at])
        case "moved":
            chunks.insert(rng.randrange(len(chunks)), chunks.pop(at))
        case "contents":
            chunks[at] = kind, any_of(ANY)(rng, data)
        case "empty":
            chunks[at] = kind, b""
    return chunks


# --- PNG: length, type, data, checksum (PNG specification, section 5.3) ---

_PNG = b"\x89PNG\r\n\x1a\n"
_BOMB = zlib.compress(bytes(20_000_000), 9)
PNG_EXTRAS: Sequence[Chunk] = (
    (b"PLTE", b""), (b"PLTE", b"\1\2"), (b"PLTE", bytes(3 * 300)), (b"tRNS", bytes(300)), (b"tRNS", b""),
    (b"iCCP", b"x\0\0" + _BOMB), (b"zTXt", b"x\0\0" + _BOMB), (b"iTXt", b"x\0\1\0\0\0" + _BOMB),
    (b"tEXt", bytes(70_000)), (b"acTL", struct.pack(">II", 2**31, 0)), (b"fcTL", bytes(26)), (b"fdAT", bytes(4)),
    (b"eXIf", b"MM\0*" + b"\xff" * 60), (b"gAMA", bytes(4)), (b"cHRM", b"\xff" * 32), (b"pHYs", b"\xff" * 9),
    (b"IEND", b"x"), (b"CgBI", b""), (b"\0\0\0\0", b""),
)  # fmt: skip


def png(rng: random.Random, data: bytes) -> bytes:
    chunks = []
    start = len(_PNG)
    while start + 8 <= len(data):
        [length] = struct.unpack_from(">I", data, start)
        chunks.append((data[start + 4 : start + 8], data[start + 8 : start + 8 + length]))
        start += 12 + length
    true_sums = rng.random() < 0.8
    match rng.choice(("header", "header", "extra", "pixels", "bomb", "shuffle", "shuffle")):
        case "header":
            chunks[0] = b"IHDR", _png_header(rng, chunks[0][1])
        case "extra":
            chunks.insert(rng.randrange(len(chunks) + 1), rng.choice(PNG_EXTRAS))
        case "pixels":
            rows = bytearray(zlib.decompress(b"".join(found for kind, found in chunks if kind == b"IDAT")))
            rows[rng.randrange(len(rows))] = rng.choice((1, 2, 3, 4, 5, 255))  # a filter type, perhaps
            chunks = [chunk for chunk in chunks if chunk[0] != b"IDAT"]
            chunks.insert(-1, (b"IDAT", zlib.compress(bytes(rows[: rng.randrange(len(rows))]) or bytes(rows))))
        case "bomb":
            chunks = [(kind, _BOMB if kind == b"IDAT" else found) for kind, found in chunks]
        case "shuffle":
            chunks = _shuffled(rng, chunks)
    return _PNG + b"".join(
        struct.pack(">I", len(found)) + kind + found + struct.pack(">I", zlib.crc32(kind + found) if true_sums else 0)
        for kind, found in chunks
    )


def _png_header(rng: random.Random, header: bytes) -> bytes:
    fields = list(struct.unpack(">IIBBBBB", header))
    at = rng.randrange(7)
    fields[at] = rng.choice(SIDES) if at < 2 else rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
    return struct.pack(">IIBBBBB", *fields)


# --- JPEG: segments of a marker and a length (ITU T.81, annex B) ---


def jpeg(rng: random.Random, data: bytes) -> bytes:
    segments, start = [], 2
    while start + 4 <= len(data) and data[start : start + 1] == b"\xff" and data[start + 1] != 0xDA:
        [length] = struct.unpack_from(">H", data, start + 2)
        segments.append((data[start + 1 : start + 2], data[start + 4 : start + 2 + length]))
        start += 2 + length
    rest = data[start:]
    lengths_lie = False
    match rng.choice(("size", "table", "shuffle", "shuffle", "scan", "exif", "length")):
        case "size":
            frames = [i for i, (kind, _) in enumerate(segments) if 0xC0 <= kind[0] <= 0xC2]
            segments[frames[0]] = segments[frames[0]][0], _jpeg_frame(rng, segments[frames[0]][1])
        case "table":
            tables = [i for i, (kind, _) in enumerate(segments) if kind[0] in (0xC4, 0xDB)]
            at = rng.choice(tables)
            segments[at] = segments[at][0], any_of(ANY)(rng, segments[at][1])
        case "shuffle":
            segments = _shuffled(rng, segments)
        case "scan":
            rest = any_of(ANY)(rng, rest) if rng.random() < 0.5 else rest[:-2] + b"\xff\xda" + rest * 200
        case "exif":
            tiff = rng.choice((b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0")) + rng.randbytes(40)
            segments.insert(0, (b"\xe1", b"Exif\0\0" + tiff))
        case "length":
            lengths_lie = True
    wrong = rng.randrange(len(segments)) if lengths_lie else -1
    return b"\xff\xd8" + b"".join(
        b"\xff" + kind + struct.pack(">H", rng.choice((0, 1, 2, 65535)) if i == wrong else len(found) + 2) + found
        for i, (kind, found) in enumerate(segments)
    ) + rest  # fmt: skip


def _jpeg_frame(rng: random.Random, frame: bytes) -> bytes:
    """Precision, height, width, components with their sampling."""
    changed = bytearray(frame)
    if rng.random() < 0.5:
        struct.pack_into(">H", changed, rng.choice((1, 3)), rng.choice(SIDES) % 65536)
    else:
        changed[rng.choice((0, *range(5, len(changed))))] = rng.choice((0, 1, 4, 8, 12, 0x11, 0x44, 0xFF))
    return bytes(changed)


# --- WebP: RIFF chunks (RFC 9649) ---


def webp(rng: random.Random, data: bytes) -> bytes:
    chunks, start = [], 12
    while start + 8 <= len(data):
        [length] = struct.unpack_from("<I", data, start + 4)
        chunks.append((data[start : start + 4], data[start + 8 : start + 8 + length]))
        start += 8 + length + length % 2
    match rng.choice(("canvas", "canvas", "shuffle", "shuffle", "animation", "bits")):
        case "canvas":
            sides = b"".join(struct.pack("<I", rng.choice(SIDES) % 2**24)[:3] for _ in range(2))
            chunks = [chunk for chunk in chunks if chunk[0] != b"VP8X"]
            chunks.insert(0, (b"VP8X", bytes((rng.choice((0, 2, 16, 0xFF)), 0, 0, 0)) + sides))
        case "shuffle":
            chunks = _shuffled(rng, chunks)
        case "animation":
            frame = b"ANMF", bytes(6) + rng.randbytes(10) + b"".join(kind + found for kind, found in chunks[:1])
            chunks = [(b"VP8X", b"\2\0\0\0" + rng.randbytes(6)), (b"ANIM", bytes(6)), *[frame] * rng.choice((1, 1000))]
        case "bits":  # the stream's own header has the size again
            at = rng.randrange(len(chunks))
            found = bytearray(chunks[at][1])
            if found:
                found[rng.randrange(min(10, len(found)))] = rng.randrange(256)
            chunks[at] = chunks[at][0], bytes(found)
    lie = rng.choice((0, 0, 0, 1, -1, 2**31))
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", (len(found) + (lie if i == 0 else 0)) % 2**32) + found + b"\0" * (len(found) % 2)
        for i, (kind, found) in enumerate(chunks)
    )
    return b"RIFF" + struct.pack("<I", rng.choice((len(body), len(body), 0, 2**32 - 1))) + body


# --- AVIF: boxes of a length and a type (ISO 14496-12), found wherever they are ---

_BOXES = (b"ftyp", b"meta", b"hdlr", b"pitm", b"iloc", b"iinf", b"iprp", b"ipco", b"ispe", b"pixi", b"av1C", b"colr",
          b"ipma", b"iref", b"auxC", b"mdat", b"irot", b"grid")


def avif(rng: random.Random, data: bytes) -> bytes:
    found = [name for name in _BOXES if name in data]
    name = rng.choice(found)
    at = data.index(name)
    changed = bytearray(data)
    match rng.choice(("length", "type", "contents", "contents", "size")):
        case "length":
            struct.pack_into(">I", changed, at - 4, rng.choice(BOUNDARIES) % 2**32)
        case "type":
            changed[at : at + 4] = rng.choice((*_BOXES, b"free", b"\0\0\0\0"))
        case "contents":
            contents = bytes(changed[at + 4 : at + 44])
            changed[at + 4 : at + 44] = any_of(ANY)(rng, contents)[:40].ljust(len(contents), b"\0")
        case "size":
            size = data.find(b"ispe") + 8
            struct.pack_into(">I", changed, size + rng.choice((0, 4)), rng.choice(SIDES) % 2**32)
    return bytes(changed)


# --- KTX2: 13 numbers, two offsets of 8 bytes, and three for each level (Khronos KTX 2.0, section 3) ---


def ktx2(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    match rng.choice(("field", "field", "level", "descriptor", "blocks")):
        case "field":
            struct.pack_into("<I", changed, 12 + 4 * rng.randrange(13), rng.choice((*BOUNDARIES, *SIDES)) % 2**32)
        case "level":
            struct.pack_into("<Q", changed, 64 + 8 * rng.randrange(5), rng.choice((*BOUNDARIES, len(data))) % 2**64)
        case "descriptor":
            changed[104:148] = any_of(ANY)(rng, bytes(changed[104:148]))[:44].ljust(44, b"\0")
        case "blocks":
            changed[148:] = any_of(ANY)(rng, bytes(changed[148:]))
    return bytes(changed)


# --- Radiance HDR: lines, a line with the size, then pixels, perhaps in runs ---

_HDR_LINES = (
    b"FORMAT=32-bit_rle_xyze", b"FORMAT=", b"EXPOSURE=1e-38", b"EXPOSURE=nan", b"EXPOSURE=0", b"GAMMA=0", b"=",
    b"SOFTWARE=" + b"x" * 10_000, b"VIEW=\0", b"PRIMARIES=1 2 3", b"\xff\xfe", b"#" * 5000,
)


def hdr(rng: random.Random, data: bytes) -> bytes:
    head, _, rest = data.partition(b"\n\n")
    size, _, pixels = rest.partition(b"\n")
    match rng.choice(("size", "size", "lines", "pixels", "pixels", "runs")):
        case "size":
            height, width = (b"%d" % rng.choice((*SIDES, -1, 16, 32)) for _ in range(2))
            size = rng.choice((b"-Y %s +X %s", b"+Y %s -X %s", b"-X %s +Y %s", b"-Y %s +X %s +X 1")) % (height, width) \
                if size.count(b" ") else size
        case "lines":
            head += b"\n" + b"\n".join(rng.choices(_HDR_LINES, k=rng.choice((1, 3, 1000))))
        case "pixels":
            pixels = any_of(ANY)(rng, pixels)
        case "runs":  # run lengths that lead beyond the line, for ever, or nowhere
            width = struct.pack(">H", rng.choice((8, 32, 32767, 65535)))
            pixels = b"\2\2" + width + rng.choice((b"\xff\0", b"\0", b"\x80")) * 500
    return head + b"\n\n" + size + b"\n" + pixels


# --- OpenEXR: a magic number, attributes of name, type, length and data, then the table of where the lines are ---


def exr(rng: random.Random, data: bytes) -> bytes:
    attributes, start = [], 8
    while data[start] != 0:
        name_end = data.index(b"\0", start)
        type_end = data.index(b"\0", name_end + 1)
        [length] = struct.unpack_from("<i", data, type_end + 1)
        value = data[type_end + 5 : type_end + 5 + length]
        attributes.append((data[start : type_end + 1], value))
        start = type_end + 5 + length
    magic, rest = data[:8], data[start:]
    lie = -1
    match rng.choice(("window", "channels", "shuffle", "shuffle", "length", "flags", "table", "compression")):
        case "window":
            window = struct.pack("<4i", *(rng.choice((0, 15, 31, -1, 2**31 - 1, -(2**31), 4095)) for _ in range(4)))
            attributes = [(name, window if b"Window\0" in name else value) for name, value in attributes]
        case "channels":
            sampling = rng.choices((0, 1, 2, 2**30), k=2)
            channel = b"R\0" + struct.pack("<iIii", rng.choice((0, 1, 2, 3, -1)), 0, *sampling)
            many = b"".join(b"%d" % i + channel for i in range(rng.choice((1, 20, 5000)))) + b"\0"
            attributes = [(name, many if name.startswith(b"channels\0") else value) for name, value in attributes]
        case "shuffle":
            attributes = _shuffled(rng, attributes)
        case "length":
            lie = rng.randrange(len(attributes))
        case "flags":
            version = rng.choice((2, 3, 2 | 0x200, 2 | 0x400, 2 | 0x800, 2 | 0x1000, 2**32 - 1))
            magic = data[:4] + struct.pack("<I", version)
        case "table":
            rest = any_of(ANY)(rng, rest[:140]) + rest[140:]
        case "compression":
            attributes = [(name, bytes((rng.randrange(12),)) if name.startswith(b"compression\0") else value)
                          for name, value in attributes]
    written = b"".join(
        name + struct.pack("<i", rng.choice((-1, 0, 1, 2**31 - 1)) if i == lie else len(value)) + value
        for i, (name, value) in enumerate(attributes)
    )
    return magic + written + rest


MUTATORS: dict[str, Mutator] = {
    "png": png, "jpeg": jpeg, "webp": webp, "avif": avif, "ktx2": ktx2, "hdr": hdr, "exr": exr,
}  # fmt: skip


def mutated(rng: random.Random, kind: str, data: bytes) -> bytes:
    """A sound picture of the `kind`, changed: by its structure, or like any other file."""
    known: Callable[[random.Random, bytes], bytes] = MUTATORS[kind]
    return known(rng, data) if rng.random() < 0.65 else any_of(ANY)(rng, data)
