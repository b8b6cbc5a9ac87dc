"""Files of flows' inputs as requests bring them -> here -> inputs as the domain takes them, the files stored: from
base64 within JSON, or downloaded.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any, Protocol, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.domain.generations import removal
from api.domain.generations.flows import NewInput
from api.domain.generations.templates import MODEL, PICTURES, Template
from api.domain.kit.files import FileView
from api.errors import InvalidRequest
from api.http.errors import MalformedBody
from api.http.limits import MEGABYTE, file_too_large
from api.http.long_texts import LongTexts, receive_texts
from api.http.state import Farm
from api.ids import new_id
from api.ingest.encoded import EncodedFile
from api.ingest.incoming import IncomingFile, ReceivedFile
from renderer.media_types import MEDIA_TYPES, picture_suffix

MOST_MB = 100
"""Of one input, decoded."""

BODY_MB = MOST_MB * 4 // 3 + 1
"""Of one input, encoded."""

TIFF = re.compile(rb"II\*\0|MM\0\*")
SUFFIXES = {".glb": MODEL, ".tiff": PICTURES[3]} | {suffix: MEDIA_TYPES[suffix] for suffix in (".png", ".jpg", ".webp")}

ALIASES = {"image/jpg": "image/jpeg", "application/octet-stream": None, "text/plain": None}
"""What senders call a file in a data URI, and what they mean; None: nothing that its bytes wouldn't say."""

T = TypeVar("T", bound=BaseModel)


class Arriving(Protocol):
    """A file of which all bytes have come. `declared` is the media type that its sender says."""

    declared: str | None

    def finish(self) -> ReceivedFile: ...

    def abandon(self) -> None: ...


class Downloaded:
    """A file that came from a URL."""

    declared: str | None = None

    def __init__(self, file: IncomingFile) -> None:
        self.finish = file.finish
        self.abandon = file.abandon


class Arrived(dict[str, Arriving]):
    """Files by the texts that stand for them in the body."""


@contextlib.asynccontextmanager
async def receiving(farm: Farm, request: Request, schema: type[T]) -> AsyncIterator[tuple[T, Arrived]]:
    """The request's body, and what files have come with it; at the end of the block, those that weren't finished go.

    Raises MalformedBody, RequestValidationError, BodyTooLarge, FileTooLarge.
    """
    texts = LongTexts(lambda: encoded(farm))
    arrived = Arrived()
    try:
        await receive_texts(texts, request.stream())
        value = texts.value
        if not isinstance(value, dict):
            raise MalformedBody("The request body must be a JSON object")
        try:
            asked = schema.model_validate(value)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from None
        arrived.update(texts.sinks)
        yield asked, arrived
    finally:
        files = [*texts.sinks.values(), *arrived.values()]

        def abandon() -> None:
            for file in files:
                file.abandon()

        await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, abandon))


def encoded(farm: Farm) -> EncodedFile:
    return EncodedFile(
        farm.storage, key_for=new_key, max_bytes=MOST_MB * MEGABYTE, too_large=file_too_large(MOST_MB)
    )


def to_download(farm: Farm) -> IncomingFile:
    return IncomingFile(
        farm.storage, key_for=new_key, max_bytes=MOST_MB * MEGABYTE, too_large=file_too_large(MOST_MB)
    )


def new_key(head: bytes) -> str:
    """A storage key for an input's file that begins so. Raises InvalidRequest for no file that a template takes."""
    suffix = ".glb" if head.startswith(b"glTF") else ".tiff" if TIFF.match(head) else picture_suffix(head)
    if suffix not in SUFFIXES:
        raise InvalidRequest("is no GLB, and no PNG, JPEG, WebP or TIFF picture")
    return f"{removal.input_prefix(new_id())}/input{suffix}"


def file_input(farm: Farm, template: Template, data: str, arrived: Arrived, additional: Any = None) -> NewInput:
    """The input of a file that has arrived or, if it is short, is in `data` itself; it is in the storage now. Blocks.

    Raises InvalidRequest, to follow the field's name, for one that the template doesn't take; then it is not.
    """
    arriving = arrived.pop(data, None)
    if arriving is None:
        arriving = short = encoded(farm)
        short.write(data.encode())
    declared = ALIASES.get(arriving.declared or "", arriving.declared)
    if declared is not None and declared not in template.input_types:
        arriving.abandon()
        raise InvalidRequest(f"is {declared}, and {template.name} takes {', '.join(template.input_types)}")
    file = arriving.finish()
    media_type = SUFFIXES[f".{file.key.rpartition('.')[2]}"]
    stat = farm.storage.stat(file.key)
    return NewInput(
        media_type, file=FileView(file.key, file.size, stat.etag, media_type), sha256=file.sha256,
        additional=additional, id=file.key.split("/")[1],
    )  # fmt: skip
