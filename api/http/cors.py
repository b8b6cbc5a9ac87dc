"""Cross-origin requests: which pages of other servers may ask this farm from a browser, by the dialect they ask.

Keys travel in a header, so `*` gives no page more than what it has the key of. The portal's sessions travel in a
cookie, which no answer here allows pages of other servers to send along.
"""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.dialect import Dialects
from api.settings import Settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
EXPOSED = (
    "Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Idempotent-Replayed", "Location", "Retry-After",
    "X-Request-Id",
)  # fmt: skip
"""What a page may read of an answer, beside what browsers always show."""
MAX_AGE_S = 7200
"""How long a browser may remember a preflight's answer. Chromium keeps none longer than two hours."""


class Cors:
    """Answers preflights, and says on answers who may read them: by the settings, which dialects choose from."""

    def __init__(self, app: ASGIApp, *, dialects: Dialects, settings: Settings) -> None:
        self._app = app
        self._dialects = dialects
        self._policies = {
            dialect.name: _policy(app, origins) for dialect in dialects.all if (origins := dialect.origins(settings))
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            app = self._policies.get(self._dialects.of(scope["path"]).name, app)
        await app(scope, receive, send)


def _policy(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    return CORSMiddleware(
        app, allow_origins=origins, allow_methods=METHODS, allow_headers=("*",), expose_headers=EXPOSED,
        max_age=MAX_AGE_S,
    )  # fmt: skip
