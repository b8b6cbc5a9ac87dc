"""Webhooks' deliverer, composed: how each dialect spells an event is known to the dialect alone."""

from api.db.session import Database
from api.http.dxgl import notices as dxgl
from api.net.guard import AllowList
from api.net.sender import Sender
from api.queue.deliver import Deliverer, Spelling
from api.settings import Settings

SPELLINGS = {dxgl.DIALECT: Spelling(dxgl.notice)}


def make_deliverer(settings: Settings, database: Database) -> Deliverer:
    """Raises ValueError where `settings.webhook_allow` is malformed."""
    return Deliverer(database, Sender(AllowList.parse(settings.webhook_allow, "PIROUETTE_WEBHOOK_ALLOW")), SPELLINGS)
