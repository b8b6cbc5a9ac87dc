"""`pirouette admin`: accounts, tokens, credits, overlays and templates, by everyone's rules, straight on the database.
"""

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from sqlalchemy.orm import Session

from api import clock
from api.cli import operating
from api.cli.farm import finite, open_farm, refusals, show_row, transaction
from api.domain.accounts import accounts, classes, credentials, invitations, ledger, people, quotas
from api.domain.accounts.accounts import AccountView
from api.domain.accounts.ledger import MOST_CREDITS
from api.domain.accounts.quotas import Quotas
from api.domain.catalog import overlays
from api.domain.catalog.overlays import Layer
from api.domain.projects import templates
from api.domain.projects.templates import Description
from api.domain.renders import limits
from api.errors import InvalidRequest
from api.ingest.inspect import inspect_image, inspect_panorama
from api.setting_rules import LARGEST, MOST_DAYS
from api.settings import Settings
from api.storage.base import discard
from api.storage.open import open_storage
from renderer.spec import ANCHORS


@click.group(name="admin")
@click.option("--create", is_flag=True, help="Make a new farm's database where there is none.")
@click.pass_context
def command(context: click.Context, create: bool) -> None:
    """Manage accounts, tokens, credits, overlays and templates for all. Prints JSON, but a new token as it is."""
    context.obj = create


def _public(account: AccountView) -> dict[str, object]:
    return {
        "id": account.id, "email": account.email, "credits": account.credits, "admin": account.is_admin,
        "suspended": account.suspended_at is not None, "class": account.service_class.label,
    }  # fmt: skip


def _quotas(session: Session, account_id: str) -> dict[str, int]:
    return dataclasses.asdict(quotas.of_account(session, account_id, Quotas.of(Settings())))


@command.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="May do what only operators may, such as longer videos.")
def create_account(email: str, admin: bool) -> None:
    """Open an account, with the free credits of a sign-up."""
    with transaction() as session:
        account = accounts.sign_up(session, email, credits=Settings().signup_credits, is_admin=admin)
        show_row(id=account.id, email=account.email, credits=account.credits)


@command.command()
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--dialect", type=click.Choice(credentials.PROGRAMS), default="dxgl", show_default=True,
              help="Whose API it is for.")
@click.option("--scopes", default=",".join(credentials.USUAL_SCOPES), show_default=True,
              help=f"Comma-separated, of {', '.join(credentials.SCOPES)}.")
@click.option("--expires", metavar="DAYS", type=click.FloatRange(min=0, min_open=True, max=MOST_DAYS),
              callback=finite, help="Default: never.")
@click.option("--cap", metavar="CREDITS", type=click.IntRange(0, MOST_CREDITS),
              help="Most that it may spend. Default: any.")
def create_token(
    email: str, name: str, dialect: str, scopes: str, expires: float | None, cap: int | None
) -> None:
    """Make an API key. It is shown once, here, and kept only as a hash."""
    expires_at = None if expires is None else clock.now() + dt.timedelta(days=expires)
    wanted = tuple(scope.strip() for scope in scopes.split(",") if scope.strip())
    with transaction() as session:
        account = accounts.find(session, email)
        token = credentials.issue(
            session, account.id, name=name, dialect=dialect, scopes=wanted, expires_at=expires_at,
            credits_cap=cap,
        )  # fmt: skip
    click.echo(f'The key\'s id is {token.id}, its name "{name}"', err=True)
    click.echo(token.raw)


@command.command()
@click.argument("email")
def password_link(email: str) -> None:
    """A link, good once for a day, by which a person of the portal sets a new password. Hand it to them alone."""
    with transaction() as session:
        link = invitations.reset(session, people.find(session, email).id)
    click.echo(f"{Settings().reached_at.rstrip('/')}{link.path}")


@command.command()
@click.argument("email")
@click.argument("token_id")
def revoke_token(email: str, token_id: str) -> None:
    """Make an API key invalid, from now on."""
    with transaction() as session:
        credentials.revoke(session, accounts.find(session, email).id, token_id)
        show_row(id=token_id, revoked=True)


@command.command()
@click.argument("email")
@click.argument("credits", type=click.IntRange(min=1))
@click.option("--note", default="", help="Kept in the ledger.")
def grant(email: str, credits: int, note: str) -> None:
    """Add credits to an account, as if bought."""
    with transaction() as session:
        account = accounts.find(session, email)
        show_row(id=account.id, credits=ledger.grant(session, account.id, credits, note=note))


class _Amount(click.ParamType[int | None]):
    """A whole number from 0, or "default", which stands for None."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        return None if value == "default" else click.IntRange(0, LARGEST).convert(value, param, ctx)


@command.command()
@click.argument("email")
@click.option("--storage-mb", type=_Amount(), metavar="MB", help="Of models, overlays and results.")
@click.option("--uploads-per-hour", type=_Amount(), metavar="N", help="Of models.")
@click.option("--waiting-previews", type=_Amount(), metavar="N", help="Free previews that wait to be drawn.")
@click.option("--unfinished-orders", type=_Amount(), metavar="N", help="Renders and flows that aren't finished yet.")
@click.option("--running", type=_Amount(), metavar="N", help="Pieces of its work that workers do at the same time.")
@click.option("--kept-mb", type=_Amount(), metavar="MB", help="Above it, its oldest previews and results are deleted.")
def set_quota(email: str, **amounts: int | None) -> None:
    """Allow an account more or less than the settings do: 0 sets no limit, "default" goes back to the settings.

    Without an option it stays as it is. Prints what is allowed now.
    """
    context = click.get_current_context()
    given = {
        name: amount
        for name, amount in amounts.items()
        if context.get_parameter_source(name) == ParameterSource.COMMANDLINE
    }
    with transaction() as session:
        account = accounts.find(session, email)
        quotas.set_own(session, account.id, given)
        show_row(id=account.id, quotas=_quotas(session, account.id))


@command.command()
@click.argument("email")
@click.argument("service_class", metavar="CLASS", type=click.Choice(list(classes.LABELS)))
def set_class(email: str, service_class: str) -> None:
    """Say whose work goes first among accounts with as much of it in workers' hands: preferred, standard or economy."""
    with transaction() as session:
        account = accounts.find(session, email)
        classes.set_class(session, account.id, classes.LABELS[service_class])
        show_row(**_public(accounts.find(session, email)))


