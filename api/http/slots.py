"""Dependencies that count what an account has open at the same time. Place them after the one that asks who is calling.

A slot is held until the answer is sent.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.http.auth import caller_of
from api.http.state import FarmDep


async def stream_slot(request: Request, farm: FarmDep) -> AsyncIterator[None]:
    """Raises TooManyRequests."""
    with farm.limits.streams.one_more(caller_of(request).account_id or ""):
        yield


async def upload_slot(request: Request, farm: FarmDep) -> AsyncIterator[None]:
    """Raises TooManyRequests."""
    with farm.limits.uploads.one_more(caller_of(request).account_id or ""):
        yield


StreamSlot = Annotated[None, Depends(stream_slot)]
UploadSlot = Annotated[None, Depends(upload_slot)]
