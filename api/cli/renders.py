"""`pirouette list`, `download`, `cancel` and `retry`: renders that are ordered already, by their ids or by the folder
that they were ordered for.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

import click

from api.cli.fetch import Fetcher, Report, described
from api.cli.jobs import distinct
from api.cli.options import INTERRUPTED, farm_options, out_option, told_problems
from api.cli.ordering import Ordering
from api.cli.orders import OrderBook
from api.cli.run import tell_failures
from api.client import ClientError, FarmClient, Outcome, RequestRefused

UNSUITED = ("invalid_state", "render_not_found")
"""Why a render can't be changed so, where nothing else is wrong."""

_which = click.argument("renders", metavar="[RENDER]...", nargs=-1)


@click.command(name="list")
@click.option("-o", "--out", type=click.Path(file_okay=False, path_type=Path), help="Only those for this folder.")
@click.option("--status", help="Only those of this status, such as done or error.")
@click.option("--model", help="Only those of the model with this id.")
@click.option("--limit", type=click.IntRange(1, sys.maxsize), default=50, show_default=True)
@farm_options
def list_renders(
    out: Path | None, status: str | None, model: str | None, limit: int, url: str, token: str, as_json: bool
) -> None:
    """List renders, the newest first."""
    report = Report(as_json)
    with told_problems(), FarmClient(url, token) as farm:
        names = {} if out is None else _ordered_for(farm, OrderBook(out))
        found = farm.renders.list(model_id=model, status=status)
        for render in islice((each for each in found if out is None or each.id in names), limit):
            if as_json:
                report.tell_as_json(name=names.get(render.id), **described(render))
                continue
            made = f"{render.created_at:%Y-%m-%d %H:%M}" if render.created_at else ""
            kind = render.settings.get("output") or "video"
            click.echo(f"{render.id}  {made:16}  {render.status:17}  {kind:7}  {names.get(render.id, render.model_id)}")


@click.command()
@_which
@out_option
@farm_options
def download(renders: tuple[str, ...], out: Path, url: str, token: str, as_json: bool) -> None:
    """Wait for each RENDER, and download its files; without any, for those that were ordered for the folder."""
    report = Report(as_json)
    with told_problems(), FarmClient(url, token) as farm, report.bars() as bars:
        book = OrderBook(out)
        names = _chosen(farm, book, renders)
        try:
            failures = Fetcher(farm, book, out, report, bars).fetch(names)
        except KeyboardInterrupt:
            click.echo("\nInterrupted. The renders go on; the same command again fetches them.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None
    for name, reason in failures.items():
        click.echo(f"{name}: {reason}", err=True)
    tell_failures(failures, len(names), out)


@click.command()
@_which
@out_option
@farm_options
def cancel(renders: tuple[str, ...], out: Path, url: str, token: str, as_json: bool) -> None:
    """End each RENDER that isn't done; without any, those that were ordered for the folder.

    What isn't drawn yet is not paid for.
    """
    with told_problems(), FarmClient(url, token) as farm:
        names = _chosen(farm, OrderBook(out), renders)
        _tell_outcomes(farm, names, farm.renders.cancel_all(names), "cancelled", as_json, all_wanted=bool(renders))


@click.command()
@_which
@out_option
@farm_options
def retry(renders: tuple[str, ...], out: Path, url: str, token: str, as_json: bool) -> None:
    """Order each RENDER in error, or cancelled, once more, for its price; without any, those for the folder.

    Then `pirouette download` fetches them, or the command that ordered them first.
    """
    with told_problems(), FarmClient(url, token) as farm:
        names = _chosen(farm, OrderBook(out), renders)
        outcomes = (_retried(farm, each) for each in names)
        _tell_outcomes(farm, names, outcomes, "ordered again", as_json, all_wanted=bool(renders))


def _ordered_for(farm: FarmClient, book: OrderBook) -> dict[str, str]:
    """The names of the renders that were ordered for a folder."""
    ordering = Ordering(farm, farm.account().id, book, lambda _path, _sent, _total: None)
    ordering.look()
    orders = ordering.orders().values()
    return dict(zip([render for _, render in orders], distinct([order.name for order, _ in orders]), strict=True))


def _chosen(farm: FarmClient, book: OrderBook, renders: Sequence[str]) -> dict[str, str]:
    """What the files of these renders are called, or of all that were ordered for the folder."""
    names = _ordered_for(farm, book)
    return {render: names.get(render, render) for render in renders} if renders else names


def _retried(farm: FarmClient, render_id: str) -> Outcome:
    try:
        farm.renders.retry(render_id)
    except RequestRefused as error:
        if error.code not in UNSUITED:
            raise
        return Outcome(render_id, error.code, error.message)
    return Outcome(render_id, None, None)


def _tell_outcomes(
    farm: FarmClient, names: Mapping[str, str], outcomes: Iterable[Outcome], done: str, as_json: bool, *,
    all_wanted: bool,
) -> None:  # fmt: skip
    """Tells each that is `done`. If `all_wanted`, those that aren't are told too, and end the program with code 1."""
    report = Report(as_json)
    changed = refused = 0
    for each in outcomes:
        if each.error_code in UNSUITED and not all_wanted:
            continue
        if each.error_code is None:
            changed += 1
        else:
            refused += 1
            click.echo(f"{each.id}: {each.error_message}", err=True)
        if as_json:
            report.tell_as_json(
                id=each.id, name=names[each.id], done=each.error_code is None, errorCode=each.error_code,
                error=each.error_message,
            )  # fmt: skip
        elif each.error_code is None:
            click.echo(f"{each.id}  {done}  {names[each.id]}")
    report.say(f"{changed} {done}. Credits: {farm.account().credits}")
    if refused:
        raise ClientError(f"{refused} of {len(names)} can't be {done}")
