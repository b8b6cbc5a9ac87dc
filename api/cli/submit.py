"""`pirouette submit`: models to a farm, the files of their renders back."""

import json
from pathlib import Path

import click

from api.cli.jobs import MOST_JOBS, Job, check_settings, farm_options, run


@click.command(name="submit")
@click.argument("models", metavar="MODEL...", nargs=-1, required=True,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--settings", default="{}", metavar="JSON", help="renderSettings of all of them, as in the API.")
@farm_options
def command(models: tuple[Path, ...], settings: str, out: Path, url: str, token: str) -> None:
    """Have each MODEL rendered, and download its video, poster and thumbnail (or its still, or its dataset)."""
    if len(models) > MOST_JOBS:
        raise click.UsageError(f"{len(models)} models are too many: {MOST_JOBS} at most")
    try:
        wanted = json.loads(settings)
        if not isinstance(wanted, dict):
            raise ValueError("not a JSON object")
        check_settings(wanted)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--settings") from error
    run(url, token, [Job(model, wanted) for model in models], out)
