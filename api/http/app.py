"""Builds the web application from its parts. Nothing is global: two apps in one process know nothing of each other."""

from collections.abc import Callable
from importlib import metadata

from fastapi import FastAPI

from api.db.session import Database
from api.http import docs, errors, idempotency
from api.http.boundary import Boundary
from api.http.dxgl import account, assets, events, health, ingest, models, overlays, quote, renders, shares, webhooks
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

ROUTERS = (
    *(part.router for part in (renders, assets, events, models, ingest, overlays, quote, account, health, shares,
                                   webhooks)),
    shares.public,
)
"""Looked through in this order: what is asked for most comes first."""


def create_app(settings: Settings, database: Database, storage: Storage, wake: Callable[[], None]) -> FastAPI:
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
    errors.install(app, ROUTERS)
    idempotency.install(app)
    docs.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(storage_router)
    app.openapi = lambda: openapi_of(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    app.add_middleware(
        BodyLimit,
        uploads={
            ("POST", models.UPLOAD_PATH): settings.max_upload_mb,
            ("POST", overlays.UPLOAD_PATH): overlays.LARGEST_MB,
        },
    )
    app.add_middleware(Boundary)  # added last: the outermost
    return app
