"""What a job costs, stage by stage. Imports no more than the job does, since imports are among what is measured."""

import dataclasses
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from renderer.scene.nodes import Contents

STANDARD_FRAMES = 180


@dataclasses.dataclass
class Cost:
    """Seconds of wall clock, of this process's CPU, of its finished children's, and of the device's own time."""

    wall: float = 0.0
    cpu: float = 0.0
    children: float = 0.0
    device: float = 0.0


def now() -> Cost:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Cost(time.perf_counter(), own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime)


class Costs(dict[str, Cost]):
    """Costs by name, in the order in which they were first met."""

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        start = now()
        yield
        self.book(name, start)

    def book(self, name: str, start: Cost) -> Cost:
        """Adds what was used since `start`; returns the present moment."""
        end = now()
        cost = self.setdefault(name, Cost())
        cost.wall += end.wall - start.wall
        cost.cpu += end.cpu - start.cpu
        cost.children += end.children - start.children
        return end

    def total(self, *names: str) -> Cost:
        """The sum of `names`, or of all."""
        chosen = [self[name] for name in names or self]
        return Cost(*(sum(getattr(cost, field.name) for cost in chosen) for field in dataclasses.fields(Cost)))


class StageListener:
    """Books the job's own stages."""

    def __init__(self, costs: Costs) -> None:
        self._costs = costs
        self._stage: str | None = None
        self._since = now()

    def on_stage(self, stage: str | None) -> None:
        if self._stage is not None:
            self._costs.book(self._stage, self._since)
        self._stage = stage
        self._since = now()

    def on_model(self, contents: Contents) -> None:
        """Reading the model is a stage of its own."""

    def on_frame(self, done: int, total: int) -> None:
        """Frames are not booked one by one."""

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        """Posters are part of drawing."""
