"""Webhooks' deliverer, composed: how each dialect spells an event is known to the dialect alone."""

import functools

from api.db.session import Database
from api.http.dxgl import notices as dxgl
from api.http.glossi import notices as glossi
from api.net.guard import AllowList
from api.net.sender import Sender
from api.queue.deliver import Deliverer, Spelling
from api.settings import Settings
from api.storage.base import Storage


def make_deliverer(settings: Settings, database: Database, storage: Storage) -> Deliverer:
    """Raises ValueError where `settings.webhook_allow` is malformed."""
    link = glossi.links_to(storage, settings.reached_at)
    spellings = {
        dxgl.DIALECT: Spelling(dxgl.notice),
        glossi.DIALECT: Spelling(functools.partial(glossi.notice, link=link), glossi.headers),
    }
    sender = Sender(AllowList.parse(settings.webhook_allow, "PIROUETTE_WEBHOOK_ALLOW"))
    return Deliverer(database, sender, spellings)
