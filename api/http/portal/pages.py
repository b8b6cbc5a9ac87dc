"""/portal/...: the pages. They are one program for the browser, which api.http.portal.build makes of the folder ui/."""

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse
from starlette.responses import Response

from api.errors import NotFound
from api.http.portal.paths import PREFIX

STATIC = Path(__file__).parent / "static"
"""What the build makes. Not in git."""

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self' blob: data:; font-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the pages. Hashing and the decoders of compressed models are WebAssembly; three.js opens a
model's textures by blob addresses."""

_MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pirouette: the portal is not built</title>
<h1>The portal's pages are not built yet</h1>
<p>Whoever runs this farm types, in the folder of Pirouette:</p>
<pre>make portal</pre>
<p>It takes half a minute. The farm may go on running meanwhile; then open this page again.</p>
</html>
"""

FOLDERS = {
    "assets": "public, max-age=31536000, immutable",  # their names contain the hash of what is in them
    "files": "no-cache",  # theirs do not
}
"""Folders of STATIC that are handed out, and how long browsers may keep what is in them."""

router = APIRouter(prefix=PREFIX, include_in_schema=False)

READS = ["GET", "HEAD"]


@router.api_route("/{folder}/{name}", methods=READS)
async def get_file(folder: str, name: str) -> Response:
    path = STATIC / folder / name
    if folder not in FOLDERS or name.startswith(".") or not path.is_file():
        raise NotFound("No such path")
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": FOLDERS[folder], "Content-Security-Policy": POLICY}  # of workers, their script's counts
    return FileResponse(path, media_type=media_type, headers=headers)


@router.api_route("", methods=READS)
@router.api_route("/", methods=READS)
@router.api_route("/{page}", methods=READS)
async def get_page(page: str = "") -> Response:
    """The program, which shows the page by the path; where nobody has built it yet, how to do so."""
    index = STATIC / "index.html"
    if not index.is_file():
        return HTMLResponse(_MISSING, 404)
    return HTMLResponse(
        index.read_bytes(), headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    )
