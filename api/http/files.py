"""Sending stored files: with HTTP's conditions and ranges, one by one or several in a ZIP."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.domain.kit.files import FileView
from api.errors import FarmError
from api.http.bundle import Entry, bundle_etag, bundle_length, read_bundle
from api.http.declared import Responses
from api.http.ranges import answer, file_response
from api.http.redirect import redirect_to_storage
from api.http.state import Farm
from api.storage.attachment import attachment
from api.storage.base import FileMissing

log = logging.getLogger("api.http")

IMMUTABLE = "private, max-age=31536000, immutable"
"""Cache-Control of files that never change and need a key: no cache may hand them to somebody else."""
SHARED = "public, max-age=31536000, immutable"
"""Of files that never change, and which whoever has the link may see: the caches before a shop's pages keep them."""
REVOCABLE = "public, no-cache"
"""Of files that may be kept, but not shown without asking whether they still may be."""
PRIVATE = "private, no-cache"
TRANSIENT = "private, no-store"
"""Of files that are about to be replaced."""

_BYTES = {"schema": {"type": "string", "format": "binary"}}

Route = TypeVar("Route", bound=Callable[..., Response])


def download_route(
    router: APIRouter, path: str, content_types: Sequence[str], failures: Responses, description: str | None = None
) -> Callable[[Route], Route]:
    """A route that sends files of these types, to GET and HEAD.

    Two routes, because FastAPI adds no HEAD and documents a route of two methods under one operation id twice.
    """
    responses: Responses = {
        **download_responses(content_types),
        307: {"description": "The file is at `Location`, for a while and without a token, if the farm is set up so"},
    }

    def add(route: Route) -> Route:
        router.head(path, include_in_schema=False)(route)
        router.get(path, response_class=Response, responses=responses | failures, description=description)(route)
        return route

    return add


def download_responses(content_types: Sequence[str]) -> Responses:
    """What openapi.json says of a file of these types that this server sends itself."""
    file = {"content": dict.fromkeys(content_types, _BYTES)}
    return {
        200: {"description": "The file", **file},
        206: {"description": "The part that `Range` asks for", **file},
        304: {"description": "Not modified, by `If-None-Match`"},
    }


@contextlib.contextmanager
def missing_as(missing: type[FarmError]) -> Iterator[None]:
    """A file that the storage has lost, or that was deleted just now, is told as one that isn't there."""
    try:
        yield
    except FileMissing as error:
        log.error("the storage has lost a file: %s", error)
        raise missing("The file is no longer in the storage") from None


def check_stored(farm: Farm, *files: FileView) -> None:
    """Raises FileMissing where the storage has lost one. One that is there may be deleted at any time after that."""
    for file in files:
        farm.storage.stat(file.key)


def send(
    farm: Farm,
    request: Request,
    file: FileView,
    *,
    missing: type[FarmError],
    caching: str,
    filename: str | None = None,
    redirect: bool = True,
) -> Response:
    """The file, or what the request's conditions and ranges leave of it. With a `filename` it is a download. Raises
    `missing` where the storage doesn't have it.

    `redirect`: it may be a link to where the storage has it, if the farm is set up so.
    """
    answered = answer(request.method, request.headers, size=file.size, etag=file.etag)
    redirection = None
    if redirect:
        redirection = redirect_to_storage(farm, file, answered, method=request.method, filename=filename)
    headers = {"Cache-Control": caching}
    if filename is not None:
        headers["Content-Disposition"] = attachment(filename)
    with missing_as(missing):
        if redirection is not None or request.method == "HEAD" or answered.span is None:  # else it is read
            check_stored(farm, file)
        return redirection or file_response(
            partial(farm.storage.read, file.key),
            answered,
            method=request.method,
            content_type=file.content_type,
            headers=headers,
        )


def send_bundle(
    farm: Farm,
    request: Request,
    files: Sequence[tuple[str, FileView]],
    *,
    missing: type[FarmError],
    caching: str,
    filename: str,
) -> Response:
    """One ZIP of all `files`, by their names in it without suffix, which is that of their storage keys. Raises
    `missing` where the storage doesn't have one."""
    entries = [
        Entry(stem + PurePosixPath(file.key).suffix, file.size, file.etag, partial(farm.storage.read, file.key))
        for stem, file in files
    ]
    with missing_as(missing):
        check_stored(farm, *(file for _, file in files))
        return file_response(
            partial(read_bundle, entries),
            answer(request.method, request.headers, size=bundle_length(entries), etag=bundle_etag(entries)),
            method=request.method,
            content_type="application/zip",
            headers={"Cache-Control": caching, "Content-Disposition": attachment(filename)},
        )
