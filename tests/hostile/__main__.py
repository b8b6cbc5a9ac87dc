"""Sends hostile inputs to a farm of its own and prints what became of them: `python -m tests.hostile --help`."""

import json
import resource
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast, get_args

import click

from tests.hostile import campaign
from tests.hostile.bombs.table import BOMBS
from tests.hostile.cases import SHARES, STILL, Case, Way, case, cases
from tests.hostile.verdict import table

STILL_HELP = "Seconds without any progress that are a hang."


@click.group()
def main() -> None:
    """Hostile inputs through a farm of real processes. The exit code is 0 if the farm kept all its promises."""


@main.command()
@click.option("--seed", type=int, help="Which inputs: the same number makes the same ones. Chosen if not given.")
@click.option("--count", default=500, show_default=True, help="How many.")
@click.option("--kind", type=click.Choice([*SHARES]), help="Of one kind only.")
@click.option("--still", "still_s", default=300.0, show_default=True, help=STILL_HELP)
def fuzz(seed: int | None, count: int, kind: str | None, still_s: float) -> None:
    """Mutated files."""
    seed = secrets.randbits(32) if seed is None else seed
    print(f"seed {seed}")
    chosen = cases(seed, count) if kind is None else (case(seed, kind, number) for number in range(count))
    report([*chosen], still_s, small=True)


@main.command()
@click.option("--only", default="", help="Those whose name has this in it, such as overdraw or textures-8192.")
@click.option("--small", is_flag=True, help="Order small pictures.")
@click.option("--still", "still_s", default=900.0, show_default=True, help=STILL_HELP)
def bombs(only: str, small: bool, still_s: float) -> None:
    """Files and orders that cost much."""
    report([bomb.case for bomb in BOMBS if only in bomb.name], still_s, small=small)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--way", type=click.Choice(get_args(Way)), default="model", show_default=True, help="As what it is sent.")
@click.option("--settings", default=json.dumps(dict(STILL)), help="Render settings, in JSON.")
@click.option("--small/--full-size", default=True, show_default=True, help="Order small pictures.")
def replay(files: Sequence[Path], way: str, settings: str, small: bool) -> None:
    """Files that were saved, or any others."""
    order = cast(Way, way), json.loads(settings)
    chosen = [Case(path.stem, "file", order[0], path.name, path.read_bytes(), order[1]) for path in files]
    report(chosen, 300.0, small=small)


def report(chosen: Sequence[Case], still_s: float, *, small: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        cache = Path(folder, "cache")
        cache.mkdir()
        with campaign.hostile_farm(Path(folder, "farm"), cache, small=small) as farm:
            found = campaign.run(farm, chosen, still_s=still_s)
            log = farm.log
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)  # the farm, with all that it started
    for verdict in found.verdicts if len(chosen) <= 20 else ():
        print(f"{verdict.case.name}: {verdict.end} {verdict.code} {verdict.message}")
    print(table(found.verdicts))
    print(f"{found.figures}; {ended.ru_utime + ended.ru_stime:.0f} s of processor time")
    for complaint in found.complaints:
        print(complaint)
    if found.complaints:
        print(f"The farm's log: {campaign.save_log(log)}")
    sys.exit(1 if found.complaints else 0)


if __name__ == "__main__":
    main()
