"""The client itself: one connection pool, and the routes in groups."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from api.client.errors import RequestRefused
from api.client.models import Models
from api.client.overlays import Overlays
from api.client.renders import Renders
from api.client.results import Account, Health, Quote
from api.client.transport import Transport
from api.client.webhooks import Webhooks


class FarmClient:
    """Talks to the farm at `base_url`, with or without /v1. A context manager; not safe to share by threads.

    Requests are tried again, with growing pauses, while the farm is busy or can't be reached; those that cost credits
    carry an Idempotency-Key, so that they are paid for once.
    """

    def __init__(
        self, base_url: str, token: str | None, *, timeout: float = 60.0, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._transport = Transport(base_url, token, timeout=timeout, transport=transport)
        self.models = Models(self._transport)
        self.renders = Renders(self._transport)
        self.overlays = Overlays(self._transport)
        self.webhooks = Webhooks(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._transport.close()

    def account(self) -> Account:
        data = self._transport.data("GET", "/account")
        try:
            return Account.of(data)
        except (KeyError, TypeError):
            raise RequestRefused("unknown", "The server that answers is no farm", 200) from None

    def quote(self, renders: Iterable[Mapping[str, Any]]) -> Quote:
        """What renders of these settings (up to 100) would cost. Settings that an order can't have are refused."""
        items = [{"renderSettings": dict(each)} for each in renders]
        return Quote.of(self._transport.data("POST", "/quote", json={"renders": items}))

    def health(self) -> Health:
        return Health.of(self._transport.data("GET", "/health", accept=(503,)))
