"""Jobs -> a farm -> the files of their renders in a folder; and whatever of it is done already isn't done again."""

import collections
import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

import click
from rich.progress import Progress

from api.cli.fetch import Fetcher, Report
from api.cli.jobs import SETTING_KINDS, Job, Mistakes, distinct, sha256_of
from api.cli.options import INTERRUPTED, told_problems
from api.cli.ordering import MOST_AT_ONCE, OnUpload, Ordering, with_job
from api.cli.orders import Order, OrderBook, order_key
from api.client import ClientError, FarmClient, RequestRefused

OVERLAYS = tuple(name for name, kind in SETTING_KINDS.items() if kind == "id")
"""The settings that name overlays."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Wanted:
    """A job that is told from others by `key`. `sha256` is its model's, if that is a file."""

    key: str
    job: Job
    sha256: str | None

    def order(self, name: str) -> Order:
        model_id = None if isinstance(self.job.model, Path) else self.job.model
        return Order(
            key=self.key, name=name, sha256=self.sha256, model_id=model_id, settings=dict(self.job.settings)
        )


def run(url: str, token: str, jobs: Sequence[Job], out: Path, *, as_json: bool) -> None:
    """Does all `jobs`, whose settings and files are checked. Results go to stdout, progress and errors to stderr.

    Ends the program with code 1 unless every render is done.
    """
    report = Report(as_json)
    with told_problems(), FarmClient(url, token) as farm, report.bars() as bars:
        wanted = _by_key(jobs)
        book = OrderBook(out)
        ordering = Ordering(farm, farm.account().id, book, shown_upload(bars))
        with told_interruption(ordering, list(wanted), out):
            ordering.settle(wanted)
            names = dict(zip(wanted, distinct(_base_names(farm, ordering, wanted)), strict=True))
            forget_deleted(farm, ordering, book, names)
            missing = [key for key in wanted if key not in ordering.orders()]
            if missing:
                _check_overlays(farm, [wanted[key].job for key in missing])
                _show_quote(farm, [wanted[key].job for key in missing], report)
                ordering.place([(wanted[key].order(names[key]), wanted[key].job) for key in missing])
            failures = fetch(farm, ordering, Fetcher(farm, book, out, report, bars), names)
        report.say(f"Credits left: {farm.account().credits}")
    for key, name in names.items():
        if name in failures:
            click.echo(f"{wanted[key].job}, {name}: {failures[name]}", err=True)
    tell_failures(failures, len(jobs), out)


def shown_upload(bars: Progress) -> OnUpload:
    line = bars.add_task("", visible=False, detail="")

    def show(path: Path, sent: int, total: int) -> None:
        bars.update(
            line, description=f"uploading {path.name}", completed=sent, total=total, detail=f"{sent / 1e6:.1f} MB",
            visible=sent < total,
        )  # fmt: skip

    return show


