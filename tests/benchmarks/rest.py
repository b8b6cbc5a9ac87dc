"""What a worker keeps in memory when there is no work: `python -m tests.benchmarks.rest`.

An embedded farm with one worker draws a preview and a turntable of the standard model, and has nothing to do any more.
The worker is a parent and a child, which keeps its device open. Counted is what no other process has as well (USS), so
what a farm with one worker more needs more: the drivers' and Python's own code is shared by all.
"""

import contextlib
import tempfile
import time
from pathlib import Path

import click
import psutil
from rich.console import Console

from tests.benchmarks.model import standard_model
from tests.benchmarks.preview import PATIENT
from tests.benchmarks.rows import Row, at_most, table
from tests.support.farm import Farm, running_farm

WITHIN_S = 60.0
BOUND_MB = 200.0
COMMAND = "python -m tests.benchmarks.rest"


def own_mb(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss) / 1e6


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cache").mkdir()
        farm = Farm(folder, workers=1, cache=folder / "cache", extra=PATIENT)
        with running_farm(farm), contextlib.closing(farm.client(farm.new_account())) as client:
            uploaded = client.models.upload(standard_model(folder), {"length": 3})
            for render in client.models.get(uploaded.model_id).renders:
                client.renders.wait(render.id, timeout=600)
            start = time.monotonic()
            [parent] = farm.worker_processes()
            busy = parent_mb, child_mb = own_mb(parent), sum(map(own_mb, parent.children(recursive=True)))
            while parent_mb + child_mb > BOUND_MB and time.monotonic() - start < WITHIN_S:
                time.sleep(1)
                parent_mb, child_mb = own_mb(parent), sum(map(own_mb, parent.children(recursive=True)))
            took = time.monotonic() - start
    figure = (
        f"parent {parent_mb:.0f} MB, child {child_mb:.0f} MB after {took:.0f} s; "
        f"right after the last job {sum(busy):.0f} MB"
    )
    return [at_most("a worker's memory at rest, MB", figure, parent_mb + child_mb, BOUND_MB, COMMAND)]


@click.command()
def main() -> None:
    Console(emoji=False, width=150).print(table(measure()))


if __name__ == "__main__":
    main()
