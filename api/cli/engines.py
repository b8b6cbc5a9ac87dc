"""`pirouette engines`: what makes pictures and models on this machine, and how weights for it are installed."""

import json

import click
from rich.console import Console
from rich.progress import Progress

from api.engines.chosen import weights_folders
from api.engines.standing import standings
from api.engines.weights import KNOWN, NotInstalled, install
from api.settings import Settings

MEGABYTE = 1_000_000


@click.group(name="engines", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print an object a line.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Lists the engines that make pictures out of words, and models out of pictures.

    The settings lead to those with a star. Each line says whether the engine can work on this machine, or what to do.
    """
    if context.invoked_subcommand is not None:
        return
    for each in standings(Settings()):
        if as_json:
            click.echo(json.dumps({
                "name": each.name, "makes": each.makes, "chosen": each.chosen, "available": each.available,
                "reason": each.reason,
            }))  # fmt: skip
        else:
            star = "*" if each.chosen else " "
            click.echo(f"{star} {each.name:<10}  {each.makes:<8}  {'ready' if each.available else each.reason}")


@command.command(name="install")
@click.argument("engine", type=click.Choice(list(KNOWN)))
@click.option("--from", "source", metavar="URL", help="Another place that has the same files.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def install_weights(engine: str, source: str | None, yes: bool) -> None:
    """Fetches an engine's weights, after showing what they are and asking."""
    weights = KNOWN[engine]
    url, folder = source or weights.url, weights_folders(Settings())[engine]
    click.echo(f"{weights.what}, under the licence {weights.licence}: {weights.size / MEGABYTE:,.0f} MB\nfrom {url}")
    for file in weights.files:
        click.echo(f"  {file.name}: {file.size:,} bytes, SHA-256 {file.sha256}")
    click.echo(f"into {folder}")
    if not yes:
        click.confirm("Fetch them?", abort=True)
    try:
        with Progress(console=Console(stderr=True)) as bars:
            bar = bars.add_task("fetching", total=weights.size)
            install(weights, url, folder, lambda more: bars.advance(bar, more))
    except NotInstalled as error:
        raise click.ClickException(str(error)) from error
    reason = next(each.reason for each in standings(Settings()) if each.name == engine)
    click.echo(f"Installed; {reason}" if reason else "Installed")
