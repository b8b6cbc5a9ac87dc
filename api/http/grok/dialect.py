"""The Grok 3D pipeline's API as the application knows it."""

from api.http.dialect import Dialect
from api.http.grok import jobs
from api.http.grok.auth import authenticate
from api.http.grok.errors import tell
from api.http.rates import Surface, unlimited

ORDERS = "/api/generate"
PREFIXES = (ORDERS, "/api/status", "/api/asset", "/api/examples", "/api/jobs")

GROK = Dialect(
    name="grok",
    prefixes=PREFIXES,
    routers=(jobs.router,),
    authenticate=authenticate,
    tell=tell,
    uploads=(),
    tags={jobs.TAG: "From a text to a picture, a model and a USDZ: the Grok 3D pipeline, which needs no key"},
    surfaces=(
        Surface(ORDERS, unlimited, lambda settings: settings.grok_job_requests),
        *(Surface(prefix, unlimited, lambda settings: settings.client_requests) for prefix in PREFIXES[1:]),
    ),
    origins=lambda settings: settings.grok_allowed,
    serves=lambda settings: settings.grok,
)
