"""What `pirouette submit` and `pirouette batch` have in common: files and settings -> a farm -> files in a folder."""

import collections
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from api.client import Asset, ClientError, FarmClient, Render
from renderer.errors import SettingsError
from renderer.spec import SETTINGS, parse_settings
from renderer.spec.settings import MAX_LENGTH_ADMIN_S
from renderer.spec.spelling import camel_case, snake_case_keys

MOST_JOBS = 100
"""Of one batch, as the API has it."""

SETTING_KINDS = {camel_case(row.name): row.kind for row in SETTINGS}
"""By the names that the API has for settings."""


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """A render to be made of a model: a file, or the id of one that the farm has. `name` is for the results."""

    model: Path | str
    settings: Mapping[str, Any]
    name: str | None = None


def farm_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --out, --url and --token."""
    for option in (
        click.option("--token", envvar="PIROUETTE_TOKEN", required=True, show_envvar=True, help="An API key."),
        click.option("--url", envvar="PIROUETTE_URL", default="http://127.0.0.1:8080", show_default=True,
                     show_envvar=True, help="Where the farm is."),
        click.option("-o", "--out", default=Path("out"), show_default=True, help="Folder for the files.",
                     type=click.Path(file_okay=False, path_type=Path)),
    ):  # fmt: skip
        command = option(command)
    return command


def check_settings(settings: Mapping[str, Any]) -> None:
    """Finds mistakes before anything is sent and paid for. Raises ValueError."""
    unknown = settings.keys() - SETTING_KINDS.keys()
    if unknown:
        raise ValueError(f"there is no setting {', '.join(sorted(unknown))}")
    try:
        # whether the account may have as much is for the farm to say
        parse_settings(snake_case_keys(settings), max_length_s=MAX_LENGTH_ADMIN_S)
    except SettingsError as error:
        raise ValueError(str(error).replace(error.field, camel_case(error.field), 1)) from error


def run(url: str, token: str, jobs: Sequence[Job], out: Path) -> None:
    """Does all `jobs`, whose settings are checked. Files' paths go to stdout, progress and errors to stderr.

    Ends the program with code 1 unless every render is done.
    """
    out.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True, highlight=False)
    try:
        with FarmClient(url, token) as farm:
            names = distinct([job.name or _model_name(farm, job.model) for job in jobs])
            _show_quote(farm, jobs, console)
            with Progress(
                SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"),
                console=console,
            ) as bars:  # fmt: skip
                failures = _Run(farm, bars, dict(zip(names, jobs, strict=True))).finish(out)
            console.print(f"Credits left: {farm.account().credits}")
    except ClientError as error:
        raise click.ClickException(str(error)) from error
    for name, reason in failures.items():
        click.echo(f"{name}: {reason}", err=True)
    if failures:
        raise click.ClickException(f"{len(failures)} of {len(jobs)} renders failed, which cost nothing")


def distinct(names: Sequence[str]) -> list[str]:
    """The names, those that come more than once with numbers."""
    counts = collections.Counter(names)
    taken = {name for name in names if counts[name] == 1}
    result = []
    for name in names:
        if counts[name] > 1:
            numbered = (f"{name}-{number}" for number in range(1, len(names) + len(taken) + 1))
            name = next(each for each in numbered if each not in taken)
            taken.add(name)
        result.append(name)
    return result


def _model_name(farm: FarmClient, model: Path | str) -> str:
    return model.stem if isinstance(model, Path) else PurePosixPath(farm.models.get(model).original_name).stem


def _show_quote(farm: FarmClient, jobs: Sequence[Job], console: Console) -> None:
    quote = farm.quote(job.settings for job in jobs)
    what = f"{len(jobs)} renders cost" if len(jobs) > 1 else "This render costs"
    if not quote.sufficient:
        raise click.ClickException(
            f"{what} {quote.credits_required} credits, and the account has {quote.credits_available}: nothing was sent"
        )
    console.print(f"{what} {quote.credits_required} of {quote.credits_available} credits")


class _Run:
    """Jobs on their way, by the names of their results."""

    def __init__(self, farm: FarmClient, bars: Progress, jobs: Mapping[str, Job]) -> None:
        self._farm = farm
        self._bars = bars
        self._jobs = jobs
        self._names: dict[str, str] = {}  # by render
        self._lines: dict[str, TaskID] = {}  # by render, of those that are being made

    def finish(self, out: Path) -> dict[str, str]:
        """What failed, and why."""
        try:
            self._order()
        except ClientError as error:
            if self._names:
                ids = ", ".join(self._names)
                raise click.ClickException(f"{error}. These renders are ordered already and go on: {ids}") from error
            raise
        failures = {}
        total = self._bars.add_task("renders", total=len(self._jobs), detail=f"0 of {len(self._jobs)}")
        for count, render in enumerate(self._farm.renders.wait_all(list(self._names), self._show), 1):
            name = self._names[render.id]
            for warning in render.warnings:
                click.echo(f"{name}: {warning}", err=True)
            if render.status == "done":
                for path in self._download(render, out, name):
                    click.echo(path)
            else:
                failures[name] = render.error_message or "the render failed"
            if render.id in self._lines:
                self._bars.remove_task(self._lines.pop(render.id))
            self._bars.update(total, completed=count, detail=f"{count} of {len(self._jobs)}")
        return failures

    def _order(self) -> None:
        """A file that the farm hasn't got is uploaded, which orders a render of it; the rest is ordered in one go."""
        known: dict[Path | str, str] = {}
        rest: list[tuple[str, str, Mapping[str, Any]]] = []
        for name, job in self._jobs.items():
            model_id = job.model if isinstance(job.model, str) else known.get(job.model)
            if model_id is None and isinstance(job.model, Path):
                model_id = self._farm.models.find(job.model)
                if model_id is None:
                    known[job.model] = self._upload(name, job.model, job.settings)
                    continue
                known[job.model] = model_id
            rest.append((name, str(model_id), job.settings))
        if rest:
            renders = self._farm.renders.batch((model_id, settings) for _, model_id, settings in rest)
            for (name, _, _), render in zip(rest, renders, strict=True):
                self._names[render.id] = name

    def _upload(self, name: str, path: Path, settings: Mapping[str, Any]) -> str:
        line = self._bars.add_task(f"uploading {path.name}", detail="")
        upload = self._farm.models.upload(
            path, settings,
            lambda sent, total: self._bars.update(line, completed=sent, total=total, detail=f"{sent / 1e6:.1f} MB"),
        )  # fmt: skip
        self._bars.remove_task(line)
        self._names[upload.render_id] = name
        return upload.model_id

    def _show(self, render: Render) -> None:
        now = render.progress
        if render.is_over or now is None or not now.frames_done:
            return
        if render.id not in self._lines:
            self._lines[render.id] = self._bars.add_task("", detail="")
        left = "" if now.seconds_left is None else f", {now.seconds_left:.0f} s left"
        self._bars.update(
            self._lines[render.id], description=f"{self._names[render.id]}: {now.stage}", completed=now.frames_done,
            total=now.frames_total, detail=f"{now.frames_done}/{now.frames_total} frames{left}",
        )  # fmt: skip

    def _download(self, render: Render, out: Path, name: str) -> Iterator[Path]:
        line = self._bars.add_task("", detail="")
        for asset, suffix in _files_of(render):
            path = out / f"{name}{suffix}"
            self._bars.update(line, description=f"downloading {path.name}")
            self._farm.renders.download(
                render.id, asset, path,
                lambda done, total: self._bars.update(
                    line, completed=done, total=total, detail=f"{done / 1e6:.1f} MB"
                ),
            )  # fmt: skip
            yield path
        self._bars.remove_task(line)


def _files_of(render: Render) -> Iterator[tuple[Asset, str]]:
    """What a finished render has to download, and the suffixes of the files."""
    if "dataset" in (render.settings.get("output"), render.settings.get("effect")):
        yield "dataset", ".zip"
        return
    if render.settings.get("output") == "image":
        yield "image", f".{render.settings.get('imageFormat', 'png')}"
        return
    yield "video", ".mov" if render.settings.get("quality") == "pro" else ".mp4"
    if render.has_web_variant:
        yield "web", ".web.mp4"
    yield "poster_full", ".png"
    yield "thumb", ".thumb.mp4"
