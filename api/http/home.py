"""/: a page that says what answers here, for who types the address into a browser. Nothing in it is from elsewhere."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from api.http.docs import DOCS_PATH

PORTAL_PATH = "/portal/"

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pirouette</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }
  code { font-size: .9em }
</style>
<h1>Pirouette</h1>
<p>This is a 3D render farm. Programs send it models, and get back turntable videos, stills and training sets.</p>
<ul>
  <li><a href="PORTAL">The portal</a>, to upload models, choose their look, watch and share
  <li><a href="DOCS">The API</a>, to be read and tried out
  <li><a href="OPENAPI">Its description for machines</a>
  <li><a href="HEALTH">Whether the farm is well</a>
</ul>
<p>Programs need an API key. People make theirs in the portal; whoever runs this farm also makes them with
<code>pirouette admin create-account</code> and <code>pirouette admin create-token</code>.
</html>
"""

_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


def install(app: FastAPI) -> None:
    """Adds the page to `app`, which has its other routes already."""
    page = _PAGE
    links = {
        "PORTAL": PORTAL_PATH, "DOCS": DOCS_PATH, "OPENAPI": app.openapi_url,
        "HEALTH": app.url_path_for("get_health"),
    }  # fmt: skip
    for word, path in links.items():
        page = page.replace(f'"{word}"', f'"{path}"')

    @app.head("/", include_in_schema=False)
    @app.get("/", include_in_schema=False)
    async def get_home() -> HTMLResponse:
        return HTMLResponse(page, headers=_HEADERS)
