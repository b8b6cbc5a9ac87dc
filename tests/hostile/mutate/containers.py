"""GLB chunks whose lengths lie, and ZIP archives written by hand so that every one of their fields can lie."""

import dataclasses
import random
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

from tests.hostile.mutate.plain import BOUNDARIES

JSON_CHUNK, BINARY_CHUNK = b"JSON", b"BIN\0"


def glb(rng: random.Random, text: bytes, binary: bytes, *, lie: bool) -> bytes:
    """A GLB of the two chunks; with `lie`, one of its lengths, types or chunks is wrong."""
    chunks = [(JSON_CHUNK, text + b" " * (-len(text) % 4)), (BINARY_CHUNK, binary + b"\0" * (-len(binary) % 4))]
    lengths = [len(data) for _, data in chunks]
    version, total = 2, None
    match rng.choice(("total", "length", "length", "type", "version", "order", "twice", "missing")) if lie else "":
        case "total":
            total = rng.choice(BOUNDARIES) % 2**32
        case "length":
            at = rng.randrange(2)
            lengths[at] = rng.choice((*BOUNDARIES, lengths[at] - 4, lengths[at] + 4, lengths[at] - 1)) % 2**32
        case "type":
            at = rng.randrange(2)
            chunks[at] = rng.choice((b"JSON", b"BIN\0", b"\0\0\0\0", b"XMP_")), chunks[at][1]
        case "version":
            version = rng.choice((0, 1, 3, 2**32 - 1))
        case "order":
            chunks.reverse()
            lengths.reverse()
        case "twice":
            at = rng.randrange(2)
            chunks.insert(at, chunks[at])
            lengths.insert(at, lengths[at])
        case "missing":
            at = rng.randrange(2)
            del chunks[at], lengths[at]
    body = b"".join(
        struct.pack("<I4s", length, kind) + data for length, (kind, data) in zip(lengths, chunks, strict=True)
    )
    return struct.pack("<4sII", b"glTF", version, 12 + len(body) if total is None else total) + body


@dataclasses.dataclass
class Entry:
    """A member of a ZIP. What a field isn't told is what it should be."""

    name: bytes
    data: bytes
    directory_name: bytes | None = None
    method: int = 8
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    attributes: int = 0o100644 << 16
    extra: bytes = b""
    packed: bytes | None = None


def zip_of(entries: Sequence[Entry], *, count: int | None = None, directory_size: int | None = None,
           directory_offset: int | None = None, comment: bytes = b"", before: bytes = b"") -> bytes:  # fmt: skip
    """A ZIP (APPNOTE.TXT 4.3) whose fields say what they are told to say."""
    out = bytearray(before)
    directory = bytearray()
    for entry in entries:
        packed = entry.packed
        if packed is None:
            packed = deflated(entry.data) if entry.method == 8 else entry.data
        sums = (
            zlib.crc32(entry.data) if entry.crc is None else entry.crc,
            len(packed) if entry.packed_size is None else entry.packed_size,
            len(entry.data) if entry.size is None else entry.size,
        )
        start = len(out) if entry.offset is None else entry.offset
        common = struct.pack("<HHHHHIII", 20, entry.flags, entry.method, 0, 33, *sums)
        out += b"PK\3\4" + common + struct.pack("<HH", len(entry.name), len(entry.extra)) + entry.name + entry.extra
        out += packed
        name = entry.name if entry.directory_name is None else entry.directory_name
        directory += b"PK\1\2" + struct.pack("<H", 0x0314) + common
        directory += struct.pack("<HHHHHII", len(name), len(entry.extra), 0, 0, 0, entry.attributes, start)
        directory += name + entry.extra
    entries_told = len(entries) if count is None else count
    end = struct.pack(
        "<HHHHIIH", 0, 0, entries_told, entries_told,
        len(directory) if directory_size is None else directory_size,
        len(out) if directory_offset is None else directory_offset, len(comment),
    )  # fmt: skip
    return bytes(out + directory + b"PK\5\6" + end + comment)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


NAMES = (
    b"../model.glb", b"/etc/cron.d/x.glb", b"C:\\x.glb", b"..\\x.png", b"a/../../x", b"\0", b"", b"/", b".", b"..",
    b"a" * 60_000 + b".png", b"\xff\xfe.png", "\u202egnp.bin".encode(), b"con.png", b"a/b/" * 2000 + b"x.png",
    b"__MACOSX/model.glb", b"._model.glb", b"model.zip", b"model.fbx", b"x\n.png",
)


def zip_archive(rng: random.Random, files: Mapping[str, bytes], *, lie: bool) -> bytes:
    """A ZIP of the files; with `lie`, with something in it that no archiver would write."""
    entries = [Entry(name.encode(), data) for name, data in files.items()]
    return rng.choice(LIES)(rng, entries) if lie else zip_of(entries)


