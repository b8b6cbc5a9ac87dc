"""The URLs that an account has events sent to, and what each of them is sent.

A target is one for each URL and dialect of an account, however many subjects it is told of: what its server says, or
doesn't, counts for all of them. The URLs were checked by whoever took them; whoever connects checks again.
"""

import base64
import dataclasses
import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import WebhookDelivery, WebhookSecret, WebhookSubscription, WebhookTarget
from api.domain.kit.texts import checked_text
from api.errors import NotFound
from api.ids import new_id

MAX_URL_LENGTH = 2000
MAX_DESCRIPTION_LENGTH = 200
SECRET_BYTES = 32

ACCOUNT = "account"
"""The subject kind of a subscription to all that the account owns."""
PAUSED = "account_paused"
"""Of one that its owner has paused: it is kept, and nothing is sent because of it."""
OF_ACCOUNTS = (ACCOUNT, PAUSED)


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """`events` are those that it is sent of all that the account owns; none if it is told of single subjects only.
    `paused`: it isn't sent those, because its owner doesn't want them for now.

    `disabled_reason` is None while `enabled`, and says why the farm sends nothing there otherwise.
    """

    id: str
    dialect: str
    url: str
    description: str | None
    events: tuple[str, ...]
    paused: bool
    enabled: bool
    disabled_reason: str | None
    created_at: dt.datetime


def secret(session: Session, account_id: str, dialect: str) -> str:
    """What the account's deliveries in this dialect are signed with; made when it is asked for first."""
    kept = select(WebhookSecret.secret).where(
        WebhookSecret.account_id == account_id, WebhookSecret.dialect == dialect
    )
    known = session.scalar(kept)
    if known is not None:
        return known
    session.execute(
        insert(session, WebhookSecret)
        .values(account_id=account_id, dialect=dialect, secret=_new_secret(), created_at=clock.now())
        .on_conflict_do_nothing()
    )
    return session.scalars(kept).one()


def replace_secret(session: Session, account_id: str, dialect: str) -> str:
    """A new secret: from now on every attempt is signed with it."""
    made, moment = _new_secret(), clock.now()
    session.execute(
        insert(session, WebhookSecret)
        .values(account_id=account_id, dialect=dialect, secret=made, created_at=moment)
        .on_conflict_do_update(
            index_elements=[WebhookSecret.account_id, WebhookSecret.dialect],
            set_={"secret": made, "created_at": moment},
        )
    )
    return made


def subscribe(
    session: Session,
    account_id: str,
    dialect: str,
    urls: Mapping[str, str],
    *,
    subject_kind: str,
    events: Sequence[str],
) -> None:
    """Has these events of each subject sent to a URL: `urls` are by subject id.

    A target that was disabled is enabled again, because it is asked for anew.
    """
    secret(session, account_id, dialect)
    targets = _take(session, account_id, dialect, set(urls.values()))
    moment = clock.now()
    session.execute(
        insert(session, WebhookSubscription)
        .values(
            [
                {"subject_kind": subject_kind, "subject_id": subject_id, "target_id": targets[url],
                 "events": list(events), "created_at": moment}
                for subject_id, url in urls.items()
            ]
        )
        .on_conflict_do_nothing()
    )  # fmt: skip


def add(
    session: Session,
    account_id: str,
    dialect: str,
    url: str,
    *,
    events: Sequence[str],
    description: str | None = None,
    paused: bool = False,
) -> Target:
    """Has these events of all that the account owns sent to `url`, which may be a target already; if `paused`, later.

    Raises InvalidRequest for a description that is too long.
    """
    described = checked_text("description", description, MAX_DESCRIPTION_LENGTH)
    secret(session, account_id, dialect)
    [target_id] = _take(session, account_id, dialect, {url}).values()
    session.execute(update(WebhookTarget).where(WebhookTarget.id == target_id).values(description=described))
    wanted = {
        "subject_kind": PAUSED if paused else ACCOUNT, "subject_id": account_id, "target_id": target_id,
        "events": list(events), "created_at": clock.now(),
    }  # fmt: skip
    _forget_account(session, target_id)
    session.execute(insert(session, WebhookSubscription).values(wanted))
    if paused:
        _drop_unwanted(session, target_id, "The webhook is disabled by its owner")
    return get(session, account_id, target_id)


def replace(
    session: Session,
    account_id: str,
    dialect: str,
    url: str,
    *,
    events: Sequence[str],
    description: str | None = None,
    paused: bool = False,
) -> Target:
    """The same, and no other URL is told of all that the account owns any more. What single subjects are told stays.

    Raises InvalidRequest for a description that is too long.
    """
    _lock(session, account_id, dialect)
    added = add(session, account_id, dialect, url, events=events, description=description, paused=paused)
    for other in list_targets(session, account_id, dialect):
        if other.id != added.id and other.events:
            _unsubscribe(session, other.id)
    return added


def only(session: Session, account_id: str, dialect: str) -> Target:
    """The URL that is told of all that the account owns, where `replace` has set it. Raises NotFound."""
    found = [target for target in list_targets(session, account_id, dialect) if target.events]
    if not found:
        raise NotFound("No webhook is set up")
    return found[0]


