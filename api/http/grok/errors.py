"""How the Grok 3D pipeline's API tells errors: `{"error": "<message>", "detail": "<message>"}`.

The document has the first field. The second is what the original server sends.
"""

from starlette.responses import JSONResponse, Response

from api.errors import FarmError
from api.http.errors import code_in
from api.http.statuses import HEADERS, STATUSES

STATUS = STATUSES
"""By the farm's own code. The document has 200, 400, 404 and 500."""


def tell(error: FarmError) -> Response:
    status = STATUS[code_in(STATUS, error)]
    return JSONResponse({"error": error.message, "detail": error.message}, status, HEADERS.get(status))
