"""What a person at a terminal sees of a render: a bar on stderr. For logs there are the lines of `renderer.cli`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from renderer.scene.nodes import Contents


@contextlib.contextmanager
def progress_bar() -> Iterator["ProgressBar"]:
    """The bar is gone when the block ends."""
    with Progress(
        TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as progress:
        yield ProgressBar(progress)


class ProgressBar:
    """A `renderer.render.Listener`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def on_stage(self, stage: str) -> None:
        self._progress.update(self._task, description=stage)

    def on_model(self, contents: Contents) -> None:
        for warning in contents.warnings:
            self._progress.console.print(f"Warning: {warning}", markup=False, highlight=False)

    def on_frame(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None:
        """Only the video is delivered."""
