"""One order, as the functions of `api.worker.kinds` see it: files to read, a place for what is made of them, and the
renderer's listener.
"""

import dataclasses
import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from api.worker.child.warm import Warm
from api.worker.messages import Frames, Made, Message, Order, Published, Stage, Told, Waited
from api.worker.right_of_way import POLL_S, RightOfWay
from renderer.errors import Cancelled
from renderer.gl.context import Device
from renderer.scene.nodes import Contents

REPEAT_S = 1.0
"""How often the child says again how far it is, while it works on something that takes longer."""

MODEL = "model"
"""The name of the input that is the model; all others are overlays, by their ids."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """What a child keeps open from one order to the next. `open_device` gives the same device each time; `stop` is set
    when the child should end. `weights` are the folders of engines' weights, by the engines' names."""

    open_device: Callable[[], Device]
    cache_dir: Path
    right_of_way: RightOfWay
    warm: Warm = dataclasses.field(default_factory=Warm)
    stop: threading.Event = dataclasses.field(default_factory=threading.Event)
    weights: Mapping[str, Path] = dataclasses.field(default_factory=dict)


class Job:
    """`folder` is empty, for this job alone, and deleted with all that is in it when the job ends. What the kind has to
    say in the end goes into `told`."""

    def __init__(self, bench: Bench, order: Order, report: Callable[[Message], None]) -> None:
        self.bench = bench
        self.order = order
        self.spec = order.spec
        self.folder = Path(order.folder)
        self.told: dict[str, Any] = {}
        self._report = report
        self._posters_left = len(order.variants)
        self._made = itertools.count()
        self._last: Stage | Frames | None = None
        self._said = time.monotonic()

    @property
    def model(self) -> Path:
        return Path(self.order.inputs[MODEL])

    @property
    def images(self) -> Mapping[str, Path]:
        """The files of the overlays, by id."""
        return {name: Path(path) for name, path in self.order.inputs.items() if name != MODEL}

    @property
    def parts(self) -> Sequence[tuple[int, Mapping[str, Path]]]:
        """For each part, in the order of their frames: how many it has, and its files by name."""
        return [
            (part.frame_count, {name: Path(path) for name, path in part.files.items()}) for part in self.order.parts
        ]

    @property
    def run(self) -> range:
        """The frames to draw."""
        return range(self.order.first_frame, self.order.first_frame + self.order.frame_count)

    def store(self, owner: str, name: str, path: Path) -> None:
        """Hands over the file at `path`, in `folder`, as one of the owner's. It is no longer the job's."""
        self._hand_over(owner, name, path)

    def store_part(self, path: Path) -> None:
        """Hands over the file at `path`, in `folder`, for the assembly."""
        self._hand_over(None, path.name, path)

    def store_for_all(self, name: str, path: Path) -> None:
        """Hands over a file to each of the owners. Nothing is written twice."""
        for owner in self.order.variants:
            self.store(owner, name, self.link_for(owner, path))

    def link_for(self, owner: str, path: Path) -> Path:
        """The same file once more, in a folder of the owner."""
        link = self.folder / owner / path.name
        link.parent.mkdir(exist_ok=True)
        os.link(path, link)
        return link

    def _hand_over(self, owner: str | None, name: str, path: Path) -> None:
        # moved at once: a render that fails deletes what it has made, while the parent may not have come to it yet
        made = Path("made", str(next(self._made)), path.name)
        (self.folder / made).parent.mkdir(parents=True)
        path.replace(self.folder / made)
        self._report(Made(owner=owner, name=name, path=str(made)))

    def tell(self, facts: Mapping[str, Any]) -> None:
        self._report(Told(facts=dict(facts)))

    def on_stage(self, stage: str) -> None:
        """Raises Cancelled when the work should stop, as `on_frame` does."""
        self._say(Stage(name=stage))
        self._look_up()

    def on_model(self, contents: Contents) -> None:
        if contents.warnings:
            self.tell({"warnings": list(contents.warnings)})

    def on_frame(self, done: int, total: int) -> None:
        self._say(Frames(done=done))
        self._look_up()

    def on_checkpoint(self) -> None:
        """Says again how far the work is, every REPEAT_S: it goes on. Raises Cancelled, and may be called by any
        thread."""
        self._check()
        if self._last is not None and time.monotonic() - self._said >= REPEAT_S:
            self._say(self._last)

    def on_poster(self, owner: str, poster: Path, poster_full: Path) -> None:
        """When each of the owners has its own, users can fetch them."""
        self.store(owner, "poster", poster)
        self.store(owner, "poster_full", poster_full)
        self._posters_left -= 1
        if self._posters_left == 0:
            self._report(Published())

    def _say(self, report: Stage | Frames) -> None:
        self._last, self._said = report, time.monotonic()
        self._report(report)

    def _look_up(self) -> None:
        self._check()
        if self.order.gives_way and (waited := self.bench.right_of_way.give(self._check)) >= POLL_S:
            self._report(Waited(seconds=waited))

    def _check(self) -> None:
        if self.bench.stop.is_set():
            raise Cancelled("the worker is stopping")
