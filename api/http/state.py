"""What every route works with. It is kept on the application object, never in a module."""

import contextlib
import dataclasses
import datetime as dt
import threading
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from api.db.session import Database
from api.domain.accounts.credentials import Principal
from api.domain.generations.flows import Terms
from api.domain.generations.plans import Engines
from api.domain.kit.unit import Unit, unit_of_work
from api.engines.chosen import choose, found_weights
from api.http.health import Health
from api.http.metrics import Metrics
from api.http.rates import Limits
from api.http.touches import Touches
from api.ingest.fetch import Downloader
from api.ingest.looks import Looks
from api.net.sender import Sender
from api.settings import Settings
from api.storage.base import Storage


@dataclasses.dataclass(frozen=True, slots=True)
class Farm:
    """`wake` is called after a commit that left hints in the outbox. `downloader` fetches models from URLs.
    `sender` knows which URLs events may be sent to. `touches` writes, while the server runs, when keys were used.
    `limits` counts what is asked of this process. `looks` has uploaded overlays looked at.

    `stopping` is set by the server when it begins to stop.
    """

    settings: Settings
    database: Database
    storage: Storage
    wake: Callable[[], None]
    downloader: Downloader
    sender: Sender
    touches: Touches
    health: Health
    metrics: Metrics
    limits: Limits
    looks: Looks = dataclasses.field(default_factory=Looks)
    stopping: threading.Event = dataclasses.field(default_factory=threading.Event)

    @property
    def terms(self) -> Terms:
        """Prices, quotas and generators of what is ordered now."""
        chosen = choose(self.settings, found_weights(self.settings))
        return Terms(self.settings, Engines(chosen.image, chosen.mesh))

    def kept(self, permanent: bool = False) -> dt.timedelta:
        """For how long what is deleted can be had back."""
        return dt.timedelta(days=0 if permanent else self.settings.keep_deleted_days)

    def work(self, caller: Principal | None = None) -> contextlib.AbstractContextManager[Unit]:
        """A unit of work: see api.domain.kit.unit. `caller` is who orders, if anything is ordered in it."""
        token_id = None if caller is None else caller.token_id
        return unit_of_work(
            self.database, self.storage, self.wake, token_id=token_id,
            most_unfinished=self.settings.quota_unfinished_orders,
        )  # fmt: skip


async def farm_of(request: Request) -> Farm:
    farm: Farm = request.app.state.farm
    return farm


FarmDep = Annotated[Farm, Depends(farm_of)]
