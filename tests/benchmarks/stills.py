"""What four pictures of a model cost that are ordered together: `python -m tests.benchmarks.stills`.

The four bookmarks of the farm's studio template in 1080p and the first of them alone, as a worker draws them that has
drawn before: the light's tables and the shaders are there. The model was never drawn in this light, so its shadows are
cast, and then once more with the shadows kept. Medians of turns taken one after the other.
"""

import statistics
import tempfile
import time
from pathlib import Path

import click
from rich.console import Console

from api.domain.projects.builtin import STUDIO
from api.domain.projects.plans import OutputSettings, planned
from renderer.gl.context import open_device
from renderer.spec import StillsSpec, StillVariant
from renderer.stills import render_stills
from tests.benchmarks.batch import Cost, Silent, timed
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_most, measured, table

TURNS = 7
BOUND = 1.5
COMMAND = "python -m tests.benchmarks.stills"


class Clock(Silent):
    """When each stage began."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}

    def on_stage(self, stage: str) -> None:
        self.began[stage] = time.perf_counter()

    @property
    def preparation(self) -> float:
        return self.began["drawing"] - self.began["loading"]


def measure(turns: int = TURNS) -> list[Row]:
    plans = planned(STUDIO.content, OutputSettings(render_shots=False), material_variant=None)
    spec = StillsSpec.from_json(dict(plans[0].work.spec))
    four = {plan.name: StillVariant.from_json(dict(plan.work.variant)) for plan in plans}
    one = {plans[0].name: four[plans[0].name]}
    costs: dict[tuple[bool, int], list[tuple[Cost, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, device, cache = standard_model(folder), open_device("auto"), folder / "cache"
        for turn in range(turns + 1):  # the first warms what is kept
            for new in (True, False):
                for wanted in (one, four):
                    if new:
                        for kept in cache.glob("shadows-*"):
                            kept.unlink()
                    clock, out = Clock(), folder / f"{turn}-{new}-{len(wanted)}"
                    with timed() as cost:
                        render_stills(model, spec, wanted, out, device=device, cache_dir=cache, listener=clock)
                    costs.setdefault((new, len(wanted)), []).append((cost, clock.preparation))

    def median(new: bool, count: int) -> tuple[Cost, float]:
        found = costs[new, count][1:]
        wall, cpu = (statistics.median(getattr(cost, unit) for cost, _ in found) for unit in ("wall", "cpu"))
        return Cost(wall, cpu), statistics.median(prepared for _, prepared in found)

    def figures(new: bool) -> tuple[str, float]:
        (together, prepared), (alone, _) = median(new, len(four)), median(new, 1)
        text = (
            f"{together.wall:.2f} s, one {alone.wall:.2f} s, loading and lighting {prepared:.2f} s; "
            f"CPU {together.cpu:.2f} s, one {alone.cpu:.2f} s"
        )
        return text, together.wall / alone.wall

    figure, ratio = figures(new=True)
    kept_figure, kept_ratio = figures(new=False)
    return [
        at_most("four bookmarks of a new model, to one", figure, ratio, BOUND, COMMAND),
        measured("the same with its shadows kept", f"{kept_ratio:.2f} times as long: {kept_figure}", COMMAND),
    ]


@click.command()
@click.option("--turns", default=TURNS, show_default=True, help="How often each is drawn.")
def main(turns: int) -> None:
    Console(emoji=False, width=150).print(table(measure(turns)))


if __name__ == "__main__":
    main()
