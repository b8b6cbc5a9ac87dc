"""Times one long render by one worker and by two: `python -m tests.benchmarks.segments`.

A real server and real worker processes, each held to one core and one thread of the software rasteriser, as if it were
alone on a small machine: a farm that puts a second worker beside the first. The models are known, the workers warm; the
time is from the order to the finished files.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from renderer.cores import usable_cores
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_most, measured, table
from tests.support.farm import Farm, running_farm
from tests.support.waiting import wait_for

LENGTH_S = 12
BOUND = 0.6
COMMAND = "python -m tests.benchmarks.segments"
PATIENT = {"PIROUETTE_LEASE_SECONDS": "30", "PIROUETTE_HEARTBEAT_SECONDS": "5", "LP_NUM_THREADS": "1"}


def start_worker(farm: Farm, core: int) -> None:
    """A worker with a core of its own."""
    with (farm.folder / "farm.log").open("ab") as log:
        farm.others.append(subprocess.Popen(
            ["taskset", "-c", str(core), sys.executable, "-m", "api.cli", "worker"],
            env={**os.environ, **farm.environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        ))  # fmt: skip


def seconds(model: Path, workers: int, length: float, quality: str, turns: int) -> list[float]:
    """From the order of the render to its end, by so many workers; one figure for each turn."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name) / "cache"
        cache.mkdir()
        farm = Farm(Path(name), workers=0, cache=cache, extra=PATIENT)
        with running_farm(farm), contextlib.closing(farm.client(farm.new_account())) as client:
            for core in range(workers):
                start_worker(farm, core)
            wait_for(lambda: len(farm.fleet_pids()) == workers, "the workers")
            uploaded = client.models.upload(model, {"length": 3})
            client.renders.wait(uploaded.render_id, timeout=600)
            for turn in range(turns):
                start = time.perf_counter()
                settings = {"quality": quality, "length": length, "rotateY": turn}
                render = client.renders.create(uploaded.model_id, settings)
                client.renders.wait(render.id, timeout=1800, poll_seconds=0.2)
                found.append(time.perf_counter() - start)
    return found


def measure(length: float = LENGTH_S, quality: str = "standard", turns: int = 1) -> list[Row]:
    cores = usable_cores()
    if cores < 2:
        return [measured("two workers on one render", f"needs two cores, not {cores}", COMMAND)]
    with tempfile.TemporaryDirectory() as name:
        model = standard_model(Path(name))
        alone, together = (
            statistics.median(seconds(model, workers, length, quality, turns)) for workers in (1, 2)
        )
    figure = f"{quality}, {length:g} s: {together:.1f} s, by one worker {alone:.1f} s"
    return [at_most("two workers on one render", figure, together / alone, BOUND, COMMAND)]


@click.command()
@click.option("--length", default=float(LENGTH_S), show_default=True, help="Seconds of video.")
@click.option("--quality", default="standard", show_default=True)
@click.option("--turns", default=1, show_default=True, help="Renders by each number of workers.")
def main(length: float, quality: str, turns: int) -> None:
    Console(emoji=False, width=150).print(table(measure(length, quality, turns)))


if __name__ == "__main__":
    main()
