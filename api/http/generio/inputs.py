"""Inputs as requests bring them -> here -> inputs as the domain takes them, their files stored: texts, files in base64
and, where the farm allows it, files from URLs."""

import asyncio
import base64
import binascii
import contextlib
import re
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Protocol, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.domain.accounts.credentials import Principal
from api.domain.generations import removal
from api.domain.generations.flows import MOST_INPUTS, NewInput
from api.domain.generations.templates import MODEL, PICTURES, TEXT, Template
from api.domain.kit.files import FileView
from api.errors import InvalidRequest
from api.http.errors import MalformedBody
from api.http.generio.schemas import InputAsked
from api.http.limits import MEGABYTE, file_too_large
from api.http.long_texts import LongTexts, receive_texts
from api.http.state import Farm
from api.ids import new_id
from api.ingest.encoded import EncodedFile
from api.ingest.incoming import IncomingFile, ReceivedFile
from api.storage.base import discard
from renderer.media_types import MEDIA_TYPES, picture_suffix

MOST_MB = 100
"""Of one input, decoded."""

BODY_MB = MOST_MB * 4 // 3 + 1
"""Of one input, encoded."""

FLOW_MB = BODY_MB * MOST_INPUTS

TIFF = re.compile(rb"II\*\0|MM\0\*")
SUFFIXES = {".glb": MODEL, ".tiff": PICTURES[3]} | {suffix: MEDIA_TYPES[suffix] for suffix in (".png", ".jpg", ".webp")}

ALIASES = {"image/jpg": "image/jpeg", "application/octet-stream": None, "text/plain": None}
"""What senders call a file in a data URI, and what they mean; None: nothing that its bytes wouldn't say."""

_TEXT_URI = re.compile(r"data:text/plain(?:;[\w.+-]+=[^;,]*)*(;base64)?,", re.IGNORECASE)

T = TypeVar("T", bound=BaseModel)


class Arriving(Protocol):
    """A file of which all bytes have come. `declared` is the media type that its sender says."""

    declared: str | None

    def finish(self) -> ReceivedFile: ...

    def abandon(self) -> None: ...


class FromUrl:
    """A file that was downloaded."""

    declared: str | None = None

    def __init__(self, file: IncomingFile) -> None:
        self.finish = file.finish
        self.abandon = file.abandon


class Arrived(dict[str, Arriving]):
    """Files by the `data` of the inputs that they are of."""


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


def new_key(head: bytes) -> str:
    """A storage key for an input's file that begins so. Raises InvalidRequest for no file that a template takes."""
    suffix = ".glb" if head.startswith(b"glTF") else ".tiff" if TIFF.match(head) else picture_suffix(head)
    if suffix not in SUFFIXES:
        raise InvalidRequest("is no GLB, and no PNG, JPEG, WebP or TIFF picture")
    return f"{removal.input_prefix(new_id())}/input{suffix}"


async def fetch(
    farm: Farm, principal: Principal, template: Template, asked: Sequence[InputAsked], arrived: Arrived
) -> None:
    """Downloads the files of inputs that are URLs. Raises InvalidRequest where the farm doesn't; InvalidUrl,
    DownloadTimeout, FileTooLarge."""
    for position, each in enumerate(asked):
        if TEXT in template.input_types or not each.data.startswith(("http://", "https://")):
            continue
        if not farm.settings.flow_input_urls:
            message = "data is a URL, and this farm fetches none: send the file itself"
            raise InvalidRequest(message, param=f"inputs[{position}].data")
        file = IncomingFile(
            farm.storage, key_for=new_key, max_bytes=MOST_MB * MEGABYTE, too_large=file_too_large(MOST_MB)
        )
        arrived[each.data] = FromUrl(file)
        await farm.downloader.download(
            each.data, file, account_id=principal.account_id, name_of=lambda *_: "input"
        )


@contextlib.contextmanager
def stored(
    farm: Farm, template: Template, asked: Sequence[InputAsked], arrived: Arrived, place: str = "inputs[{}].data"
) -> Iterator[list[NewInput]]:
    """The inputs, with their files in the storage; these are gone again if the block ends with an error. Blocks.

    Raises InvalidRequest, by its `place`, for one that the template doesn't take.
    """
    found: list[NewInput] = []
    try:
        for position, each in enumerate(asked):
            try:
                if TEXT in template.input_types:
                    found.append(NewInput(TEXT, text_in(each.data, arrived), additional=each.additional))
                else:
                    found.append(_file_in(farm, template, each, arrived))
            except InvalidRequest as error:
                raise InvalidRequest(f"data {error.message}", param=place.format(position)) from None
        yield found
    except BaseException:
        discard(farm.storage, *(new.file.key for new in found if new.file is not None))
        raise


def text_in(data: str, arrived: Arrived) -> str:
    """The text of an input that is one. Raises InvalidRequest."""
    if data in arrived:
        raise InvalidRequest("is too long for a text")
    uri = _TEXT_URI.match(data)
    if uri is None:
        return data
    rest = data[uri.end() :]
    try:
        raw = base64.b64decode(rest, validate=True) if uri[1] else urllib.parse.unquote_to_bytes(rest)
        return raw.decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidRequest("is a data URI without a text in UTF-8") from None


def _file_in(farm: Farm, template: Template, asked: InputAsked, arrived: Arrived) -> NewInput:
    arriving = arrived.pop(asked.data, None)
    if arriving is None:
        arriving = short = encoded(farm)
        short.write(asked.data.encode())
    declared = ALIASES.get(arriving.declared or "", arriving.declared)
    if declared is not None and declared not in template.input_types:
        arriving.abandon()
        raise InvalidRequest(f"is {declared}, and {template.name} takes {', '.join(template.input_types)}")
    file = arriving.finish()
    media_type = SUFFIXES[f".{file.key.rpartition('.')[2]}"]
    stat = farm.storage.stat(file.key)
    return NewInput(
        media_type, file=FileView(file.key, file.size, stat.etag, media_type), sha256=file.sha256,
        additional=asked.additional, id=file.key.split("/")[1],
    )  # fmt: skip
