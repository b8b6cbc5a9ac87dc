"""Pictures on request, as routes of every dialect send them: whoever asks waits for a while until it is drawn."""

import asyncio
import time
from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.domain.kit.files import FileView
from api.domain.renders.pictures import FINAL, PictureView
from api.domain.work.states import TaskState
from api.errors import ImageNotFound, Unavailable
from api.http.files import send
from api.http.state import Farm

WAIT_S = 20.0
"""How long a request is held: a picture takes two to five seconds on two cores, and browsers and proxies give up after
thirty at the earliest."""
POLL_S = 0.25
"""Between two questions to the database, which take less than a thousandth of it."""
AGAIN_S = 5
"""What is said to those who have waited in vain."""


async def drawn(farm: Farm, request: Request, account_id: str, look: Callable[[], PictureView | None]) -> FileView:
    """The file of the picture that `look` finds, in a thread, as soon as it is there.

    Raises Unavailable where that takes longer than WAIT_S, the server stops, or the drawing failed by chance;
    ImageNotFound, with the reason, where the model can't be drawn; TooManyRequests where too many wait already.
    """
    found = await run_in_threadpool(look)
    if found is not None and found.file is not None:
        return found.file
    deadline = time.monotonic() + WAIT_S
    with farm.limits.pictures.one_more(account_id):
        while True:
            if found is None:
                raise ImageNotFound("There is no such picture any more")
            if found.file is not None:
                return found.file
            if found.failure is not None and found.failure.code in FINAL:
                raise ImageNotFound(f"The picture can't be drawn: {found.failure.message}")
            if found.state in (TaskState.FAILED, TaskState.CANCELLED):
                raise Unavailable("The picture could not be drawn; try again soon", retry_after=AGAIN_S)
            if time.monotonic() > deadline or farm.stopping.is_set() or await request.is_disconnected():
                raise Unavailable("The picture is being drawn; ask again in a few seconds", retry_after=AGAIN_S)
            await asyncio.sleep(POLL_S)
            found = await run_in_threadpool(look)


def send_picture(farm: Farm, request: Request, file: FileView, *, caching: str) -> Response:
    """The picture, from this server, so that caches may keep it. Raises ImageNotFound where the storage has lost it."""
    return send(farm, request, file, missing=ImageNotFound, caching=caching, redirect=False)
