"""/docs: Swagger UI over openapi.json, its files from this server: a farm may live where there is no Internet."""

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

    async def get_docs(request: Request) -> HTMLResponse:
        return page

    app.add_route(DOCS_PATH, get_docs)
    app.mount(FILES_PATH, StaticFiles(packages=[("fastapi_offline", "static")]))
