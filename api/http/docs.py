"""/docs: Swagger UI over openapi.json, its files from this server: a farm may live where there is no Internet."""

import base64
import hashlib
import re

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

DOCS_PATH = "/docs"
FILES_PATH = "/docs/files"


def install(app: FastAPI) -> None:
    """Adds the page and its files to `app`."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=f"{app.title} API",
        swagger_js_url=f"{FILES_PATH}/swagger-ui-bundle.js",
        swagger_css_url=f"{FILES_PATH}/swagger-ui.css",
        swagger_favicon_url=f"{FILES_PATH}/favicon.png",
        swagger_ui_parameters={"validatorUrl": None},  # else it would send openapi.json to a stranger to be judged
    )

    page.headers["Content-Security-Policy"] = policy_of(bytes(page.body))

    async def get_docs(request: Request) -> HTMLResponse:
        return page

    app.add_route(DOCS_PATH, get_docs)
    app.mount(FILES_PATH, StaticFiles(packages=[("fastapi_offline", "static")]))


def policy_of(page: bytes) -> str:
    """The Content-Security-Policy of a page that talks to this server alone. Its inline scripts, and no others, run."""
    scripts = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
    hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; script-src 'self' {allowed}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
