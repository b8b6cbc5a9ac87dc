"""What the commands that talk to a farm have in common: their options, and how they end when something is wrong."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from api.cli.jobs import Mistakes
from api.client import ClientError

INTERRUPTED = 130
"""The exit code of what Ctrl-C ends, as shells have it."""


def farm_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --url, --token and --json."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line."),
        click.option("--token", envvar="PIROUETTE_TOKEN", required=True, show_envvar=True, callback=_checked_token,
                     help="An API key."),
        click.option("--url", envvar="PIROUETTE_URL", default="http://127.0.0.1:8080", show_default=True,
                     show_envvar=True, help="Where the farm is."),
    ):  # fmt: skip
        command = option(command)
    return command


out_option = click.option(
    "-o", "--out", default=Path("out"), show_default=True, help="Folder for the files.",
    type=click.Path(file_okay=False, path_type=Path),
)  # fmt: skip


def _checked_token(_context: click.Context, _option: click.Parameter, token: str) -> str:
    if not (token.isascii() and token.isprintable()):
        raise click.BadParameter("an API key is printable ASCII")
    return token


@contextlib.contextmanager
def told_problems() -> Iterator[None]:
    """What a farm says no to ends the program with code 1, mistakes of the caller with 2. See `mistakes` for files."""
    try:
        yield
    except Mistakes as error:
        raise click.UsageError(str(error)) from error
    except (ClientError, ValueError) as error:
        raise click.ClickException(str(error)) from error
