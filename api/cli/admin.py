"""`pirouette admin`: accounts, tokens and credits, by the same rules as everyone's, straight on the database."""

import contextlib
import datetime as dt
import json
from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from api import clock
from api.db.session import Database
from api.domain import accounts, ledger, tokens
from api.domain.accounts import AccountView
from api.errors import FarmError
from api.settings import Settings


@click.group(name="admin")
def command() -> None:
    """Manage accounts, tokens and credits. Prints JSON, but a new token as it is."""


@contextlib.contextmanager
def _transaction() -> Iterator[Session]:
    """One transaction on the farm's database, which is made if need be. Domain errors end the program with code 1."""
    database = Database(Settings().sqlalchemy_url)
    try:
        database.migrate()
        with database.begin() as session:
            yield session
    except FarmError as error:
        raise click.ClickException(error.message) from error
    finally:
        database.dispose()


def _public(account: AccountView) -> dict[str, object]:
    return {
        "id": account.id, "email": account.email, "credits": account.credits, "admin": account.is_admin,
        "suspended": account.suspended_at is not None,
    }  # fmt: skip


def _print(**values: object) -> None:
    click.echo(json.dumps(values))


@command.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="May do what only operators may, such as longer videos.")
def create_account(email: str, admin: bool) -> None:
    """Open an account, with the free credits of a sign-up."""
    with _transaction() as session:
        account = accounts.sign_up(session, email, credits=Settings().signup_credits, is_admin=admin)
        _print(id=account.id, email=account.email, credits=account.credits)


@command.command()
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--scopes", default=",".join(tokens.SCOPES), show_default=True, help="Comma-separated.")
@click.option("--expires", metavar="DAYS", type=click.FloatRange(min=0, min_open=True), help="Default: never.")
def create_token(email: str, name: str, scopes: str, expires: float | None) -> None:
    """Make an API key. It is shown once, here, and kept only as a hash."""
    expires_at = None if expires is None else clock.now() + dt.timedelta(days=expires)
    wanted = tuple(scope.strip() for scope in scopes.split(",") if scope.strip())
    with _transaction() as session:
        account = accounts.find(session, email)
        token = tokens.issue(session, account.id, name=name, scopes=wanted, expires_at=expires_at)
    click.echo(f'The key\'s id is {token.id}, its name "{name}"', err=True)
    click.echo(token.raw)


@command.command()
@click.argument("email")
@click.argument("token_id")
def revoke_token(email: str, token_id: str) -> None:
    """Make an API key invalid, from now on."""
    with _transaction() as session:
        tokens.revoke(session, accounts.find(session, email).id, token_id)
        _print(id=token_id, revoked=True)


@command.command()
@click.argument("email")
@click.argument("credits", type=click.IntRange(min=1))
@click.option("--note", default="", help="Kept in the ledger.")
def grant(email: str, credits: int, note: str) -> None:
    """Add credits to an account, as if bought."""
    with _transaction() as session:
        account = accounts.find(session, email)
        _print(id=account.id, credits=ledger.grant(session, account.id, credits, note=note))


@command.command()
@click.argument("email")
def suspend(email: str) -> None:
    """Refuse all of an account's API keys."""
    with _transaction() as session:
        account = accounts.find(session, email)
        accounts.suspend(session, account.id)
        _print(id=account.id, suspended=True)


@command.command()
@click.argument("email")
def reinstate(email: str) -> None:
    """Undo a suspension."""
    with _transaction() as session:
        account = accounts.find(session, email)
        accounts.reinstate(session, account.id)
        _print(id=account.id, suspended=False)


@command.command(name="accounts")
def list_accounts() -> None:
    """All accounts, one a line, in the order of their addresses."""
    with _transaction() as session:
        for account in accounts.list_accounts(session):
            _print(**_public(account))


@command.command(name="show")
@click.argument("email")
def show(email: str) -> None:
    """An account, its credits and its API keys."""
    with _transaction() as session:
        account = accounts.find(session, email)
        _print(
            **_public(account),
            tokens=[
                {"id": token.id, "name": token.name, "hint": token.hint, "scopes": token.scopes,
                 "revoked": token.revoked_at is not None}
                for token in tokens.list_tokens(session, account.id)
            ],
        )
