"""/portal/api/events: all that changes about an account's renders, in one stream of server-sent events.

One for all, because a browser opens no more than six connections to a server that speaks HTTP/1.1.
"""

from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.domain.kit.paging import Sort
from api.domain.renders import lists
from api.domain.renders.lists import Filter
from api.domain.renders.renders import RenderView
from api.domain.renders.states import UNFINISHED
from api.http.auth import caller_of
from api.http.events import changes
from api.http.portal.auth import Signed
from api.http.portal.paths import new_router
from api.http.slots import StreamSlot
from api.http.state import Farm, FarmDep

MOST = 50
"""Renders of which an event tells: those that changed last."""

State = tuple[int, tuple[RenderView, ...]]

router = new_router()


def _state(farm: Farm, account_id: str) -> State:
    """How many renders are unfinished, and the last ones that changed, in whatever state."""
    newest = Sort("updated_at", descending=True)
    with farm.database.read_rows() as connection:
        waiting = lists.list_renders(
            connection, account_id, limit=1, offset=0, where=Filter(statuses=UNFINISHED, previews=True)
        )
        changed = lists.list_renders(
            connection, account_id, limit=MOST, offset=0, where=Filter(previews=True), sort=newest
        )
    return waiting.total, tuple(changed.items)


def _told(view: RenderView) -> dict[str, object]:
    progress = view.progress
    return {
        "id": view.id, "modelId": view.model_id, "status": view.status, "isPreview": view.is_system_preview,
        "stage": progress.stage, "framesDone": progress.frames_done, "framesTotal": progress.frames_total,
        "secondsLeft": progress.seconds_left, "errorMessage": view.error_message,
    }  # fmt: skip


@router.get("/events", response_class=EventSourceResponse)
async def stream_events(
    signed: Signed, farm: FarmDep, slot: StreamSlot, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """`renders` now and after each change: what there is to tell of the renders that changed since the last event."""
    account_id = signed[1].account_id
    known: dict[str, dict[str, object]] = {}
    first = await run_in_threadpool(_state, farm, account_id)
    async for waiting, views in changes(
        farm, caller_of(request), first, lambda: _state(farm, account_id), lambda state: False
    ):
        told = {view.id: _told(view) for view in views}
        news = [each for render_id, each in told.items() if known.get(render_id) != each]
        known = told
        yield ServerSentEvent(event="renders", data={"unfinished": waiting, "renders": news})