@command.command()
@click.argument("email")
def suspend(email: str) -> None:
    """Refuse all of an account's API keys."""
    with transaction() as session:
        account = accounts.find(session, email)
        accounts.suspend(session, account.id)
        show_row(id=account.id, suspended=True)


@command.command()
@click.argument("email")
def reinstate(email: str) -> None:
    """Undo a suspension."""
    with transaction() as session:
        account = accounts.find(session, email)
        accounts.reinstate(session, account.id)
        show_row(id=account.id, suspended=False)


@command.command(name="accounts")
def list_accounts() -> None:
    """All accounts, one a line, in the order of their addresses."""
    with transaction() as session:
        for account in accounts.list_accounts(session):
            show_row(**_public(account))


@command.command(name="show")
@click.argument("email")
def show(email: str) -> None:
    """An account, its credits, its quotas (0: no limit) and what it takes of them, and its API keys."""
    with transaction() as session:
        account = accounts.find(session, email)
        show_row(
            **_public(account),
            quotas=_quotas(session, account.id),
            used=dataclasses.asdict(limits.usage(session, account.id)),
            tokens=[
                {"id": token.id, "dialect": token.dialect, "name": token.name, "hint": token.hint,
                 "scopes": token.scopes, "revoked": token.revoked_at is not None}
                for token in credentials.list_tokens(session, account.id)
                if token.dialect in credentials.PROGRAMS
            ],
        )


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--layer", type=click.Choice([layer.value for layer in Layer]), default="background", show_default=True)
@click.option("--name", help=f"Up to {overlays.MAX_NAME_LENGTH} characters.")
@click.option("--description", help=f"Up to {overlays.MAX_DESCRIPTION_LENGTH} characters.")
@click.option("--alignment", type=click.Choice(ANCHORS), default=ANCHORS[0], show_default=True,
              help="The anchor it is meant to be cropped at.")
def publish_overlay(file: Path, layer: str, name: str | None, description: str | None, alignment: str) -> None:
    """Offer an image (PNG, JPEG or WebP) or, as environment, a panorama (HDR or EXR) to all accounts as an overlay."""
    key, storage = overlays.new_key(), open_storage(open_farm())
    with refusals():
        image = inspect_panorama(file) if layer == Layer.ENVIRONMENT else inspect_image(file)
    with storage.writer(key) as writer:
        writer.write(file.read_bytes())
    try:
        with transaction() as session:
            overlay = overlays.add(
                session, None, storage_key=key, file_size=file.stat().st_size, content_type=image.content_type,
                width=image.width, height=image.height, layer=layer, name=name, description=description,
                alignment=alignment,
            )  # fmt: skip
    except BaseException:
        discard(storage, key)
        raise
    show_row(id=overlay.id, layer=overlay.layer, name=overlay.name)


@command.command()
def doctor() -> None:
    """Look at what this machine has for the work, and at the rest of the farm: database, broker, storage, disk, clock.

    The exit code is 1 where something is wrong; each finding comes with what to do.
    """
    from api.processes.doctor import findings  # as a worker, it loads much that no other of these commands needs

    found = findings(Settings())
    for finding in found:
        show_row(**dataclasses.asdict(finding))
    if not all(finding.ok for finding in found):
        raise click.exceptions.Exit(1)


@command.command()
@click.argument("overlay_id")
def unpublish_overlay(overlay_id: str) -> None:
    """Withdraw an overlay from all accounts. Renders that were ordered with it are finished with it."""
    with transaction() as session:
        overlays.delete_overlay(session, None, overlay_id)
    show_row(id=overlay_id, published=False)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--account", "email", metavar="EMAIL", help="Only for this account. Default: for all.")
def publish_template(file: Path, email: str | None) -> None:
    """Offer a template to all accounts, or give one to an account. FILE is JSON as POST /api/v1/templates takes it."""
    with refusals():
        described = _template_in(file)
    with transaction() as session:
        account_id = None if email is None else accounts.find(session, email).id
        template = templates.create_template(session, account_id, described)
    show_row(id=template.id, name=template.name, public=template.is_public)


@command.command()
@click.argument("template_id")
def unpublish_template(template_id: str) -> None:
    """Withdraw a template from all accounts. Projects that have it can still be rendered."""
    with transaction() as session:
        templates.delete_template(session, None, template_id)
    show_row(id=template_id, published=False)


def _template_in(file: Path) -> Description:
    """Raises InvalidRequest, InvalidSettings."""
    try:
        told = json.loads(file.read_bytes())
    except ValueError as error:
        raise InvalidRequest(f"{file} is no JSON: {error}") from None
    if not isinstance(told, dict) or not isinstance(told.get("name"), str):
        raise InvalidRequest(f"{file} is no JSON object with a name")
    tags = told.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidRequest(f"tags of {file} is no list of strings")
    description = told.get("description")
    if description is not None and not isinstance(description, str):
        raise InvalidRequest(f"description of {file} is no string")
    return Description.of(name=told["name"], description=description, tags=tags, content=told.get("content", {}))


operating.add_to(command)
