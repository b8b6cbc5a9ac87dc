"""Inputs by Generio's rules: texts, files in base64 and, where the farm allows it, files from URLs."""

import base64
import binascii
import contextlib
import re
import urllib.parse
from collections.abc import Iterator, Sequence

from api.domain.accounts.credentials import Principal
from api.domain.generations.flows import MOST_INPUTS, NewInput
from api.domain.generations.templates import TEXT, Template
from api.errors import InvalidRequest
from api.http.flow_inputs import BODY_MB, Arrived, Downloaded, file_input, to_download
from api.http.generio.schemas import InputAsked
from api.http.state import Farm
from api.storage.base import discard

FLOW_MB = BODY_MB * MOST_INPUTS

_TEXT_URI = re.compile(r"data:text/plain(?:;[\w.+-]+=[^;,]*)*(;base64)?,", re.IGNORECASE)


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
        file = to_download(farm)
        arrived[each.data] = Downloaded(file)
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
                    found.append(file_input(farm, template, each.data, arrived, each.additional))
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