def unsubscribe(session: Session, account_id: str, dialect: str) -> Target:
    """No URL is told of all that the account owns any more. What single subjects are told stays. Returns what `only`
    was. Raises NotFound."""
    _lock(session, account_id, dialect)
    target = only(session, account_id, dialect)
    _unsubscribe(session, target.id)
    return target


def get(session: Session, account_id: str, target_id: str) -> Target:
    """Raises NotFound, also for a target of another account."""
    found = [target for target in _targets(session, account_id) if target.id == target_id]
    if not found:
        raise NotFound("No such webhook target")
    return found[0]


def list_targets(session: Session, account_id: str, dialect: str) -> list[Target]:
    """All of the account's in this dialect, in the order in which they came."""
    return [target for target in _targets(session, account_id) if target.dialect == dialect]


def remove(session: Session, account_id: str, target_id: str) -> None:
    """The target is gone, with all that it was and should be sent. Raises NotFound."""
    removed = session.scalar(
        delete(WebhookTarget)
        .where(WebhookTarget.id == target_id, WebhookTarget.account_id == account_id)
        .returning(WebhookTarget.id)
    )
    if removed is None:
        raise NotFound("No such webhook target")


def enable(session: Session, account_id: str, target_id: str) -> None:
    """From now on events are sent there again. Raises NotFound."""
    target = get(session, account_id, target_id)
    _take(session, account_id, target.dialect, {target.url})


def disable(session: Session, target_id: str, reason: str) -> None:
    """Nothing is sent there any more, and what was to be sent has failed."""
    moment = clock.now()
    session.execute(
        update(WebhookTarget)
        .where(WebhookTarget.id == target_id, WebhookTarget.enabled)
        .values(enabled=False, disabled_reason=reason, updated_at=moment)
    )
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.target_id == target_id, WebhookDelivery.state == "pending")
        .values(state="failed", problem=f"The target is disabled: {reason}", updated_at=moment)
    )


def _lock(session: Session, account_id: str, dialect: str) -> None:
    """Keeps others from changing at the same time which URL is told of the whole account."""
    secret(session, account_id, dialect)
    session.execute(
        select(WebhookSecret.account_id)
        .where(WebhookSecret.account_id == account_id, WebhookSecret.dialect == dialect)
        .with_for_update()
    )


def _unsubscribe(session: Session, target_id: str) -> None:
    _forget_account(session, target_id)
    _drop_unwanted(session, target_id, "The webhook was removed")


def _forget_account(session: Session, target_id: str) -> None:
    session.execute(
        delete(WebhookSubscription).where(
            WebhookSubscription.target_id == target_id, WebhookSubscription.subject_kind.in_(OF_ACCOUNTS)
        )
    )


def _drop_unwanted(session: Session, target_id: str, problem: str) -> None:
    """Of what is still to be sent there, what no single subject's subscription asks for has failed."""
    asked_for = exists().where(
        WebhookSubscription.target_id == WebhookDelivery.target_id,
        WebhookSubscription.subject_kind == WebhookDelivery.subject_kind,
        WebhookSubscription.subject_id == WebhookDelivery.subject_id,
    )
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.target_id == target_id, WebhookDelivery.state == "pending", ~asked_for)
        .values(state="failed", problem=problem, updated_at=clock.now())
    )


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _take(session: Session, account_id: str, dialect: str, urls: Iterable[str]) -> dict[str, str]:
    """The ids of the targets of these URLs, enabled, made where they weren't there; by URL."""
    rows = []
    moment = clock.now()
    for url in sorted(urls):  # in one order always: two at once would else wait for each other
        rows.append(
            {"id": new_id(), "account_id": account_id, "dialect": dialect, "url": url, "enabled": True,
             "created_at": moment, "updated_at": moment}
        )  # fmt: skip
    taken = session.execute(
        insert(session, WebhookTarget)
        .values(rows)
        .on_conflict_do_update(
            index_elements=[WebhookTarget.account_id, WebhookTarget.dialect, WebhookTarget.url],
            set_={"enabled": True, "disabled_reason": None, "failing_since": None, "updated_at": moment},
        )
        .returning(WebhookTarget.url, WebhookTarget.id)
    )
    return dict(taken.all())


def _targets(session: Session, account_id: str) -> list[Target]:
    rows = session.execute(
        select(
            WebhookTarget.id, WebhookTarget.dialect, WebhookTarget.url, WebhookTarget.description,
            WebhookSubscription.events, WebhookSubscription.subject_kind, WebhookTarget.enabled,
            WebhookTarget.disabled_reason, WebhookTarget.created_at,
        )
        .outerjoin(
            WebhookSubscription,
            (WebhookSubscription.target_id == WebhookTarget.id) & WebhookSubscription.subject_kind.in_(OF_ACCOUNTS),
        )
        .where(WebhookTarget.account_id == account_id)
        .order_by(WebhookTarget.created_at, WebhookTarget.id)
    )
    return [
        Target(
            row.id, row.dialect, row.url, row.description, tuple(row.events or ()), row.subject_kind == PAUSED,
            row.enabled, row.disabled_reason, row.created_at,
        )
        for row in rows
    ]
