"""GET /healthz, /readyz and /metrics, for load balancers, Kubernetes and Prometheus: below no dialect's prefix.

    /healthz    the process is alive: it asks nobody
    /readyz     requests can be served: the database answers and has the newest schema, and so does the storage
    /metrics    the numbers of the whole farm, for who has the token of PIROUETTE_METRICS_TOKEN or, where none is set,
                is on the server's own machine and not behind a proxy: they say how much a farm earns
"""

import hmac
import ipaddress

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from api.errors import Forbidden, Unauthorized
from api.http.health import AWAY_HEADERS
from api.http.state import FarmDep

FORWARDED = ("forwarded", "x-forwarded-for", "via")
"""Headers of requests that came through a proxy: its address says nothing of who asks."""

router = APIRouter(include_in_schema=False)  # nobody's API


@router.head("/healthz")
@router.get("/healthz")
async def is_alive() -> JSONResponse:
    return JSONResponse({"status": "ok"})


@router.head("/readyz")
@router.get("/readyz")
async def is_ready(farm: FarmDep) -> JSONResponse:
    """503 where something is missing; the answer names it."""
    report = await farm.health.report()
    parts = {"database": report.database, "schema": report.migrated, "storage": report.storage}
    words = {name: "ok" if well else "error" for name, well in parts.items()}
    if report.ready:
        return JSONResponse({"status": "ok", **words})
    return JSONResponse({"status": "error", **words}, 503, AWAY_HEADERS)


@router.head("/metrics")
@router.get("/metrics")
async def get_metrics(farm: FarmDep, request: Request) -> Response:
    """Raises Unauthorized, Forbidden."""
    token = farm.settings.metrics_token.get_secret_value()
    if token:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
            raise Unauthorized("Send the header Authorization: Bearer with the value of PIROUETTE_METRICS_TOKEN")
    elif not _is_from_here(request):
        raise Forbidden("Only this machine is told. Elsewhere it takes a token: set PIROUETTE_METRICS_TOKEN")
    report = await farm.health.report()
    text = await run_in_threadpool(farm.metrics.text, report)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def _is_from_here(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
