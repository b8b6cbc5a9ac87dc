"""`pirouette batch`: a file that lists models and settings -> a farm -> the files of all their renders."""

from pathlib import Path

import click

from api.cli.manifest import read_jobs
from api.cli.options import farm_options, out_option, told_problems
from api.cli.run import run


@click.command(name="batch")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@out_option
@farm_options
def command(file: Path, out: Path, url: str, token: str, as_json: bool) -> None:
    """Have all renders in FILE made, and download their videos, posters and thumbnails (or stills, or datasets).

    FILE is a JSON list of objects with "model", "renderSettings" and "name", or a CSV table with the columns model,
    name and one for each setting. A model is a file, looked for from FILE's folder, or the id of one that the farm has.
    Only the model is required; the name is for the results, instead of the model's.

    What was ordered is written down beside the results, in .pirouette: the same command again, after an interruption
    or with more rows, orders and fetches only what is missing.
    """
    with told_problems():
        jobs = read_jobs(file)
    run(url, token, jobs, out, as_json=as_json)
