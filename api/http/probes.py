"""GET /healthz and /readyz, for load balancers and Kubernetes: below no dialect's prefix, and without a token.

    /healthz    the process is alive: it asks nobody
    /readyz     requests can be served: the database answers and has the newest schema, and so does the storage
"""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.http.health import AWAY_HEADERS
from api.http.state import FarmDep

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
