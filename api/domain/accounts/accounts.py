"""Accounts: who owns models and credits."""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import insert
from api.db.tables import Account
from api.domain.accounts import ledger
from api.domain.accounts.classes import ServiceClass
from api.errors import InvalidRequest, NotFound
from api.ids import new_id

OWN = "@farm.invalid"
"""How the addresses of the farm's own accounts end: nobody else can have such a one (RFC 2606)."""


@dataclasses.dataclass(frozen=True, slots=True)
class AccountView:
    """`suspended_at` is None for an account in good standing."""

    id: str
    email: str
    credits: int
    is_admin: bool
    suspended_at: dt.datetime | None
    created_at: dt.datetime
    service_class: ServiceClass


_VIEW = (
    Account.id, Account.email, Account.credits, Account.is_admin, Account.suspended_at, Account.created_at,
    Account.service_class,
)  # fmt: skip


def _view(row: Row[*tuple[Any, ...]]) -> AccountView:
    return dataclasses.replace(AccountView(*row), service_class=ServiceClass(row.service_class))


def checked_email(text: str) -> str:
    """The address in small letters. Raises InvalidRequest."""
    address = text.strip().lower()
    name, at, domain = address.partition("@")
    if not (name and at and domain) or len(address) > 254 or any(c.isspace() for c in address) or "@" in domain:
        raise InvalidRequest(f'"{text}" is not an email address', param="email")
    return address


def sign_up(session: Session, email: str, *, credits: int, is_admin: bool = False) -> AccountView:
    """A new account with `credits` free credits. Raises InvalidRequest for a bad or taken address."""
    address = checked_email(email)
    account_id = new_id()
    taken = session.scalar(
        insert(session, Account)
        .values(id=account_id, email=address, credits=0, is_admin=is_admin, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=[Account.email])
        .returning(Account.id)
    ) is None
    if taken:
        raise InvalidRequest(f"There is an account for {address} already", param="email")
    if credits:
        ledger.grant(session, account_id, credits, source=ledger.Source.SIGN_UP, note="Free credits")
    return get(session, account_id)


def own(session: Session, name: str) -> str:
    """The id of the farm's own account of that name, made when it is first needed."""
    session.execute(
        insert(session, Account)
        .values(id=new_id(), email=f"{name}{OWN}", credits=0, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=[Account.email])
    )
    return session.scalars(select(Account.id).where(Account.email == f"{name}{OWN}")).one()


def get(session: Session, account_id: str) -> AccountView:
    """Raises NotFound."""
    return _one(session, Account.id == account_id, account_id)


def find(session: Session, email: str) -> AccountView:
    """The account of an address, in any case of letters. Raises NotFound."""
    return _one(session, Account.email == email.strip().lower(), email)


def list_accounts(session: Session) -> list[AccountView]:
    """All of them, in the order of their addresses."""
    return [_view(row) for row in session.execute(select(*_VIEW).order_by(Account.email))]


def any_is_there(session: Session) -> bool:
    """Whether anybody has an account."""
    return session.scalar(select(Account.id).where(~Account.email.endswith(OWN)).limit(1)) is not None


def suspend(session: Session, account_id: str) -> None:
    """From now on its tokens are refused; what it ordered is still rendered."""
    session.execute(update(Account).where(Account.id == account_id).values(suspended_at=clock.now()))


def reinstate(session: Session, account_id: str) -> None:
    session.execute(update(Account).where(Account.id == account_id).values(suspended_at=None))


def _one(session: Session, condition: ColumnElement[bool], name: str) -> AccountView:
    row = session.execute(select(*_VIEW).where(condition)).one_or_none()
    if row is None:
        raise NotFound(f"No account {name}")
    return _view(row)
