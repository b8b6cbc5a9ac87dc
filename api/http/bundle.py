"""Several stored files as one ZIP, made while it is sent: stored entries, exact length, equal bytes every time.

Written with the standard library's zipfile into a stream that can't seek, because ZIP streaming libraries stamp entries
with the time of the download, and a bundle is cached for ever under one ETag.
"""

import dataclasses
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence

from typing_extensions import Buffer

_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can say


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A file of the bundle: `name` in ASCII, `size` in bytes, `etag` of the stored file, `read` its chunks."""

    name: str
    size: int
    etag: str
    read: Callable[[], Iterator[bytes]]


def bundle_etag(entries: Sequence[Entry]) -> str:
    """A strong validator: it changes with any name or file."""
    text = "\n".join(f"{entry.name}:{entry.etag}" for entry in entries)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def bundle_length(entries: Sequence[Entry]) -> int:
    """The size in bytes of the ZIP, by the record sizes of PKWARE's APPNOTE 6.3, chapter 4.3."""
    limit = zipfile.ZIP64_LIMIT
    offset = directory = 0
    for entry in entries:
        large_entry, large_size, large_offset = _is_large(entry), entry.size > limit, offset > limit
        extra = 16 * large_size + 8 * large_offset
        directory += 46 + len(entry.name) + extra + (4 if extra else 0)
        header, descriptor = (30 + 20, 24) if large_entry else (30, 16)
        offset += header + len(entry.name) + entry.size + descriptor
    large_end = len(entries) > zipfile.ZIP_FILECOUNT_LIMIT or offset > limit or directory > limit
    return offset + directory + 22 + (56 + 20 if large_end else 0)


def read_bundle(entries: Sequence[Entry], start: int, end: int) -> Iterator[bytes]:
    """The ZIP's bytes `start` to `end` (exclusive), in pieces as small as the entries' chunks but for a header.

    What comes before is read and thrown away: checksums stand behind each file and, of all files, at the end. Raises
    RuntimeError if a file's size is not the entry's.
    """
    position = 0
    for piece in _pieces(entries):
        wanted = piece[max(0, start - position) : end - position]
        if wanted:
            yield wanted
        position += len(piece)
        if position >= end:
            return


def _pieces(entries: Sequence[Entry]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, _TIME)
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=_is_large(entry)) as target:
                for chunk in _exactly(entry):
                    target.write(chunk)
                    yield sink.take()
    yield sink.take()


def _exactly(entry: Entry) -> Iterator[bytes]:
    """The entry's chunks. Raises RuntimeError before there are too many bytes, and where there are too few."""
    left = entry.size
    for chunk in entry.read():
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise RuntimeError(f"{entry.name} does not have the {entry.size} bytes on record")


def _is_large(entry: Entry) -> bool:
    """Whether the entry's own header needs the 64-bit form."""
    return entry.size > zipfile.ZIP64_LIMIT


class _Sink(io.RawIOBase):
    """What zipfile writes to: it can't tell or seek, so zipfile writes data descriptors instead of going back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Buffer) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data
