"""What the commands of `pirouette admin` have in common: the farm of the settings, transactions on it, rows of JSON."""

import contextlib
import json
import math
from collections.abc import Iterator

import click
from sqlalchemy.orm import Session

from api.db.copies import CopyFailed
from api.db.engines import WORKER
from api.db.session import Database, has_schema
from api.errors import FarmError
from api.private import keep_private
from api.settings import Settings


def open_farm() -> Settings:
    """Ends the program with code 1 where there is no farm and none is to be made: most often it is the wrong folder."""
    settings = Settings()
    if not (click.get_current_context().obj or has_schema(settings.sqlalchemy_url)):
        elsewhere = settings.database_url.get_secret_value() or settings.database_host
        where = "the database of the settings" if elsewhere else settings.data_dir.absolute()
        raise click.ClickException(
            f"There is no farm in {where}. Set PIROUETTE_DATA_DIR to the folder of one (or the database of one), or "
            "make a new one with `pirouette serve` or `pirouette admin --create`"
        )
    keep_private(settings.data_dir)
    return settings


@contextlib.contextmanager
def transaction() -> Iterator[Session]:
    """One transaction on the farm's database. Domain errors end the program with code 1."""
    database = Database(open_farm().sqlalchemy_url, WORKER)
    try:
        with refusals():
            database.migrate()
            with database.begin() as session:
                yield session
    finally:
        database.dispose()


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Domain errors, and what a database's own programs say, end the program with code 1."""
    try:
        yield
    except FarmError as error:
        raise click.ClickException(error.message) from error
    except CopyFailed as error:
        raise click.ClickException(str(error)) from error


def finite(_context: click.Context, _option: click.Parameter, number: float | None) -> float | None:
    """A callback for options: no range leaves out what isn't a number."""
    if number is not None and not math.isfinite(number):
        raise click.BadParameter(f"{number} is no such number")
    return number


def show_row(**values: object) -> None:
    click.echo(json.dumps(values))
