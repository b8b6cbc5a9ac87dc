"""How routes answer: who asks is looked up, and what a route returns becomes JSON, in the route's own thread, once."""

import asyncio
import contextvars
import functools
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any

import orjson
from anyio import Event
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from api.http.auth import Caller
from api.http.boundary import ROUTE
from api.http.state import FarmDep

READERS = 3
"""Plain reads that are answered at once. They are short, and more of them only fight for Python's lock: with 16
clients, three threads tell of 1400 renders a second and sixteen of 1010, and 99 % of the answers come within 57 ms
instead of 98 (two busy cores, medians of 25 turns)."""

_readers = ThreadPoolExecutor(READERS, "reader")
"""Its threads begin with the first read. anyio's would take three more rounds of the event loop for each read."""


def operation_id(route: APIRoute) -> str:
    """A stable name, for clients that are made from openapi.json."""
    return route.name


class JsonRoute(APIRoute):
    """A route. What its plain function returns as a pydantic model or as a dict is already valid.

    FastAPI would validate it again, in another thread: a page of fifty renders takes 0.82 ms of CPU time here, and 1.60
    ms as FastAPI's own route, where the settings and warnings can't be passed on as text either; one render takes 0.53
    ms instead of 0.67.
    `asks_in_thread`: a plain function without a body to read, for which api.http.auth leaves a Caller.

    A route for GET answers HEAD as well: the same, without the body. openapi.json lists GET alone.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        plain = not any(kind(endpoint) for kind in (iscoroutinefunction, isasyncgenfunction, isgeneratorfunction))
        self.asks_in_thread = plain and set(options["methods"]) <= {"GET", "HEAD"}
        if plain:
            endpoint = _answering(endpoint, options.get("status_code") or 200, options["response_model_exclude_none"])
        if self.asks_in_thread:
            endpoint = _reading(endpoint)
        super().__init__(path, endpoint, **options)
        self._answers_head = "GET" in options["methods"] and "HEAD" not in options["methods"]
        self._begins = self.path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope["path"].startswith(self._begins):  # most are asked in vain: a fifth of the time of the pattern
            return Match.NONE, {}
        if scope.get("method") == "HEAD" and self._answers_head:  # asked of every route: most often at once
            scope = {**scope, "method": "GET"}
        return super().matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[ROUTE] = self.path  # a copy of the scope has the same state
        if scope.get("method") == "HEAD" and self._answers_head:
            scope, receive, send = _without_body(scope, send)
        await super().handle(scope, receive, send)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if not self.asks_in_thread:
            return handle

        async def handle_known(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception:
                caller: Caller | None = getattr(request.state, "caller", None)
                if caller is not None and not caller.asked:  # strangers don't get to know what else is wrong
                    await run_in_threadpool(caller.principal)
                raise

        return handle_known


def _without_body(scope: Scope, send: Send) -> tuple[Scope, Receive, Send]:
    """A GET whose answer ends with its headers. Whoever streams the body is told that the client has gone."""
    over = Event()

    async def send_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b""})
            over.set()

    async def receive_end() -> Message:
        await over.wait()
        return {"type": "http.disconnect"}

    # Of a server of ASGI 2.4 Starlette would expect that sending fails, instead of asking whether the client is there.
    return {**scope, "method": "GET", "asgi": {**scope["asgi"], "spec_version": "2.3"}}, receive_end, send_headers


def _answering(endpoint: Callable[..., Any], status: int, exclude_none: bool) -> Callable[..., Any]:
    signature, farm = _given_farm(inspect.signature(endpoint))

    @functools.wraps(endpoint)
    def answer(**named: Any) -> Any:
        if farm is not None:
            named[farm] = named[farm].app.state.farm
        for name, value in named.items():
            if isinstance(value, Caller):
                named[name] = value.principal()
        returned = endpoint(**named)
        if isinstance(returned, BaseModel):
            content: str | bytes = returned.model_dump_json(exclude_none=exclude_none)
        elif isinstance(returned, dict):
            content = orjson.dumps(returned)
        else:
            return returned
        return Response(content, status, media_type="application/json")

    answer.__signature__ = signature  # type: ignore[attr-defined]  # which FastAPI goes by
    return answer


def _given_farm(signature: inspect.Signature) -> tuple[inspect.Signature, str | None]:
    """A signature that has the request itself instead of the farm, and by which name, where a route may.

    The farm by a dependency costs 6 % of all that the server does to tell of one render.
    """
    parameters = signature.parameters
    if any(each.annotation is Request for each in parameters.values()):  # FastAPI gives it once
        return signature, None
    name = next((name for name, each in parameters.items() if each.annotation == FarmDep), None)
    changed = [each.replace(annotation=Request) if each.name == name else each for each in parameters.values()]
    return signature.replace(parameters=changed), name


def _reading(endpoint: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """The plain `endpoint` in a thread, of which READERS are at work."""

    @functools.wraps(endpoint)
    async def answer(**named: Any) -> Any:
        call = functools.partial(contextvars.copy_context().run, endpoint, **named)
        return await asyncio.get_running_loop().run_in_executor(_readers, call)

    return answer
