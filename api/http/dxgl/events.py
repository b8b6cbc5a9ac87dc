"""/v1/renders/:id/events: a render's progress as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.domain.renders import events
from api.domain.renders.events import RenderState
from api.errors import RenderNotFound
from api.http.auth import caller_of
from api.http.dxgl.auth import Reader
from api.http.dxgl.failures import errors
from api.http.dxgl.paths import RenderId, new_router
from api.http.dxgl.schemas import RenderProgress, render_progress
from api.http.events import changes
from api.http.slots import StreamSlot
from api.http.state import Farm, FarmDep

DELETED = "deleted"
"""The last status of a render that its owner deleted."""

router = new_router("renders")


class RenderEvent(RenderProgress):
    """The data of an event: `status` is the render's, as GET /v1/renders/:id tells it."""

    status: str


def _event(state: RenderState) -> RenderEvent:
    return {"status": state.status, **render_progress(state.progress)}


def _first_state(principal: Reader, farm: FarmDep, render_id: RenderId) -> RenderState:
    """Asked before the answer begins, which is when a render can still be not found."""
    return _state(farm, principal.account_id, render_id)


def _state(farm: Farm, account_id: str, render_id: str) -> RenderState:
    with farm.database.read() as session:
        return events.render_state(session, account_id, render_id)


EXAMPLE = (
    "event: progress\n"
    'data: {"status":"poster-done","stage":"drawing","framesDone":45,"framesTotal":180,"secondsLeft":3.2}\n\n'
)


@router.get(
    "/renders/{render_id}/events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"example": EXAMPLE}}}, **errors(RenderNotFound)},
)
async def stream_events(
    principal: Reader, farm: FarmDep, slot: StreamSlot, render_id: RenderId,
    first: Annotated[RenderState, Depends(_first_state)], request: Request,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` now and after each change; when the render is over, `end`, and no more.

    The data of both is JSON: status, stage, framesDone, framesTotal, secondsLeft. The status of a render that is
    deleted meanwhile is "deleted". A browser's EventSource takes a ticket in the URL: see POST /v1/tickets.
    """
    state = first
    try:
        async for state in changes(
            farm, caller_of(request), first, lambda: _state(farm, principal.account_id, render_id),
            lambda state: state.is_final,
        ):  # fmt: skip
            yield ServerSentEvent(event="progress", data=_event(state))
    except RenderNotFound:
        yield ServerSentEvent(event="end", data=_event(state) | {"status": DELETED})
        return
    if state.is_final:
        yield ServerSentEvent(event="end", data=_event(state))
