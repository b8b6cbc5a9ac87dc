"""Accounts that an administrator deletes, with all that is theirs.

    delete      at once nobody gets in, nothing more is ordered or told, and the address is free for another account
    PIECES      what they had, which the sweeper then deletes: one thing in one transaction, as its owner would

Files go with what they belong to, within the hour and a minute. The account's row stays, without its address, because
the ledger is kept: it says where the farm's credits went.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import (
    Account,
    BrowserSession,
    DeletedRender,
    Flow,
    Gallery,
    Model,
    Overlay,
    Person,
    PersonLink,
    PictureKey,
    Preset,
    Project,
    Render,
    ResumableUpload,
    Template,
    Token,
    Upload,
    WebhookTarget,
    Workflow,
)
from api.domain.accounts import accounts
from api.domain.catalog import catalog, overlays
from api.domain.generations import flows
from api.domain.generations.removal import delete_flow
from api.domain.generations.states import ACTIVE
from api.domain.kit.unit import Unit
from api.domain.projects.deletion import delete_project
from api.domain.renders import removal, resumable
from api.errors import NotFound

AT_ONCE = 200
"""Things that are looked up in one statement."""


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """`delete` deletes one row of `table`, whose ids are `id`, or raises a FarmError where it can't be deleted yet.
    `there` says which are left of those that stay as rows."""

    table: Any
    id: Any
    delete: Callable[[Unit, str, str], None]
    there: tuple[ColumnElement[bool], ...] = ()

    def left(self, session: Session) -> list[tuple[str, str]]:
        """Id and account of some that deleted accounts still have."""
        gone = select(Account.id).where(Account.deleted_at.is_not(None))
        rows = session.execute(
            select(self.id, self.table.account_id).where(self.table.account_id.in_(gone), *self.there).limit(AT_ONCE)
        )
        return [(thing_id, account_id) for thing_id, account_id in rows]


def delete_account(session: Session, account_id: str) -> None:
    """Closes the account for good, as the module says. Raises NotFound, also for one of the farm's own."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    if accounts.get(session, account_id).email.endswith(accounts.OWN):
        raise NotFound(f"No account {account_id}")
    moment = clock.now()
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(email=f"{account_id}{accounts.OWN}", is_admin=False, suspended_at=moment, deleted_at=moment)
    )
    people = select(Person.id).where(Person.account_id == account_id)
    session.execute(delete(BrowserSession).where(BrowserSession.person_id.in_(people)))
    session.execute(delete(PersonLink).where(PersonLink.account_id == account_id))
    session.execute(delete(Person).where(Person.account_id == account_id))
    session.execute(update(Token).where(Token.account_id == account_id).values(revoked_at=moment))
    for table in (WebhookTarget, PictureKey, Gallery):  # links that need no key lead nowhere from now on
        session.execute(delete(table).where(table.account_id == account_id))
    # what could still be had back needn't wait for its time
    session.execute(update(DeletedRender).where(DeletedRender.account_id == account_id).values(discard_at=moment))
    session.execute(
        update(Model).where(Model.account_id == account_id, Model.deleted_at.is_not(None)).values(discard_at=None)
    )
    unconfirmed = Upload.account_id == account_id, Upload.model_id.is_(None)
    session.execute(update(Upload).where(*unconfirmed).values(expires_at=dt.datetime.fromtimestamp(0, dt.UTC)))


def _row(table: Any) -> Callable[[Unit, str, str], None]:
    """Deletes a row that nothing else hangs on."""

    def erase(unit: Unit, account_id: str, thing_id: str) -> None:
        unit.execute(delete(table).where(table.id == thing_id, table.account_id == account_id))

    return erase


def _flow(unit: Unit, account_id: str, public_id: str) -> None:
    """One that is under way is aborted first, and deleted the next time."""
    if flows.get(unit, account_id, public_id).state in ACTIVE:
        flows.abort(unit, account_id, public_id)
    else:
        delete_flow(unit, account_id, public_id)


PIECES = (
    Piece(Workflow, Workflow.id, _row(Workflow)),  # first, or they would make more
    Piece(Project, Project.id, delete_project),
    Piece(Render, Render.id, removal.delete_render),
    Piece(Flow, Flow.public_id, _flow),
    Piece(Model, Model.id, catalog.delete_model, (Model.deleted_at.is_(None),)),
    Piece(Overlay, Overlay.id, overlays.delete_overlay, (Overlay.deleted_at.is_(None),)),
    Piece(ResumableUpload, ResumableUpload.id, resumable.remove),
    Piece(Template, Template.id, _row(Template)),
    Piece(Preset, Preset.id, _row(Preset)),
)
"""What accounts have, in the order in which it can be deleted."""
