"""PUT and GET /storage/{key}: files of the local folder for whoever has a signed link, see api.storage.signing.

A link for an upload is either bound to the file's size and SHA-256, so it can't bring anything but that one file, and
using it twice changes nothing. Or it is an announced model's, and takes any file, of which the last one counts: each is
stored under a key of its own. Where the farm's files lie in S3, links lead there, and nothing is to be found here.
"""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.accounts.quotas import Quotas
from api.domain.projects import uploads
from api.errors import ContentTooLong, FarmError, Forbidden, InvalidRequest, InvalidState, NotFound
from api.http.limits import MEGABYTE
from api.http.ranges import answer, file_response
from api.http.state import Farm, FarmDep
from api.http.uploads import stored
from api.ids import new_id
from api.ingest.incoming import IncomingFile, abandoned_on_error
from api.storage.attachment import attachment
from api.storage.base import FileMissing, KeyTaken
from api.storage.signing import PREFIX, NotSigned

router = APIRouter(prefix=PREFIX.rstrip("/"), include_in_schema=False)  # nobody builds these URLs by hand


@router.head("/{key:path}")
@router.get("/{key:path}")
def get_file(farm: FarmDep, key: str, request: Request) -> Response:
    """The file, with conditions and ranges. HEAD takes the same link."""
    signed = _signed(farm, "GET", key, request)
    try:
        file = farm.storage.stat(key)
        return file_response(
            partial(farm.storage.read, key),
            answer(request.method, request.headers, size=file.size, etag=file.etag),
            method=request.method,
            content_type=signed.get("type", "application/octet-stream"),
            headers={"Content-Disposition": attachment(signed["name"])} if "name" in signed else {},
        )
    except FileMissing:
        raise NotFound from None


@router.put("/{key:path}")
async def put_file(farm: FarmDep, key: str, request: Request) -> Response:
    """Stores the body."""
    signed = _signed(farm, "PUT", key, request)
    if "sha256" in signed:
        return await _put_signed_file(farm, key, signed, request)
    return await _put_announced_file(farm, key, request)


async def _put_signed_file(farm: Farm, key: str, signed: Mapping[str, str], request: Request) -> Response:
    """If it is the one that was signed."""
    size = int(signed["size"])
    if request.headers.get("content-type") != signed["type"]:
        raise Forbidden(f"The link is signed for the Content-Type {signed['type']}")
    file = _incoming(farm, key, request, size, ContentTooLong())
    async with abandoned_on_error(file):
        await _receive(file, key, request)
        if file.sha256 != signed["sha256"]:
            raise InvalidRequest("The body is not the file that the link was signed for: its SHA-256 differs")
        try:
            await run_in_threadpool(file.finish)
        except KeyTaken:
            raise InvalidState("Another file is there already") from None
    return Response(status_code=204)


async def _put_announced_file(farm: Farm, key: str, request: Request) -> Response:
    """Whatever it is: what came is looked at when it is confirmed."""
    upload_id, allowed = uploads.announced_in(key), Quotas.of(farm.settings)
    megabytes = farm.settings.max_signed_upload_mb
    file = _incoming(
        farm, f"{key.rpartition('/')[0]}/{new_id()}", request, megabytes * MEGABYTE,
        ContentTooLong(f"File exceeds the {megabytes:,} MB limit"),
    )  # fmt: skip

    def expected() -> str:
        with farm.database.read() as session:
            return uploads.expected(session, upload_id, size=_announced_length(request), allowed=allowed).account_id

    def keep() -> None:
        with stored(farm.storage, file) as kept, farm.work() as unit:
            uploads.received(
                unit, upload_id, key=kept.key, size=kept.size, sha256=kept.sha256, allowed=allowed
            )

    with farm.limits.uploads.one_more(await run_in_threadpool(expected)):
        async with abandoned_on_error(file):
            await _receive(file, key, request)
            await run_in_threadpool(keep)
    return Response(status_code=200)


def _incoming(farm: Farm, key: str, request: Request, max_bytes: int, too_large: FarmError) -> IncomingFile:
    """A file for `key`. Raises `too_large` where the request says that it will be."""
    if _announced_length(request) > max_bytes:
        raise too_large
    return IncomingFile(farm.storage, key_for=lambda _: key, max_bytes=max_bytes, too_large=too_large)


def _announced_length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


async def _receive(file: IncomingFile, name: str, request: Request) -> None:
    await run_in_threadpool(file.open, name)
    async for chunk in request.stream():
        await run_in_threadpool(file.write, chunk)


def _signed(farm: Farm, method: str, key: str, request: Request) -> dict[str, str]:
    """What was signed with the link. Raises NotFound where links don't lead here, and Forbidden for a wrong one."""
    if farm.storage.signer is None:
        raise NotFound
    try:
        return farm.storage.signer.check(method, key, request.url.query)
    except NotSigned as error:
        raise Forbidden(str(error)) from None
