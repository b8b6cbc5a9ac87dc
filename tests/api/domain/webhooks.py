"""Short ways to webhooks' targets and deliveries for the domain's tests."""

import datetime as dt
from collections.abc import Collection, Iterator

from sqlalchemy import select, update

from api.db.dialects import from_now
from api.db.session import Database
from api.db.tables import WebhookDelivery
from api.domain.webhooks import deliveries, events, targets
from api.domain.webhooks.deliveries import Claim, Delivery
from api.domain.webhooks.events import NewEvent
from api.domain.webhooks.targets import Target

URL = "https://shop.example/hook"
OTHER = "https://shop.example/other"
ENDS = ["render.done", "render.error"]


def subscribe(database: Database, account_id: str, urls: dict[str, str]) -> None:
    with database.begin() as session:
        targets.subscribe(session, account_id, "dxgl", urls, subject_kind="render", events=ENDS)


def add(database: Database, account_id: str, url: str, *names: str, dialect: str = "dxgl") -> Target:
    with database.begin() as session:
        return targets.add(session, account_id, dialect, url, events=names)


def emit(database: Database, account_id: str, name: str, *subject_ids: str) -> list[str]:
    """Emits one event of each subject; returns the subjects that somebody asked to be told of."""
    told: list[str] = []

    def tell(wanted: Collection[str]) -> Iterator[NewEvent]:
        told.extend(sorted(wanted))
        return (NewEvent(name, subject_id, {"number": subject_id}) for subject_id in wanted)

    with database.begin() as session:
        events.emit(session, account_id, "render", subject_ids, tell)
    return told


def claim(database: Database, *, busy: Collection[str] = ()) -> Claim | None:
    with database.begin() as session:
        return deliveries.claim(session, busy=busy)


def claimed(database: Database) -> Claim:
    found = claim(database)
    assert found is not None
    return found


def note(database: Database, held: Claim, status: int | None, problem: str | None = None, hopeless: bool = False
         ) -> bool:
    with database.begin() as session:
        return deliveries.note(session, held, status=status, answer=b"ok", problem=problem, hopeless=hopeless)


def due_now(database: Database) -> None:
    """As if all had waited until they are due."""
    with database.begin() as session:
        session.execute(update(WebhookDelivery).values(due_at=from_now(-1)))


def database_time(database: Database, seconds: float = 0) -> dt.datetime:
    with database.read() as session:
        return session.scalars(select(from_now(seconds))).one()


def due_at(database: Database, delivery_id: str) -> dt.datetime:
    with database.read() as session:
        return session.scalars(select(WebhookDelivery.due_at).where(WebhookDelivery.id == delivery_id)).one()


def delivery(database: Database, account_id: str, delivery_id: str) -> Delivery:
    with database.read() as session:
        return deliveries.get(session, account_id, delivery_id)


def target_of(database: Database, account_id: str, url: str = URL) -> Target:
    with database.read() as session:
        [found] = [each for each in targets.list_targets(session, account_id, "dxgl") if each.url == url]
    return found


def sent(database: Database, account_id: str) -> list[tuple[str, str, str]]:
    """Event, subject and URL of all deliveries."""
    with database.read() as session:
        page = deliveries.list_deliveries(session, account_id, "dxgl", limit=100, offset=0)
    assert page.total == len(page.items)
    return sorted((each.event, each.subject_id, each.url) for each in page.items)
