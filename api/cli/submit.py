"""`pirouette submit`: a model to a farm, its render's files back, by way of api/client.py."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from api.client import Asset, ClientError, FarmClient, Render

FILES: tuple[tuple[Asset, str], ...] = (
    ("video", ".mp4"), ("poster_full", ".png"), ("thumb", ".thumb.mp4"), ("bundle", ".zip"),
)


@click.command(name="submit")
@click.argument("model", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--settings", default="{}", metavar="JSON", help="renderSettings, as in the API.")
@click.option("-o", "--out", default=Path("out"), show_default=True, help="Folder for the files.",
              type=click.Path(file_okay=False, path_type=Path))
@click.option("--url", envvar="PIROUETTE_URL", default="http://127.0.0.1:8080", show_default=True, show_envvar=True,
              help="Where the farm is.")
@click.option("--token", envvar="PIROUETTE_TOKEN", required=True, show_envvar=True, help="An API key.")
def command(model: Path, settings: str, out: Path, url: str, token: str) -> None:
    """Upload MODEL, wait for its render and download video, poster, thumbnail and bundle."""
    try:
        wanted = json.loads(settings)
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--settings") from error
    if not isinstance(wanted, dict):
        raise click.BadParameter("must be a JSON object", param_hint="--settings")
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FarmClient(url, token) as farm:
            for path in submit(farm, model, wanted, out):
                click.echo(path)
            Console(stderr=True).print(f"{farm.account().credits} credits left")
    except ClientError as error:
        raise click.ClickException(str(error)) from error


def submit(farm: FarmClient, model: Path, settings: dict[str, Any], out: Path) -> list[Path]:
    """The whole job, with a progress bar on stderr. Returns the files. Raises ClientError."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description:<12}"), BarColumn(), TextColumn("{task.fields[detail]}"),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("uploading", detail="")
        upload = farm.models.upload(
            model, settings,
            lambda sent, total: bar.update(task, completed=sent, total=total, detail=f"{sent / 1e6:.1f} MB"),
        )
        farm.renders.wait(upload.render_id, lambda render: _show(bar, task, render))
        bar.update(task, description="downloading", detail="")
        paths = []
        for asset, suffix in FILES:
            paths.append(out / f"{model.stem}{suffix}")
            farm.renders.download(upload.render_id, asset, paths[-1])
        bar.update(task, description="done", detail=upload.render_id)
    return paths


def _show(bar: Progress, task: TaskID, render: Render) -> None:
    progress = render.progress
    if progress is None:
        bar.update(task, description=render.status)
        return
    left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
    bar.update(
        task, description=progress.stage, completed=progress.frames_done, total=progress.frames_total,
        detail=f"{progress.frames_done}/{progress.frames_total} frames{left}",
    )
