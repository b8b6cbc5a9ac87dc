"""Builds the web application from its parts. Nothing is global: two apps in one process know nothing of each other."""

from collections.abc import Callable, Sequence
from importlib import metadata

from fastapi import FastAPI

from api.db.session import Database
from api.http import docs, errors, home, idempotency
from api.http.boundary import Boundary
from api.http.dialect import Dialect, Dialects
from api.http.dxgl.dialect import DXGL
from api.http.limits import BodyLimit
from api.http.openapi import openapi_of
from api.http.state import Farm
from api.http.storage import router as storage_router
from api.ingest.fetch import Downloader
from api.net.guard import AllowList, Guard
from api.net.sender import Sender
from api.settings import Settings
from api.storage.base import Storage

DESCRIPTION = "A self-hosted 3D render farm: a model in, a turntable out. This is dx.gl's API under /v1."

DIALECTS = (DXGL,)


def create_app(
    settings: Settings,
    database: Database,
    storage: Storage,
    wake: Callable[[], None],
    *,
    dialects: Sequence[Dialect] = DIALECTS,
) -> FastAPI:
    """The application. `wake` is called after each commit that left hints in the outbox; it must not block or fail.

    Raises ValueError where `settings.ingest_allow` or `settings.webhook_allow` is malformed.
    """
    app = FastAPI(
        title="Pirouette",
        version=metadata.version("pirouette"),
        description=DESCRIPTION,
        docs_url=None,  # see docs
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,  # stable names for clients made from openapi.json
        redirect_slashes=False,
    )
    guard = Guard(AllowList.parse(settings.ingest_allow, "PIROUETTE_INGEST_ALLOW"))
    downloader = Downloader(guard, seconds=settings.ingest_seconds)
    sender = Sender(AllowList.parse(settings.webhook_allow, "PIROUETTE_WEBHOOK_ALLOW"))
    app.state.farm = Farm(settings, database, storage, wake, downloader, sender)
    known = Dialects(dialects)
    errors.install(app, known)
    idempotency.install(app)
    docs.install(app)
    home.install(app)
    tags: dict[str, str] = {}
    for dialect in dialects:
        tags |= dialect.tags
        for router in dialect.routers:
            app.include_router(router)
    app.include_router(storage_router)
    app.openapi = lambda: openapi_of(app, tags)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    app.add_middleware(BodyLimit, dialects=known, settings=settings)
    app.add_middleware(Boundary, dialects=known)  # added last: the outermost
    return app
