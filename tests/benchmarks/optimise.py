"""The optimiser beside gltfpack and gltf-transform: `python -m tests.benchmarks.optimise`.

Each tool reduces each model to a quarter and to a tenth of its triangles, as a user would type it, and once more told
to go on whatever the error. Some stop before: so ours is also run for as many triangles as each of them has left. All
get one file, whose vertices are not compressed, since gltfpack doesn't read Draco. Needs Node, and `npm ci` in
tests/reference; and the models in a folder shared/models beside the checkout.
"""

import dataclasses
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from renderer.gl.context import Device, open_device
from renderer.inspect import inspect_model
from renderer.load import load_model
from renderer.optimise.compare import Difference, compare_models
from renderer.optimise.model import optimise_model
from renderer.spec.wanted import LARGEST_TEXTURE, Wanted
from tests.benchmarks.rows import Row, at_least, measured
from tests.support.models import SHARED_MODELS

MODELS = ("DamagedHelmet", "cat", "Duck", "chess-board", "jet-fighter")
SHARES = (0.25, 0.1)

TOOLS = Path(__file__).resolve().parents[1] / "reference" / "node_modules" / ".bin"
PEERS = {
    "gltfpack": "gltfpack -i {source} -o {target} -si {share} -noq -kn",
    "gltfpack -sa": "gltfpack -i {source} -o {target} -si {share} -sa -noq -kn",
    "gltf-transform": "gltf-transform simplify {source} {target} --ratio {share} --error 0.01",
    "gltf-transform --error 1": "gltf-transform simplify {source} {target} --ratio {share} --error 1",
}
"""Names are kept and nothing is quantised, so that triangles alone make the difference."""

LEAST_WON = 4
"""Of the models: so many look no worse than any other tool's at as many triangles."""

COMMAND = "python -m tests.benchmarks.optimise"


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """What a tool made of a model. `ours` is the mean FLIP of ours at as many triangles, None for ours itself."""

    model: str
    share: float
    tool: str
    wanted: int
    triangles: int
    size: int
    seconds: float
    difference: Difference
    ours: float | None = None

    def line(self) -> str:
        """A row of a table in Markdown."""
        found = self.difference
        ours = "" if self.ours is None else f"{self.ours:.4f}"
        return (
            f"| {self.model} | {self.share:.0%} | {self.tool} | {self.triangles:,} of {self.wanted:,} "
            f"| {found.hausdorff_max:.3f} | {found.hausdorff_rms:.3f} | {found.flip_mean:.4f} | {found.flip_worst:.4f} "
            f"| {ours} | {self.size / 1e3:,.0f} | {self.seconds:.2f} |"
        )


HEADING = (
    "| model | share | tool | triangles | Hausdorff max, % | rms, % | FLIP mean | worst | ours at as many | kB | s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def results(models: Sequence[str], device: Device, folder: Path) -> Iterator[Result]:
    """Those of each model and share, ours first."""
    for name in models:
        source = folder / f"{name}.glb"
        optimise_model(SHARED_MODELS / f"{name}.glb", source, Wanted(texture_size=LARGEST_TEXTURE))
        triangles = inspect_model(load_model(source)).triangles
        for share in SHARES:
            wanted = int(triangles * share)
            target = folder / "made.glb"

            def ours(count: int, target: Path = target, source: Path = source) -> tuple[int, float, Difference]:
                began = time.perf_counter()
                left = optimise_model(source, target, Wanted(count)).triangles_after
                seconds = time.perf_counter() - began
                return left, seconds, compare_models(source, target, device=device, cache_dir=folder)

            left, seconds, difference = ours(wanted)
            yield Result(name, share, "ours", wanted, left, target.stat().st_size, seconds, difference)
            for tool, command in PEERS.items():
                words = command.format(source=source, target=target, share=share).split()
                began = time.perf_counter()
                subprocess.run([str(TOOLS / words[0]), *words[1:]], check=True, capture_output=True)
                seconds = time.perf_counter() - began
                theirs = compare_models(source, target, device=device, cache_dir=folder)
                size, left = target.stat().st_size, inspect_model(load_model(target)).triangles
                equal = ours(left)[2].flip_mean
                yield Result(name, share, tool, wanted, left, size, seconds, theirs, equal)


def won(found: Sequence[Result], model: str) -> bool:
    """Whether ours of `model` hits its targets, and no tool's looks better at as many triangles, on the mean of the
    shares."""
    own = [each for each in found if each.model == model]
    hit = all(0.98 * each.wanted <= each.triangles <= each.wanted for each in own if each.ours is None)
    theirs = {tool: [each for each in own if each.tool == tool] for tool in PEERS}
    return hit and all(
        sum(each.ours or 0.0 for each in some) <= sum(each.difference.flip_mean for each in some)
        for some in theirs.values()
    )


def measure(models: Sequence[str] = MODELS) -> list[Row]:
    there = [name for name in models if (SHARED_MODELS / f"{name}.glb").exists()]
    if not there or not TOOLS.is_dir():
        lacking = "not measured: no models, or no `npm ci` in tests/reference"
        return [measured("optimiser beside others", lacking, COMMAND)]
    found = []
    click.echo(HEADING)
    with tempfile.TemporaryDirectory() as folder:
        for each in results(there, open_device("auto"), Path(folder)):
            found.append(each)
            click.echo(each.line())
    wins = [name for name in there if won(found, name)]
    figure = f"{', '.join(wins) or 'none'} of {len(there)} models"
    return [at_least("targets hit, and no tool's FLIP is less at as many triangles", figure, len(wins),
                     LEAST_WON * len(there) / len(MODELS), COMMAND)]


@click.command()
@click.argument("models", nargs=-1)
def main(models: tuple[str, ...]) -> None:
    for row in measure(models or MODELS):
        click.echo(f"{row.goal}: {row.figure}; {row.ratio} {row.target}")


if __name__ == "__main__":
    main()