def _name(rng: random.Random, entries: list[Entry]) -> bytes:
    entry = rng.choice(entries)
    entry.name = rng.choice(NAMES)
    if rng.random() < 0.3:  # harmless in the directory, not in front of the data, or the other way round
        entry.directory_name = rng.choice((b"model.glb", b"scan.obj", *NAMES))
    return zip_of(entries)


def _kind(rng: random.Random, entries: list[Entry]) -> bytes:
    """A symbolic link, a device, a folder with data."""
    mode, target = rng.choice(((0o120777, b"/etc/passwd"), (0o120777, b"scan.obj"), (0o060644, b""), (0o040755, b"x")))
    entry = rng.choice(entries)
    entry.attributes, entry.data = mode << 16, rng.choice((target, entry.data))
    return zip_of(entries)


def _field(rng: random.Random, entries: list[Entry]) -> bytes:
    entry = rng.choice(entries)
    field = rng.choice(("crc", "size", "packed_size", "offset", "method", "flags"))
    width = 16 if field in ("method", "flags") else 32
    setattr(entry, field, rng.choice((*BOUNDARIES, 9, 12, 14, 93, 95, 99)) % 2**width)
    return zip_of(entries)


def _directory(rng: random.Random, entries: list[Entry]) -> bytes:
    return zip_of(
        entries,
        count=rng.choice((None, 0, 1, len(entries) + 1, 65535)),
        directory_size=rng.choice((None, 0, 1, 2**31, 2**32 - 1)),
        directory_offset=rng.choice((None, 0, 4, 2**31, 2**32 - 1)),
        comment=rng.choice((b"", b"PK\5\6" + bytes(18), bytes(65535))),
        before=rng.choice((b"", b"MZ" + bytes(100), b"glTF" + bytes(64))),
    )


def _overlap(rng: random.Random, entries: list[Entry]) -> bytes:
    """Many entries of the directory share the same data."""
    first = entries[0]
    count = rng.choice((2, 100, 2500))
    shared = [Entry(b"%d.png" % i, b"", offset=0, packed=b"", size=len(first.data), crc=zlib.crc32(first.data),
                    packed_size=len(deflated(first.data))) for i in range(count)]  # fmt: skip
    return zip_of([*entries, *shared])


def _bomb(rng: random.Random, entries: list[Entry]) -> bytes:
    """Zeros that pack a thousandfold: as a member nobody needs, or in place of one that is needed."""
    zeros = bytes(rng.choice((1 << 20, 40 << 20)))
    told = rng.choice((None, 10, 2**32 - 1))
    bomb = Entry(rng.choice((b"more.bin", entries[-1].name)), zeros, size=told)
    if rng.random() < 0.5:
        return zip_of([*entries, bomb])
    bomb.name = entries[rng.randrange(len(entries))].name
    return zip_of([entry for entry in entries if entry.name != bomb.name] + [bomb])


def _nested(rng: random.Random, entries: list[Entry]) -> bytes:
    inside = zip_of(entries)
    return zip_of([Entry(rng.choice((b"model.zip", b"scan.obj", b"model.glb")), inside)])


def _many(rng: random.Random, entries: list[Entry]) -> bytes:
    return zip_of([*entries, *(Entry(b"%d.txt" % i, b"") for i in range(rng.choice((1900, 2100, 20_000))))])


def _twice(rng: random.Random, entries: list[Entry]) -> bytes:
    again = dataclasses.replace(rng.choice(entries), data=rng.randbytes(20))
    return zip_of([*entries, again])


def _data(rng: random.Random, entries: list[Entry]) -> bytes:
    """The packed data is not what deflate makes."""
    entry = rng.choice(entries)
    packed = deflated(entry.data)
    entry.packed = rng.choice((b"", packed[: len(packed) // 2], rng.randbytes(len(packed)), packed + packed, b"\x03\0"))
    return zip_of(entries)


def _extra(rng: random.Random, entries: list[Entry]) -> bytes:
    """ZIP64 sizes, Unicode paths, and lengths that lead beyond the end."""
    entry = rng.choice(entries)
    entry.extra = rng.choice((
        struct.pack("<HHQQ", 1, 16, 2**40, 2**40), struct.pack("<HH", 0x7075, 65535), struct.pack("<HH", 1, 0),
        struct.pack("<HHBI", 0x7075, 11, 1, zlib.crc32(entry.name)) + b"../../x", bytes(60_000),
    ))  # fmt: skip
    if rng.random() < 0.5:
        entry.size = entry.packed_size = 2**32 - 1
    return zip_of(entries)


LIES: Sequence[Callable[[random.Random, list[Entry]], bytes]] = (
    _name, _name, _kind, _field, _field, _directory, _overlap, _bomb, _nested, _many, _twice, _data, _extra,
)
