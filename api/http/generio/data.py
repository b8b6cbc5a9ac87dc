"""Files within JSON, as data URIs: encoded while they are sent, so that no file is in memory."""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

from starlette.responses import Response, StreamingResponse

from api.domain.kit.files import FileView
from api.errors import AssetNotFound
from api.http.files import check_stored, missing_as
from api.http.state import Farm

Part = str | tuple[dict[str, Any], FileView]
"""A piece of JSON as it is; or an object that gets a file as its last field, "data"."""


def json_with_files(farm: Farm, parts: Iterable[Part]) -> Response:
    """One answer of all the parts. Raises AssetNotFound where the storage has lost a file."""
    all_parts = list(parts)
    with missing_as(AssetNotFound):
        check_stored(farm, *(part[1] for part in all_parts if not isinstance(part, str)))
    return StreamingResponse(_pieces(farm, all_parts), media_type="application/json")


def listed(
    before: dict[str, Any], name: str, items: Iterable[tuple[dict[str, Any], FileView | None]]
) -> Iterator[Part]:
    """An object of the fields `before` and a list, `name`, of the items, with their files where they have one."""
    yield f'{json.dumps(before)[:-1]}, "{name}": ['
    for number, (item, file) in enumerate(items):
        if number:
            yield ", "
        yield json.dumps(item) if file is None else (item, file)
    yield "]}"


def _pieces(farm: Farm, parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
            continue
        item, file = part
        beginning = json.dumps(item)[:-1]
        yield f'{beginning}{", " if item else ""}"data": "data:{file.content_type};base64,'
        yield from _base64(farm, file)
        yield '"}'


def _base64(farm: Farm, file: FileView) -> Iterator[str]:
    left = b""
    for chunk in farm.storage.read(file.key):
        data = left + chunk
        whole = len(data) - len(data) % 3
        left = data[whole:]
        yield base64.b64encode(data[:whole]).decode()
    yield base64.b64encode(left).decode()
