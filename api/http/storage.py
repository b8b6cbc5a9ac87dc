"""PUT and GET /storage/{key}: files of the local folder for whoever has a signed link, see api.storage.signing.

A link for an upload is bound to the file's size and SHA-256, so it can't bring anything but that one file, and using it
twice changes nothing. Where the farm's files lie in S3, links lead there, and nothing is to be found here.
"""

from functools import partial

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.errors import ContentTooLong, Forbidden, InvalidRequest, InvalidState, NotFound
from api.http.ranges import answer, file_response
from api.http.state import Farm, FarmDep
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
    except FileMissing:
        raise NotFound from None
    return file_response(
        partial(farm.storage.read, key),
        answer(request.method, request.headers, size=file.size, etag=file.etag),
        method=request.method,
        content_type=signed.get("type", "application/octet-stream"),
        headers={"Content-Disposition": attachment(signed["name"])} if "name" in signed else {},
    )


@router.put("/{key:path}", status_code=204)
async def put_file(farm: FarmDep, key: str, request: Request) -> Response:
    """Stores the body, if it is the one that was signed."""
    signed = _signed(farm, "PUT", key, request)
    size = int(signed["size"])
    if request.headers.get("content-type") != signed["type"]:
        raise Forbidden(f"The link is signed for the Content-Type {signed['type']}")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > size:
        raise ContentTooLong
    file = IncomingFile(farm.storage, key_for=lambda _: key, max_bytes=size, too_large=ContentTooLong())
    async with abandoned_on_error(file):
        await run_in_threadpool(file.open, key)
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
        if file.sha256 != signed["sha256"]:
            raise InvalidRequest("The body is not the file that the link was signed for: its SHA-256 differs")
        try:
            await run_in_threadpool(file.finish)
        except KeyTaken:
            raise InvalidState("Another file is there already") from None
    return Response(status_code=204)


def _signed(farm: Farm, method: str, key: str, request: Request) -> dict[str, str]:
    """What was signed with the link. Raises NotFound where links don't lead here, and Forbidden for a wrong one."""
    if farm.storage.signer is None:
        raise NotFound
    try:
        return farm.storage.signer.check(method, key, request.url.query)
    except NotSigned as error:
        raise Forbidden(str(error)) from None
