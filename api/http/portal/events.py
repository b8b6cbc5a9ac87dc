"""/portal/api/events: all that changes about an account's renders, in one stream of server-sent events.

One for all, because a browser opens no more than six connections to a server that speaks HTTP/1.1.
"""

import dataclasses
from collections.abc import AsyncIterator

from fastapi import Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api.domain.accounts.people import PersonView
from api.domain.kit.paging import Sort
from api.domain.renders import lists, queue
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


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """How many renders are unfinished; which wait, the next one first; who is at which, where that may be known; and
    those that changed last, in whatever state."""

    unfinished: int
    waiting: tuple[str, ...]
    workers: tuple[tuple[str, str], ...]
    changed: tuple[RenderView, ...]


router = new_router()


def _state(farm: Farm, person: PersonView) -> State:
    account_id = person.account_id
    newest = Sort("updated_at", descending=True)
    with farm.database.read_rows() as connection:
        waiting = lists.list_renders(
            connection, account_id, limit=1, offset=0, where=Filter(statuses=UNFINISHED, previews=True)
        )
        changed = lists.list_renders(
            connection, account_id, limit=MOST, offset=0, where=Filter(previews=True), sort=newest
        )
        order = queue.waiting(connection, account_id)
        workers = queue.workers(connection, account_id) if person.runs_farm else ()
    return State(waiting.total, order, workers, tuple(changed.items))


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
    """`renders` now and after each change: the order of those that wait, and what there is to tell of the renders that
    changed since the last event."""
    person = signed[1]
    known: dict[str, dict[str, object]] = {}
    first = await run_in_threadpool(_state, farm, person)
    async for state in changes(
        farm, caller_of(request), first, lambda: _state(farm, person), lambda state: False
    ):
        told = {view.id: _told(view) for view in state.changed}
        news = [each for render_id, each in told.items() if known.get(render_id) != each]
        known = told
        yield ServerSentEvent(event="renders", data={
            "unfinished": state.unfinished, "waiting": state.waiting, "workers": state.workers, "renders": news,
        })  # fmt: skip
