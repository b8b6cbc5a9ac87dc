"""What it costs that a worker's parent never draws: `python -m tests.benchmarks.split`.

The standard job and a preview, each drawn by a worker's child that its parent orders and watches, and by the same
function in this process, which draws by itself, by turns. Both have drawn before: device, light and shadows are there.
The model is read for each job, as it is for each of the farm's. The parent does here what it does in a farm as long as
a child draws, but for the database and the storage, which a worker that draws by itself needs as well.

Figures are medians, of the ratios or differences of the turns. CPU counts parent, child and ffmpeg.
"""

import dataclasses
import functools
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from api.domain.work import outcomes
from api.processes.worker import setup_of
from api.settings import Settings
from api.worker.child.job import MODEL, Bench
from api.worker.child.serve import work
from api.worker.messages import Done, Message, Order
from api.worker.parent.allowance import TICKS, Allowance, Meter, cpu_ticks
from api.worker.parent.budget import Watch
from api.worker.parent.children import Children, Places, start_child
from api.worker.parent.core_waits import CoreWaits
from api.worker.parent.run_segment import TICK_S
from api.worker.right_of_way import RightOfWay
from renderer.gl.context import open_device
from renderer.spec import VideoPlan, parse_settings, plan_preview, plan_video
from tests.benchmarks.costs import STANDARD_FRAMES
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_most, table

JOBS, PREVIEWS = 4, 12
BOUND_JOB = 1.02
BOUND_PREVIEW_S = 0.05
BUDGET_S = 3600.0
"""Nothing here is too costly."""
COMMAND = "python -m tests.benchmarks.split"


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """Seconds."""

    wall: float
    cpu: float


Draw = Callable[[VideoPlan], None]


class Turns:
    """Orders of one model, each with a folder of its own in `places`."""

    def __init__(self, model: Path, places: Places) -> None:
        self._model = model
        self._places = places
        self._numbers = itertools.count()

    def order(self, plan: VideoPlan) -> Order:
        """As a farm would give it: nothing is open for its task."""
        number = next(self._numbers)
        folder = self._places.made / str(number)
        folder.mkdir()
        return Order(
            task_id=str(number), kind="video", role="whole", spec=plan.frames.to_json(),
            variants={"r": plan.variant.to_json()}, first_frame=0, frame_count=plan.frames.frame_count,
            inputs={MODEL: str(self._model)}, parts=[], folder=str(folder), encoder="x264", gives_way=False,
        )  # fmt: skip

    @contextmanager
    def by_a_child(self) -> Iterator[Draw]:
        """A worker's way, by the worker's own pieces."""
        settings = Settings()
        setup = setup_of(settings, outcomes.queues(), self._places)
        children = Children(functools.partial(start_child, self._places), setup)

        def draw(plan: VideoPlan) -> None:
            child = children.ready()
            child.order(self.order(plan))
            watch = Watch(BUDGET_S, settings.stall_seconds, CoreWaits(child.pid).since_last)
            meter = Meter(Allowance.of(settings), child.pid, self._places.made)
            ended = None
            while child.busy:
                ended = child.report(TICK_S)
                if ended is not None:
                    watch.hear(ended)
                watch.check()
                meter.check()
            _require_done(ended)

        try:
            yield draw
        finally:
            children.kill()

    @contextmanager
    def here(self) -> Iterator[Draw]:
        """The same function, called in this process."""
        device = functools.cache(lambda: open_device("auto"))
        bench = Bench(device, self._places.cache, RightOfWay(self._places.turns))

        def draw(plan: VideoPlan) -> None:
            _require_done(work(self.order(plan), lambda report: None, bench))

        yield draw
        bench.warm.rest()


def _require_done(ended: Message | None) -> None:
    if not isinstance(ended, Done):
        raise click.ClickException(f"the job wasn't drawn: {ended}")


def cost(draw: Draw, plan: VideoPlan) -> Cost:
    start, before = time.perf_counter(), cpu_ticks(os.getpid())
    draw(plan)
    return Cost(time.perf_counter() - start, (cpu_ticks(os.getpid()) - before) / TICKS)


def by_turns(split: Draw, whole: Draw, plan: VideoPlan, turns: int) -> list[tuple[Cost, Cost]]:
    """(split, whole) of each turn: first the one, then the other, so that neither gains by what slows a machine down
    or speeds it up."""
    pairs = []
    for turn in range(turns):
        first, second = (split, whole) if turn % 2 else (whole, split)
        costs = {draw: cost(draw, plan) for draw in (first, second)}
        pairs.append((costs[split], costs[whole]))
    return pairs


def median(costs: Iterable[Cost]) -> Cost:
    found = [*costs]
    return Cost(statistics.median(each.wall for each in found), statistics.median(each.cpu for each in found))


def figure(pairs: Sequence[tuple[Cost, Cost]]) -> str:
    split, whole = (median(side) for side in zip(*pairs, strict=True))
    return f"{split.wall:.2f} s, here {whole.wall:.2f} s; CPU {split.cpu:.2f} s, here {whole.cpu:.2f} s"


def measure(jobs: int = JOBS, previews: int = PREVIEWS, frames: int = STANDARD_FRAMES) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        places = Places.below(folder / "worker", folder / "machine")
        model = places.inputs / "model.glb"
        model.write_bytes(standard_model(folder).read_bytes())
        turns = Turns(model, places)
        standard, preview = plan_video(parse_settings({})), plan_preview()
        standard = dataclasses.replace(standard, frames=dataclasses.replace(standard.frames, frame_count=frames))
        with turns.by_a_child() as split, turns.here() as whole:
            for draw in (split, whole, split, whole):
                draw(preview)
            short = by_turns(split, whole, preview, previews)
            long = by_turns(split, whole, standard, jobs)
    ratios = median(Cost(split.wall / whole.wall, split.cpu / whole.cpu) for split, whole in long)
    beyond = statistics.median(split.wall - whole.wall for split, whole in short)
    return [
        at_most("standard job by a worker's child", figure(long), ratios.wall, BOUND_JOB, COMMAND),
        at_most("the same, CPU", figure(long), ratios.cpu, BOUND_JOB, COMMAND),
        at_most("preview by a worker's child, s more", figure(short), beyond, BOUND_PREVIEW_S, COMMAND),
    ]


@click.command()
@click.option("--jobs", default=JOBS, show_default=True, help="Turns of the standard job.")
@click.option("--previews", default=PREVIEWS, show_default=True, help="Turns of the preview.")
@click.option("--frames", default=STANDARD_FRAMES, show_default=True, help="Of the standard job.")
def main(jobs: int, previews: int, frames: int) -> None:
    Console(emoji=False, width=150).print(table(measure(jobs, previews, frames)))


if __name__ == "__main__":
    main()
