"""A dialect is one vendor's API on this farm: its paths, its credentials, its envelopes. All that differs between them
is in its `Dialect`; the rest of api.http serves all alike.
"""

import dataclasses
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Route

from api import counts
from api.errors import FarmError
from api.http.auth import Authenticator
from api.http.rates import Surface
from api.settings import Settings

LOGGED_CHARACTERS = 200
"""Of a request's path: enough for every path that leads anywhere."""


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """Requests that bring a file: `path` may have {parameters}; `max_mb` is the file's, by the server's settings."""

    method: str
    path: str
    max_mb: Callable[[Settings], int]


@dataclasses.dataclass(frozen=True, slots=True)
class Dialect:
    """`prefixes` are the paths below which it answers, in whole segments: "/api/v" is not the beginning of "/api/v1".
    One dialect has "", which is all that is nobody else's.

    `routers` are looked through in their order. `authenticate` is what all its routes ask keys with, None where it has
    none. `tell` makes the whole answer to an error. `tags` are those of its routes, with their descriptions.
    `surfaces` say how often anybody may ask. What is below `secret_paths` opens something to whoever knows it: no log
    shows it.

    `origins` are the servers whose pages may call it from a browser. `serves`: it is there at all.

    Raises ValueError where a route asks for another dialect's keys.
    """

    name: str
    prefixes: tuple[str, ...]
    routers: tuple[APIRouter, ...]
    authenticate: Authenticator | None
    tell: Callable[[FarmError], Response]
    uploads: tuple[Upload, ...]
    tags: Mapping[str, str]
    surfaces: tuple[Surface, ...] = ()
    secret_paths: tuple[str, ...] = ()
    origins: Callable[[Settings], Sequence[str]] = lambda settings: settings.cors_allowed
    serves: Callable[[Settings], bool] = lambda settings: True

    def __post_init__(self) -> None:
        for router in self.routers:
            for route in router.routes:
                if isinstance(route, APIRoute):
                    for call in _calls(route.dependant):
                        if isinstance(call, Authenticator) and call is not self.authenticate:
                            raise ValueError(f"{route.path} of {self.name} asks for keys of {call.dialect}")


class Dialects:
    """Those of an application. Raises ValueError where two have the same prefix, or none has ""."""

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self.all = tuple(dialects)
        self._secret = tuple(f"{secret}/" for dialect in dialects for secret in dialect.secret_paths)
        self._by_prefix = {_segments(prefix): dialect for dialect in dialects for prefix in dialect.prefixes}
        if len(self._by_prefix) < sum(len(dialect.prefixes) for dialect in dialects) or () not in self._by_prefix:
            raise ValueError("each prefix is one dialect's, and one dialect has the empty prefix")

    @property
    def routes(self) -> list[Route]:
        found = (route for dialect in self.all for router in dialect.routers for route in router.routes)
        return [route for route in found if isinstance(route, Route)]

    def of(self, path: str) -> Dialect:
        """The one with the longest prefix of the path."""
        segments = _segments(path)
        return next(
            self._by_prefix[segments[:length]]
            for length in range(len(segments), -1, -1)
            if segments[:length] in self._by_prefix
        )

    def tell(self, path: str, error: FarmError, *, headers: Mapping[str, str] | None = None) -> Response:
        """The answer that tells `error` to a caller of `path`."""
        counts.add("refused", code=error.code)
        response = self.of(path).tell(error)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        response.headers.update(headers or {})
        return response

    def loggable(self, path: str) -> str:
        """A request's path as a log may show it: without secrets, quoted so that it is one word, and cut."""
        if path.startswith(self._secret):
            return next(f"{secret}..." for secret in self._secret if path.startswith(secret))
        return urllib.parse.quote(path[:LOGGED_CHARACTERS], safe="/:*@,;=+")[:LOGGED_CHARACTERS] or "-"


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/")) if path.strip("/") else ()


def _calls(dependant: Dependant) -> Iterator[object]:
    """All that a route depends on, directly or not."""
    for dependency in dependant.dependencies:
        yield dependency.call
        yield from _calls(dependency)
