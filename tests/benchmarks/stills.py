"""What four pictures of a model cost that are ordered together: `python -m tests.benchmarks.stills`.

The four bookmarks of the farm's studio template in 1080p, as a worker draws them that has drawn before: the model's
file is read, but its light and the shaders are there. Beside them the first of them alone, and the same picture as a
still by itself, which has posters too. Medians of turns taken one after the other.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from api.domain.projects.builtin import STUDIO
from api.domain.projects.plans import OutputSettings, planned
from renderer.gl.context import open_device
from renderer.spec import StillsSpec, StillVariant, plan_image
from renderer.stills import render_images, render_stills
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


def measure(turns: int = TURNS) -> list[Row]:
    plans = planned(STUDIO.content, OutputSettings(render_shots=False), material_variant=None)
    spec = StillsSpec.from_json(dict(plans[0].work.spec))
    variants = {plan.name: StillVariant.from_json(dict(plan.work.variant)) for plan in plans}
    first = plans[0].name
    still = plan_image(plans[0].settings)
    prepared: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, device = standard_model(folder), open_device("auto")

        def draw(number: int, chosen: dict[str, StillVariant]) -> Clock:
            clock = Clock()
            render_stills(
                model, spec, chosen, folder / str(number), device=device, cache_dir=folder / "cache", listener=clock
            )
            return clock

        def one(number: int) -> None:
            draw(number, {first: variants[first]})

        def four(number: int) -> None:
            clock = draw(number, variants)
            prepared.append(clock.began["drawing"] - clock.began["loading"])

        def alone(number: int) -> None:
            render_images(
                model, still.frames, {first: still.variant}, folder / str(number), device=device,
                cache_dir=folder / "cache", listener=Silent(),
            )  # fmt: skip

        costs: dict[Callable[[int], None], list[Cost]] = {one: [], four: [], alone: []}
        for number in range((turns + 1) * len(costs)):  # the first of each warms what is kept
            way = list(costs)[number % len(costs)]
            with timed() as cost:
                way(number)
            costs[way].append(cost)
    wall, cpu = (
        {way: statistics.median(getattr(cost, unit) for cost in found[1:]) for way, found in costs.items()}
        for unit in ("wall", "cpu")
    )
    figure = (
        f"{wall[four]:.2f} s, one {wall[one]:.2f} s; loading and lighting {statistics.median(prepared[1:]):.2f} s; "
        f"CPU {cpu[four]:.2f} s, one {cpu[one]:.2f} s"
    )
    return [
        at_most("four bookmarks, to one", figure, wall[four] / wall[one], BOUND, COMMAND),
        measured("four bookmarks, to a still with posters",
                 f"{wall[four] / wall[alone]:.2f} times as long: one still {wall[alone]:.2f} s, CPU {cpu[alone]:.2f} s",
                 COMMAND),
    ]  # fmt: skip


@click.command()
@click.option("--turns", default=TURNS, show_default=True, help="How often each is drawn.")
def main(turns: int) -> None:
    Console(emoji=False, width=150).print(table(measure(turns)))


if __name__ == "__main__":
    main()
