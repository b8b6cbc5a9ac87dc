"""What three variants of one camera path cost: `python -m tests.benchmarks.batch`.

On white and on black in H.264 and with alpha in ProRes 4444, all in 4K with their web versions and thumbnails, as one
batch orders them: the frames are drawn once. Beside it the dearest of the three alone, and the encoders of the two
others alone, fed with frames that are drawn already. Figures are CPU seconds, of this process and of ffmpeg's.
"""

import dataclasses
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import click
from rich.console import Console

from renderer.frames import ShotRenderer
from renderer.gl.context import Device, open_device
from renderer.render import open_shot, render_video
from renderer.scene.nodes import Contents
from renderer.spec import Backdrop, FrameSpec, VideoVariant, parse_settings, plan_video
from renderer.streams import Encoders, variant_streams
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_most, table
from tests.benchmarks.turntable import Drawn

FRAMES = 12
BOUND = 1.35
COMMAND = "python -m tests.benchmarks.batch"
ORDERS: Mapping[str, Mapping[str, str]] = {
    "pro": {"quality": "pro"},
    "white": {"quality": "4k"},
    "black": {"quality": "4k", "bgColor": "#000000"},
}


class Silent:
    """A listener with nothing to do."""

    def on_stage(self, stage: str) -> None: ...

    def on_model(self, contents: Contents) -> None: ...

    def on_frame(self, done: int, total: int) -> None: ...

    def on_poster(self, variant: str, poster: Path, poster_full: Path) -> None: ...


@dataclasses.dataclass
class Cost:
    """Seconds."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def timed() -> Iterator[Cost]:
    """Filled in at the end of the block."""

    def cpu() -> float:
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime

    cost, wall, used = Cost(), time.perf_counter(), cpu()
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, cpu() - used


class Replay:
    """Gives frames that were drawn before, in place of a `ShotRenderer`."""

    def __init__(self, planes: list[bytes]) -> None:
        self._planes = planes
        self.index = 0

    def start_yuv420(self, _backdrop: Backdrop, _foreground: object) -> Drawn:
        return Drawn(self._planes[self.index])


def encoders_alone(
    model: Path, frames: FrameSpec, variants: Mapping[str, VideoVariant], count: int, device: Device, folder: Path
) -> Cost:
    """The encoders of composited variants."""
    with open_shot(model, frames, device=device, cache_dir=folder / "cache", listener=Silent()) as shot:
        planes = []
        for index in range(count):
            shot.draw(index)
            planes.append(shot.read_yuv420(Backdrop()))
    streams = {
        stream: folder / f"{name}-{stream.file.path}"
        for name, variant in variants.items() for stream in variant_streams(frames, variant).values()
    }  # fmt: skip
    replay = Replay(planes)
    with timed() as cost, Encoders(frames, streams) as encoders:
        for replay.index in range(count):
            encoders.write(cast(ShotRenderer, replay))
        encoders.finish()
    return cost


def measure(count: int = FRAMES) -> list[Row]:
    plans = {name: plan_video(parse_settings(settings)) for name, settings in ORDERS.items()}
    variants = {name: plan.variant for name, plan in plans.items()}
    [frames] = {plan.frames for plan in plans.values()}
    others = {name: variant for name, variant in variants.items() if name != "pro"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, device = standard_model(folder), open_device("auto")

        def render(chosen: Mapping[str, VideoVariant], out: str) -> Cost:
            with timed() as cost:
                render_video(
                    model, frames, chosen, folder / out,
                    device=device, cache_dir=folder / "cache", listener=Silent(), frame_limit=count,
                )  # fmt: skip
            return cost

        encoders = encoders_alone(model, frames, others, count, device, folder)  # and warms what is cached
        alone = render({"pro": variants["pro"]}, "alone")
        together = render(variants, "together")
    ratio = together.cpu / (alone.cpu + encoders.cpu)
    figure = (
        f"CPU of {count} frames: {together.cpu:.1f} s; ProRes alone {alone.cpu:.1f} s, the others' encoders "
        f"{encoders.cpu:.1f} s; {together.cpu / alone.cpu:.2f} times the one"
    )
    return [at_most("three variants, to the dearest and their encodes", figure, ratio, BOUND, COMMAND)]


@click.command()
@click.option("--frames", "count", default=FRAMES, show_default=True, help="Of the path, to draw.")
def main(count: int) -> None:
    Console(emoji=False, width=150).print(table(measure(count)))


if __name__ == "__main__":
    main()
