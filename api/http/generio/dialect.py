"""Generio's API as the application knows it."""

from api.http.dialect import Dialect, Upload
from api.http.flow_inputs import BODY_MB
from api.http.generio import assets, flows, templates
from api.http.generio.auth import authenticate
from api.http.generio.errors import tell
from api.http.generio.inputs import FLOW_MB
from api.http.generio.paths import tag_of
from api.http.rates import Surface, unlimited

PREFIXES = ("/flows", "/templates")

GENERIO = Dialect(
    name="generio",
    prefixes=PREFIXES,
    routers=(flows.router, assets.router, templates.router),
    authenticate=authenticate,
    tell=tell,
    uploads=(
        Upload("POST", "/flows", lambda settings: FLOW_MB),
        Upload("POST", "/flows/{flow_id}/inputs", lambda settings: BODY_MB),
    ),
    tags={
        tag_of("flows"): "Models generated from texts and pictures, and optimised",
        tag_of("templates"): "What flows can make, and of what",
    },
    surfaces=tuple(Surface(prefix, lambda settings: settings.account_requests, unlimited) for prefix in PREFIXES),
)
