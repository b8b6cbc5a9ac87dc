"""/: a page that says what answers here, for who types the address into a browser. It asks for nothing from elsewhere."""

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse

from api.http.docs import DOCS_PATH

_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pirouette</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }}
  code {{ font-size: .9em }}
</style>
<h1>Pirouette</h1>
<p>This is a 3D render farm. Programs send it models, and get back turntable videos, stills and training sets.</p>
<ul>
  <li><a href="{DOCS_PATH}">The API</a>, to be read and tried out
  <li><a href="/openapi.json">Its description for machines</a>
  <li><a href="/v1/health">Whether the farm is well</a>
</ul>
<p>Using it takes an API key. Whoever runs this farm makes one with <code>pirouette admin create-account</code> and
<code>pirouette admin create-token</code>.
</html>
"""

_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}

router = APIRouter(include_in_schema=False)


@router.head("/")
@router.get("/")
async def get_home() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_HEADERS)


def install(app: FastAPI) -> None:
    """Adds the page to `app`."""
    app.include_router(router)