@contextlib.contextmanager
def told_interruption(ordering: Ordering, wanted: Sequence[str], out: Path) -> Iterator[None]:
    """Ctrl-C, or an error after something was ordered, says what goes on all the same, and what can be done about it.

    `wanted` are the keys of the orders that this is about.
    """
    try:
        yield
    except KeyboardInterrupt:
        told = _whats_on(ordering, wanted, out) or "Nothing was ordered."
        click.echo(f"\nInterrupted. {told}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except ClientError as error:
        raise ClientError(f"{error}. {_whats_on(ordering, wanted, out)}".removesuffix(". ")) from error


def _whats_on(ordering: Ordering, wanted: Sequence[str], out: Path) -> str:
    """"" if nothing is."""
    ordered, unsure = len(ordering.orders().keys() & set(wanted)), ordering.unanswered()
    if not ordered and not unsure:
        return ""
    doubt = f" Whether {unsure} more reached the farm isn't known yet." if unsure else ""
    return (
        f"{ordered} of {len(wanted)} renders are ordered, and go on without this program.{doubt} The same command "
        f"again orders the rest and fetches all; it pays for nothing twice. `pirouette list -o {out}` shows them, "
        f"`pirouette cancel -o {out}` ends those that aren't done."
    )


def forget_deleted(farm: FarmClient, ordering: Ordering, book: OrderBook, names: Mapping[str, str]) -> None:
    """Renders that were deleted on the farm before their files came here are no orders any more."""
    orders = ordering.orders()
    for key in names.keys() & orders.keys():
        _, render = orders[key]
        if book.files(names[key], render):
            continue
        try:
            farm.renders.get(render)
        except RequestRefused as error:
            if error.code != "render_not_found":
                raise
            ordering.gone(render)


def fetch(farm: FarmClient, ordering: Ordering, fetcher: Fetcher, names: Mapping[str, str]) -> dict[str, str]:
    """Brings the files of orders, by their keys, to where they are called so. Returns, by name, why some failed."""
    orders = ordering.orders()
    return fetcher.fetch({orders[key][1]: name for key, name in names.items()})


def tell_failures(failures: Mapping[str, str], count: int, out: Path) -> None:
    if failures:
        again = f"`pirouette retry -o {out}` orders them again"
        raise click.ClickException(f"{len(failures)} of {count} renders failed, which cost nothing; {again}")


def _by_key(jobs: Sequence[Job]) -> dict[str, _Wanted]:
    """In the jobs' order. A key depends on the model's bytes (or its id), the settings, and how many jobs of the same
    stand before: rows may be moved, renamed and added without anything being ordered again.
    """
    hashes = {path: sha256_of(path) for path in {job.model for job in jobs} if isinstance(path, Path)}
    counts: collections.Counter[str] = collections.Counter()
    wanted = {}
    for job in jobs:
        sha256 = hashes[job.model] if isinstance(job.model, Path) else None
        model = sha256 or str(job.model)
        first = order_key(model, job.settings, 0)
        key = order_key(model, job.settings, counts[first])
        counts[first] += 1
        wanted[key] = _Wanted(key, job, sha256)
    return wanted


def _base_names(farm: FarmClient, ordering: Ordering, wanted: Mapping[str, _Wanted]) -> list[str]:
    """What the results are called, but for numbers. Raises Mistakes for models that the farm hasn't got."""
    orders = ordering.orders()
    names: dict[str, str] = {}
    of_models: dict[str, str | None] = {}
    mistakes = []
    for key, each in wanted.items():
        job, name = each.job, orders[key][0].name if key in orders else None
        if isinstance(job.model, Path):
            name = job.model.stem
        elif job.name is None or name is None:
            if job.model not in of_models:
                of_models[job.model] = _model_name(farm, job.model)
            name = of_models[job.model] or name
            if name is None:
                mistakes.append(f"{job}: the farm has no such model")
        names[key] = job.name or name or ""
    if mistakes:
        raise Mistakes(mistakes)
    return list(names.values())


def _model_name(farm: FarmClient, model_id: str) -> str | None:
    try:
        return PurePosixPath(farm.models.get(model_id).original_name).stem
    except RequestRefused as error:
        if error.code != "model_not_found":
            raise
        return None


def _check_overlays(farm: FarmClient, jobs: Sequence[Job]) -> None:
    """Raises Mistakes for overlays that the account hasn't got."""
    named = [(job, job.settings[setting]) for job in jobs for setting in OVERLAYS if job.settings.get(setting)]
    known = {overlay.id for overlay in farm.overlays.list()} if named else set()
    mistakes = [f"{job}: there is no overlay {overlay}" for job, overlay in named if overlay not in known]
    if mistakes:
        raise Mistakes(mistakes)


def _show_quote(farm: FarmClient, jobs: Sequence[Job], report: Report) -> None:
    """Raises ClientError if the account hasn't as much, or may not have renders with these settings."""
    quotes = []
    for start in range(0, len(jobs), MOST_AT_ONCE):
        some = jobs[start : start + MOST_AT_ONCE]
        try:
            quotes.append(farm.quote(job.settings for job in some))
        except RequestRefused as error:
            raise with_job(error, some) from error
    required, available = sum(quote.credits_required for quote in quotes), quotes[-1].credits_available
    what = f"{len(jobs)} renders cost" if len(jobs) > 1 else "This render costs"
    if required > available:
        raise ClientError(f"{what} {required} credits, and the account has {available}: nothing was sent")
    report.say(f"{what} {required} of {available} credits")
