"""Spellings of a URL that mean the same are made one, before anything looks at them: many clients build URLs by joining
texts, so they end in a slash, and send parameters that have no value.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from api.storage.signing import PREFIX

KEPT = PREFIX
"""Signed URLs stay as they are: their signature is over each character."""


class Normalise:
    """Takes the slash from the end of paths, and parameters without a value out of queries."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(KEPT):
            scope = normalised(scope)
        await self._app(scope, receive, send)


def normalised(scope: Scope) -> Scope:
    path: str = scope["path"]
    if path.endswith("/") and path != "/":
        scope = {**scope, "path": path.rstrip("/") or "/"}
    query: bytes = scope["query_string"]
    if query:
        kept = b"&".join(pair for pair in query.split(b"&") if pair.partition(b"=")[2])
        scope = {**scope, "query_string": kept}
    return scope
