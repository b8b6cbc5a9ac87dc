"""Builds the web application from its parts. Nothing is global: two apps in one process know nothing of each other."""

import functools
from collections.abc import Callable, Sequence
from importlib import metadata

from fastapi import FastAPI
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from api.db.session import Database
from api.domain.watching import counts, farm
from api.domain.work import condition
from api.domain.work.condition import Condition
from api.engines.standing import standings
from api.http import docs, errors, home, idempotency
from api.http.boundary import Boundary, Faults
from api.http.cors import Cors
from api.http.dialect import Dialect, Dialects
from api.http.dxgl.dialect import DXGL
from api.http.generio.dialect import GENERIO
from api.http.glossi.dialect import GLOSSI
from api.http.grok.dialect import GROK
from api.http.health import Checks, Health
from api.http.inflate import Inflate
from api.http.limits import BodyLimit, ClientLimit
from api.http.metrics import Known, Metrics
from api.http.normalise import Normalise
from api.http.openapi import openapi_of
from api.http.portal.dialect import PORTAL
from api.http.probes import router as probes_router
from api.http.rates import Limits
from api.http.state import Farm
from api.http.storage import router as storage_router
from api.http.touches import Touches
from api.ingest.fetch import Downloader
from api.net.guard import AllowList, Guard
from api.net.sender import Sender
from api.settings import Settings
from api.storage.base import Storage

DESCRIPTION = (
    "A self-hosted 3D render farm: a model in, a turntable out. "
    "This is dx.gl's API under /v1, Glossi's under /api/v1, Generio's under /flows and /templates, and the Grok 3D "
    "pipeline's under /api."
)

DIALECTS = (DXGL, GLOSSI, PORTAL, GENERIO, GROK)

MISSED_HEARTBEATS = 4
"""After so many a worker is called silent."""

SHORT_BYTES = 1024
"""Answers up to this length go out as they are: they fit into a packet anyway."""

add_compress_type("text/csv")
remove_compress_type("text/event-stream")  # proxies hold compressed streams back


def create_app(
    settings: Settings,
    database: Database,
    storage: Storage,
    wake: Callable[[], None],
    *,
    broker: Callable[[], None] = lambda: None,
    dialects: Sequence[Dialect] = DIALECTS,
) -> FastAPI:
    """The application. `wake` is called after each commit that left hints in the outbox; it must not block or fail.
    `broker` raises something where no hints can be sent.

    Raises ValueError where `settings.ingest_allow` or `settings.webhook_allow` is malformed.
    """
    app = FastAPI(
        title="Pirouette",
        version=metadata.version("pirouette"),
        description=DESCRIPTION,
        docs_url=None,  # see docs
        redoc_url=None,
        redirect_slashes=False,
    )
    guard = Guard(
        AllowList.parse(settings.ingest_allow, "PIROUETTE_INGEST_ALLOW"), public_ports=settings.ingest_public_ports
    )
    downloader = Downloader(guard, seconds=settings.ingest_seconds)
    sender = Sender(AllowList.parse(settings.webhook_allow, "PIROUETTE_WEBHOOK_ALLOW"))
    monitor = database.monitor()
    silent_seconds = MISSED_HEARTBEATS * settings.heartbeat_seconds
    health = Health(_checks(settings, monitor, storage, broker, silent_seconds), storage.room.reserve_bytes)
    metrics = Metrics(functools.partial(_known, monitor, silent_seconds), settings)
    dialects = [dialect for dialect in dialects if dialect.serves(settings)]
    known = Dialects(dialects)
    limits = Limits((surface for dialect in dialects for surface in dialect.surfaces), settings)
    touches = Touches(database)
    app.state.farm = Farm(settings, database, storage, wake, downloader, sender, touches, health, metrics, limits)
    errors.install(app, known)
    idempotency.install(app)
    docs.install(app)
    tags: dict[str, str] = {}
    for dialect in dialects:
        tags |= dialect.tags
        for router in dialect.routers:
            app.router.routes.extend(router.routes)
    app.router.routes.extend((*storage_router.routes, *probes_router.routes))
    home.install(app)
    app.openapi = lambda: openapi_of(app, tags)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    behind_proxy = bool(settings.trusted_proxies)
    # The first is the innermost, the last the outermost.
    app.add_middleware(ClientLimit, dialects=known, limits=limits, behind_proxy=behind_proxy)
    app.add_middleware(BodyLimit, dialects=known, settings=settings)
    app.add_middleware(Inflate, dialects=known)
    app.add_middleware(CompressMiddleware, minimum_size=SHORT_BYTES)
    app.add_middleware(Normalise)
    app.add_middleware(Faults, dialects=known)
    app.add_middleware(Cors, dialects=known, settings=settings)  # so that a page can read of a fault, too
    app.add_middleware(Boundary, dialects=known, hsts_seconds=settings.hsts_seconds)
    return app


def _checks(
    settings: Settings, monitor: Database, storage: Storage, broker: Callable[[], None], silent_seconds: float
) -> Checks:
    def ask() -> Condition:
        with monitor.read() as session:
            return condition.ask(session, silent_seconds=silent_seconds)

    return Checks(
        condition=ask, migrated=monitor.is_migrated, storage=storage.ping, broker=broker,
        free_bytes=storage.room.free_bytes, engines=lambda: standings(settings),
    )  # fmt: skip


def _known(monitor: Database, silent_seconds: float) -> Known:
    with monitor.read() as session:
        return Known(farm.ask(session, silent_seconds=silent_seconds), counts.total(session))
