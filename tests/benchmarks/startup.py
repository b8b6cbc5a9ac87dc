"""Times the way to a first frame: `python -m tests.benchmarks.startup`.

A new process imports the renderer, opens the device, loads the model, makes light and shadows, and draws and reads one
frame of 960x540; then a second shot of the same model, as a warm worker has it. Once with no cache on disk (neither
prefiltered light nor Mesa's compiled shaders), then with both. Figures are medians of ROUNDS.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from tests.benchmarks import rows
from tests.benchmarks.model import standard_model
from tests.benchmarks.process import AS_INSTALLED
from tests.benchmarks.rows import Row, measured

ROUNDS = 3
COMMAND = "python -m tests.benchmarks.startup"


def steps(model: Path, cache: Path) -> dict[str, float]:
    """Seconds of each step of a new process whose caches lie in the folder `cache`."""
    start = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.first_frame", str(model), str(cache / "light")],
        env=os.environ | AS_INSTALLED | {"MESA_SHADER_CACHE_DIR": str(cache / "mesa")},
        stdout=subprocess.PIPE, check=True,
    ).stdout
    seconds = {}
    for name, moment in json.loads(said):
        seconds[name] = moment - start
        start = moment
    return seconds


def times(model: Path) -> dict[str, dict[str, float]]:
    """Median seconds of each step, by the state of the caches on disk."""
    rounds: dict[str, list[dict[str, float]]] = {"nothing cached": [], "caches on disk": []}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            for found in rounds.values():  # the first fills the caches for the second
                found.append(steps(model, Path(name)))
    return {
        state: {step: statistics.median(one[step] for one in found) for step in found[0]}
        for state, found in rounds.items()
    }


def measure(model: Path | None = None) -> list[Row]:
    """A new worker's first frame, cold and with its caches on disk, and a warm worker's next shot."""
    with tempfile.TemporaryDirectory() as name:
        found = times(model or standard_model(Path(name)))
    cold, disk = (_figure(seconds, again=False) for seconds in found.values())
    warm = _figure(found["caches on disk"], again=True)
    return [
        measured("start-up to the first frame, nothing cached", cold, COMMAND),
        measured("start-up to the first frame, caches on disk", disk, COMMAND),
        measured("next shot's first frame in a warm worker", warm, COMMAND),
    ]


def _figure(seconds: dict[str, float], *, again: bool) -> str:
    """The sum and its parts: of the process's first shot or of its second."""
    chosen = {step.removesuffix(" again"): took for step, took in seconds.items() if step.endswith(" again") == again}
    return f"{sum(chosen.values()):.2f} s ({', '.join(f'{step} {took:.2f}' for step, took in chosen.items())})"


@click.command()
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: that of the standard job.")
def main(model: Path | None) -> None:
    Console(emoji=False, width=160).print(rows.table(measure(model)))


if __name__ == "__main__":
    main()
