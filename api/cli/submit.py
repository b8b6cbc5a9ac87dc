"""`pirouette submit`: models to a farm, the files of their renders back."""

import json
from pathlib import Path
from typing import Any

import click

from api.cli.jobs import Job, Mistakes, check_file, check_settings
from api.cli.options import farm_options, out_option, told_problems
from api.cli.run import run


@click.command(name="submit")
@click.argument("models", metavar="MODEL...", nargs=-1, required=True,
                type=click.Path(exists=True, dir_okay=False, path_type=Path))  # fmt: skip
@click.option("--settings", default="{}", metavar="JSON|@FILE", help="renderSettings of all of them, as in the API.")
@out_option
@farm_options
def command(models: tuple[Path, ...], settings: str, out: Path, url: str, token: str, as_json: bool) -> None:
    """Have each MODEL rendered, and download its video, poster and thumbnail (or its still, or its dataset).

    The same command again, after an interruption or with more models, orders and fetches only what is missing.
    """
    with told_problems():
        wanted = _settings(settings)
        jobs, mistakes = [], []
        for model in models:
            try:
                check_file(model)
            except ValueError as error:
                mistakes.append(f"{model}: {error}")
            jobs.append(Job(model.resolve(), wanted))
        if mistakes:
            raise Mistakes(mistakes)
    run(url, token, jobs, out, as_json=as_json)


def _settings(text: str) -> dict[str, Any]:
    """Raises Mistakes."""
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text("utf-8-sig")
        wanted = json.loads(text)
        if not isinstance(wanted, dict):
            raise ValueError("not a JSON object")
        check_settings(wanted)
    except OSError as error:
        raise Mistakes([f"--settings: can't read {error.filename}: {error.strerror}"]) from error
    except (ValueError, RecursionError) as error:
        raise Mistakes([f"--settings: {error}"]) from error
    return wanted
