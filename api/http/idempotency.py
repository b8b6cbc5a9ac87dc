"""The header Idempotency-Key: a POST that costs something may be repeated, and gets the first one's answer again.

A route declares `Once` after its Principal and calls, in this order:

    once.hold(principal, "what", "is asked")        raises AnsweredBefore, which answers in the route's stead
    with farm.database.begin() as session:
        ...
        once.keep(session, answer)                  last in the transaction that takes the credits

Anything that the route raises lets go of the key. Without the header all of this does nothing.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.domain.accounts import idempotency
from api.domain.accounts.credentials import Principal
from api.domain.accounts.idempotency import HOLD_SECONDS, Hold, KeptAnswer
from api.http.state import Farm, FarmDep

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]*$",
        description="Any text of yours, such as a random UUID. For 24 hours the same request with the same key gets "
        "the same answer, with the header Idempotent-Replayed, and costs nothing more.",
    ),
]


class AnsweredBefore(Exception):
    """The request was answered before: `answer` is sent again."""

    def __init__(self, answer: KeptAnswer) -> None:
        self.answer = answer


class IdempotentRequest:
    """See the module's docstring. Its methods block."""

    def __init__(self, request: Request, farm: Farm, key: str | None) -> None:
        self._route: APIRoute = request.scope["route"]
        self._path = request.url.path
        self._farm = farm
        self._key = key
        self._hold: Hold | None = None

    @property
    def given(self) -> bool:
        """Whether the request has a key at all."""
        return self._key is not None

    def hold(self, principal: Principal, *request: object, seconds: float = HOLD_SECONDS) -> None:
        """Takes the key for a request that is told from others by its path and by `request`, which is JSON data.
        What of it is None or empty counts as absent, so that keys outlast a new version with more to ask for.

        `seconds` is longer than the request takes. Raises AnsweredBefore, IdempotencyConflict, IdempotencyInProgress.
        """
        if self._key is None:
            return
        text = json.dumps([self._path, *filter(None, request)], sort_keys=True)
        with self._farm.database.begin() as session:
            held = idempotency.hold(
                session, principal.account_id, self._key, request_sha256=hashlib.sha256(text.encode()).hexdigest(),
                seconds=seconds,
            )  # fmt: skip
        if isinstance(held, KeptAnswer):
            raise AnsweredBefore(held)
        self._hold = held

    def keep(self, session: Session, answer: BaseModel) -> None:
        """Keeps what the route is going to return. Raises IdempotencyInProgress where the hold was too short."""
        if self._hold is None:
            return
        body = answer.model_dump_json(exclude_none=self._route.response_model_exclude_none)
        idempotency.keep(session, self._hold, KeptAnswer(self._route.status_code or 200, body))

    def let_go(self) -> None:
        if self._hold is not None:
            with self._farm.database.begin() as session:
                idempotency.let_go(session, self._hold)


def once_of(request: Request, farm: FarmDep, key: Key = None) -> Iterator[IdempotentRequest]:
    once = IdempotentRequest(request, farm, key)
    try:
        yield once
    except BaseException:
        once.let_go()
        raise


Once = Annotated[IdempotentRequest, Depends(once_of)]


def install(app: FastAPI) -> None:
    """Makes `app` repeat answers."""

    @app.exception_handler(AnsweredBefore)
    async def on_answered_before(request: Request, error: AnsweredBefore) -> Response:
        headers = {"Idempotent-Replayed": "true"}
        return Response(error.answer.body, error.answer.status, headers, media_type="application/json")
