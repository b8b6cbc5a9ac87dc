"""Times the standard job, stage by stage: `python -m tests.benchmarks.turntable --model path.glb`.

180 frames of 960x540 with true 2x2 supersampling, easing, image-based light, ground shadow and white background, to
H.264. First the job as a user gets it, with nothing cached; then its parts alone, each brought to a full stop before
the next: what the job would cost if nothing overlapped. The model is the standard one unless another is given.

CPU counts this process and its children; the system tells a child's only when it ends, so all of ffmpeg's stands under
"encoding", although most of it is spent while frames are drawn. The device's own time is measured for the parts alone.
"""

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import cast

import click
from rich.console import Console
from rich.table import Table

from renderer.cores import usable_cores
from renderer.frames import ShotRenderer
from renderer.gl.context import Device, open_device
from renderer.load import load_model
from renderer.render import render_video
from renderer.spec import Backdrop, Foreground, VideoPlan, parse_settings, plan_video
from renderer.streams import Encoders, Layers, variant_streams
from tests.benchmarks.costs import STANDARD_FRAMES, Costs, StageListener, now
from tests.benchmarks.device_time import device_time
from tests.benchmarks.model import standard_model
from tests.benchmarks.process import AS_INSTALLED


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """The bytes of a frame, ready to be read."""

    planes: bytes

    def read(self) -> bytes:
        return self.planes


class _Recorded:
    """A frame that a shot has drawn before, in its place."""

    def __init__(self, planes: dict[Layers, bytes]) -> None:
        self._planes = planes

    def start_yuv420(self, backdrop: Backdrop, foreground: Foreground | None = None) -> Drawn:
        return Drawn(self._planes[backdrop, foreground])

    def start_yuva444(self, foreground: Foreground | None = None) -> Drawn:
        return Drawn(self._planes[None, foreground])


def whole_job(model: Path, plan: VideoPlan, count: int, selector: str, folder: Path) -> tuple[Costs, Device]:
    """The job as a user gets it, from the start of Python on."""
    costs = Costs()
    with costs.measure("start-up"):
        subprocess.run([sys.executable, "-c", "import renderer.cli"], env=os.environ | AS_INSTALLED, check=True)
    with costs.measure("device"):
        device = open_device(selector)
    costs.update(job_here(model, plan, count, device, folder))
    return costs, device


def job_here(model: Path, plan: VideoPlan, count: int, device: Device, folder: Path) -> Costs:
    """The job's stages as a worker gets it, into `folder`/job; its caches are in `folder`/cache."""
    costs = Costs()
    listener = StageListener(costs)
    render_video(
        model, plan.frames, {"job": plan.variant}, folder,
        device=device, cache_dir=folder / "cache", listener=listener, frame_limit=count,
    )
    listener.on_stage(None)
    return costs


def parts_alone(model: Path, plan: VideoPlan, count: int, device: Device, folder: Path) -> Costs:
    """The same work with no overlap. The prefiltered environment is cached by now, as in a warm worker."""
    costs = Costs()
    with costs.measure("loading"):
        scene = load_model(model)
    streams = variant_streams(plan.frames, plan.variant).values()
    layers = dict.fromkeys(stream.layers for stream in streams)
    recorded = []
    start = now()
    with ShotRenderer(device, scene, plan.frames, cache_dir=folder / "cache") as shot:
        costs.book("lighting (warm)", start)
        for index in range(count):
            with costs.measure("draw"), device_time(device) as drawn:
                shot.draw(index)
                device.ctx.finish()
            costs["draw"].device += drawn.seconds
            with costs.measure("resolve + read"), device_time(device) as read:
                recorded.append(_Recorded({
                    (backdrop, foreground): shot.read_yuva444(foreground) if backdrop is None
                    else shot.read_yuv420(backdrop, foreground)
                    for backdrop, foreground in layers
                }))
            costs["resolve + read"].device += read.seconds
    files = {stream: folder / stream.file.path for stream in streams}
    with costs.measure("encode"), Encoders(plan.frames, files) as encoders:
        for frame in recorded:
            encoders.write(cast(ShotRenderer, frame))
        encoders.finish()
    return costs


@click.command()
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: that of the standard job.")
@click.option("--frames", "count", default=STANDARD_FRAMES, show_default=True, help="Frames of the path to draw.")
@click.option("--device", "selector", default="auto", show_default=True, help="As in `python -m renderer`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def main(model: Path | None, count: int, selector: str, as_json: bool) -> None:
    plan = plan_video(parse_settings({}))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = model or standard_model(folder)
        job, device = whole_job(model, plan, count, selector, folder)
        sizes = {path.name: path.stat().st_size for path in sorted((folder / "job").iterdir())}
        parts = parts_alone(model, plan, count, device, folder)
    if as_json:
        report = {
            "model": model.name, "device": device.name, "cores": usable_cores(), "frames": count, "bytes": sizes,
            "job": {name: dataclasses.asdict(cost) for name, cost in job.items()},
            "parts": {name: dataclasses.asdict(cost) for name, cost in parts.items()},
        }
        click.echo(json.dumps(report, indent=1))
        return
    console = Console()
    console.print(f"{model.name}, {count} frames, {device.name}, {usable_cores()} cores")
    console.print(_table("The whole job", job, count))
    console.print(_table("Its parts alone", parts, count))
    console.print(", ".join(f"{name} {size / 1000:.0f} kB" for name, size in sizes.items()))


def _table(title: str, costs: Costs, count: int) -> Table:
    table = Table("stage", title=title, title_justify="left")
    for heading in ("wall s", "CPU s", "children", "wall ms/frame", "CPU ms/frame", "device ms/frame"):
        table.add_column(heading, justify="right")
    for name, cost in [*costs.items(), ("together", costs.total())]:
        cpu = cost.cpu + cost.children
        figures = (cost.wall, cpu, cost.children, *(1000 * each / count for each in (cost.wall, cpu, cost.device)))
        shown = (f"{figure:.2f}" if figure else "" for figure in figures)
        table.add_row(name, *shown, end_section=name == list(costs)[-1])
    return table


if __name__ == "__main__":
    main()
