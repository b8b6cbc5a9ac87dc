"""All goals in one table, for `make bench`: `python -m tests.benchmarks`.

Each module measures its goals by itself and hands over its rows. A module that fails becomes a row that says so.
"""

import importlib

import click
from rich.console import Console

from tests.benchmarks import rows
from tests.benchmarks.peers import Peer
from tests.benchmarks.rows import Row

MODULES = ("peers", "limits", "startup", "rest", "preview", "batch", "stills", "jobs", "segments", "split", "claims",
           "deletion", "requests", "scale", "dataset", "radiance", "optimise", "usdz", "prompts", "pipeline")


@click.command()
@click.option("--against", "texts", multiple=True, metavar="NAME=TIMES=COMMAND",
              help="Another renderer to time beside ours, as `python -m tests.benchmarks.peers` takes it.")
@click.option("--only", multiple=True, type=click.Choice(MODULES), help="These alone.")
def main(texts: tuple[str, ...], only: tuple[str, ...]) -> None:
    others = [Peer.parse(text) for text in texts]
    found: list[Row] = []
    log = Console(stderr=True)
    for name in only or MODULES:
        log.print(f"{name} ...")
        try:
            measure = importlib.import_module(f"tests.benchmarks.{name}").measure
            found += measure(others) if name == "peers" else measure()
        except Exception as error:  # noqa: BLE001 (the others' figures are worth having all the same)
            log.print_exception()
            found.append(Row(name, f"failed: {error}", None, "", False, f"python -m tests.benchmarks.{name}"))
    Console(emoji=False, width=180).print(rows.table(found))


if __name__ == "__main__":
    main()
