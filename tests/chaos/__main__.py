"""`python -m tests.chaos --minutes 20 --seed 7`: one run. Its exit code is 1 if anything is wrong."""

import logging
import random
import sys
import tempfile
from pathlib import Path

import click

from tests.chaos.customers import ORDERS
from tests.chaos.ordeal import ordeal
from tests.chaos.parts import running_pieces


@click.command()
@click.option("--minutes", default=20.0, show_default=True)
@click.option("--seed", type=int, help="Of an earlier run, which printed it; else a new one.")
@click.option("--customers", default=4, show_default=True)
@click.option("--only", multiple=True, type=click.Choice([*ORDERS]), help="Orders of these kinds alone.")
@click.option("--log", type=click.Path(path_type=Path), help="Where to keep the farm's log.")
def main(minutes: float, seed: int | None, customers: int, only: tuple[str, ...], log: Path | None) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("tests.chaos").setLevel(logging.INFO)
    seed = random.randrange(10**6) if seed is None else seed
    click.echo(f"--seed {seed}")
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as cache:
        with running_pieces(Path(name), Path(cache)) as pieces:
            found = ordeal(
                pieces, seed, minutes * 60, only or [*ORDERS], customers=customers, all_files=True
            )
        if log is not None:
            log.write_bytes((Path(name) / "farm.log").read_bytes())
    for each in found:
        click.echo(each)
    click.echo(f"--seed {seed}: {len(found)} findings")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
