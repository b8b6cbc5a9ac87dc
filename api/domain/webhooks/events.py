"""Something has happened -> here -> a delivery for each target that wants to know, in the same transaction."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import from_now
from api.db.tables import WebhookDelivery, WebhookSubscription, WebhookTarget
from api.domain.webhooks import targets
from api.domain.webhooks.targets import ACCOUNT
from api.errors import InvalidState
from api.ids import new_id

TEST, TARGET = "webhook.test", "webhook_target"
"""The event that an owner has sent to see whether a target hears, and its subject: the target."""


@dataclasses.dataclass(frozen=True, slots=True)
class NewEvent:
    """`data` is JSON, in no dialect's words: what there is to tell, whoever is told."""

    name: str
    subject_id: str
    data: Mapping[str, Any]


def emit(
    session: Session,
    account_id: str,
    subject_kind: str,
    subject_ids: Collection[str],
    tell: Callable[[Collection[str]], Iterable[NewEvent]],
) -> None:
    """Something has happened to subjects of the account. `tell` says what, of those that somebody asked to hear of.

    Who listens to the whole account hears all that `tell` says, so it must speak of the account's own subjects alone.
    One statement where nobody asked, and `tell` isn't called.
    """
    if not subject_ids:
        return
    listeners = session.execute(
        select(
            WebhookSubscription.subject_kind, WebhookSubscription.subject_id, WebhookSubscription.events,
            WebhookTarget.id.label("target_id"),
        )
        .join(WebhookTarget, WebhookTarget.id == WebhookSubscription.target_id)
        .where(
            or_(
                and_(
                    WebhookSubscription.subject_kind == subject_kind, WebhookSubscription.subject_id.in_(subject_ids)
                ),
                and_(WebhookSubscription.subject_kind == ACCOUNT, WebhookSubscription.subject_id == account_id),
            ),
            WebhookTarget.account_id == account_id,
            WebhookTarget.enabled,
        )
    ).all()  # fmt: skip
    if not listeners:
        return
    of_all = any(each.subject_kind == ACCOUNT for each in listeners)
    told_of = subject_ids if of_all else {each.subject_id for each in listeners}
    moment = clock.now()
    rows = [
        {
            "id": new_id(), "account_id": account_id, "target_id": target_id, "event": event.name,
            "subject_kind": subject_kind, "subject_id": event.subject_id, "data": dict(event.data),
            "due_at": from_now(0), "created_at": moment, "updated_at": moment,
        }
        for event in tell(told_of)
        for target_id in sorted({
            each.target_id for each in listeners
            if event.name in each.events and (each.subject_kind == ACCOUNT or each.subject_id == event.subject_id)
        })
    ]  # fmt: skip
    if rows:
        session.execute(insert(WebhookDelivery).values(rows))


def send_test(session: Session, account_id: str, target_id: str) -> str:
    """Has TEST sent to one of the account's targets. Returns the delivery's id. Raises NotFound; InvalidState for a
    target that is disabled."""
    target = targets.get(session, account_id, target_id)
    if not target.enabled:
        raise InvalidState("The webhook is disabled: enable it first")
    delivery_id, moment = new_id(), clock.now()
    session.execute(insert(WebhookDelivery).values(
        id=delivery_id, account_id=account_id, target_id=target_id, event=TEST, subject_kind=TARGET,
        subject_id=target_id, data={"message": "This is a test"}, due_at=from_now(0), created_at=moment,
        updated_at=moment,
    ))  # fmt: skip
    return delivery_id
