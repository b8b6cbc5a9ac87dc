"""Notifications: a render's end as POSTed to the `notifyUrl` that it was ordered with."""

import orjson

from api import clock
from api.domain.renders import notices
from api.domain.webhooks.deliveries import Event
from api.domain.webhooks.events import TEST
from api.http.dxgl.schemas import render_detail
from api.http.hooks import hook_url
from api.http.state import Farm

DIALECT = "dxgl"


def notice(event: Event) -> bytes:
    """The body: which event, when it happened, and the render as GET /v1/renders/:id shows it; of a test, a message."""
    told = event.data if event.name == TEST else render_detail(notices.view_of(event.data))
    return orjson.dumps({"event": event.name, "timestamp": clock.iso(event.occurred_at), "data": told})


def notify_url(farm: Farm, text: str | None) -> str | None:
    """A `notifyUrl` in its usual form; None for none. Raises InvalidUrl for what the farm never sends to."""
    return None if text is None else hook_url(farm, text, param="notifyUrl")
