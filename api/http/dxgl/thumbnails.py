"""GET /v1/models/:id/file?thumbnail=1: a GLB with a picture of its model in it, put together while it is sent."""

import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from fastapi import Request
from starlette.responses import Response

from api.domain.kit.files import FileView
from api.errors import InvalidFormat
from api.http.files import PRIVATE
from api.http.ranges import answer, file_response
from api.http.state import Farm
from api.storage.attachment import attachment
from api.storage.base import Storage
from renderer.gltf.thumbnail import CHUNK_BYTES, HEADER_BYTES, CannotHold, Embedded, embed, json_bytes

LARGEST_FULL_BYTES = 256 * 1024
"""Of a poster that is taken in full size: file managers show thumbnails at 256 to 512 pixels, and a download should not
grow by much. Of a larger one it is the quarter."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Piece:
    """`read` gives the bytes of its own from one position to another."""

    size: int
    read: Callable[[int, int], Iterator[bytes]]


def light_poster(files: dict[str, FileView]) -> FileView | None:
    """That of a render's files which is to be the thumbnail."""
    full = files.get("poster_full")
    return full if full is not None and full.size <= LARGEST_FULL_BYTES else files.get("poster")


def send_with_thumbnail(farm: Farm, request: Request, model: FileView, poster: FileView, *, filename: str) -> Response:
    """The GLB with the poster in it. Raises InvalidFormat for a file that can't hold one; FileMissing."""
    try:
        made = _embedded(farm.storage, model, poster)
    except CannotHold as error:
        raise InvalidFormat(f"thumbnail: the model's file can't hold one, because {error}", param="thumbnail") from None
    pieces = _pieces(farm.storage, made, model, poster)
    etag = hashlib.sha256(f"{model.etag} {poster.etag}".encode()).hexdigest()[:32]
    return file_response(
        lambda start, end: _read(pieces, start, end),
        answer(request.method, request.headers, size=made.size, etag=etag),
        method=request.method, content_type=model.content_type,
        headers={"Cache-Control": PRIVATE, "Content-Disposition": attachment(filename)},
    )  # fmt: skip


def _embedded(storage: Storage, model: FileView, poster: FileView) -> Embedded:
    suffix = PurePosixPath(model.key).suffix
    if suffix != ".glb":
        raise CannotHold(f"it is a {suffix}, and only a .glb can")
    header = b"".join(storage.read(model.key, 0, min(HEADER_BYTES, model.size)))
    needed = min(HEADER_BYTES + json_bytes(header) + CHUNK_BYTES, model.size)
    beginning = header + b"".join(storage.read(model.key, len(header), needed))
    return embed(beginning, model.size, poster.size, poster.content_type)


def _pieces(storage: Storage, made: Embedded, model: FileView, poster: FileView) -> list[_Piece]:
    def of_bytes(data: bytes) -> _Piece:
        return _Piece(len(data), lambda start, end: iter((data[start:end],)))

    def of_file(file: FileView, first: int, last: int) -> _Piece:
        return _Piece(last - first, lambda start, end: storage.read(file.key, first + start, first + end))

    return [
        of_bytes(made.head), of_file(model, *made.binary), of_file(poster, 0, poster.size),
        of_bytes(bytes(made.padding)), of_file(model, made.rest, model.size),
    ]  # fmt: skip


def _read(pieces: Sequence[_Piece], start: int, end: int) -> Iterator[bytes]:
    """The bytes `start` to `end` (exclusive) of the pieces, one behind the other."""
    ends = itertools.accumulate(piece.size for piece in pieces)
    for piece, last in zip(pieces, ends, strict=True):
        first = last - piece.size
        here = max(start, first) - first, min(end, last) - first
        if here[0] < here[1]:
            yield from piece.read(*here)
