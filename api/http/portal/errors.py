"""How the portal's routes tell errors: in the envelope that its pages also get from dx.gl's API."""

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.errors import code_in
from api.http.spelling import respelled
from api.http.statuses import STATUSES
from renderer.spec.spelling import camel_case

STATUS: dict[str, int] = STATUSES | {
    "flow_not_found": 404,
    "asset_not_found": 404,
    "model_not_ready": 409,
}
"""The status of every code."""


def tell(error: FarmError) -> Response:
    error = respelled(error, camel_case)
    code = code_in(STATUS, error)
    described: dict[str, object] = {"code": code, "message": error.message, "status": STATUS[code]}
    if error.param is not None:
        described["param"] = error.param
    return JSONResponse({"error": described}, STATUS[code])
