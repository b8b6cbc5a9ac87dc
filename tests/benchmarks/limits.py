"""Times renders against the machine's limit: `python -m tests.benchmarks.limits`.

The limit is what the same frames would take if drawing (with reading) and encoding, each alone, kept every core busy
and there were nothing else to do: (CPU seconds to draw + CPU seconds to encode) / cores. A GPU draws beside the cores:
there it is the longer of what the GPU takes to draw and convert all frames and what the encoder takes for them, each
alone. It is measured in the same process right after the render. The whole job adds Python's start, loading, light and
shadows, and checking the files.
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from renderer.cores import usable_cores
from renderer.gl.context import Device, open_device
from renderer.spec import VideoPlan, parse_settings, plan_video
from tests.benchmarks import process, rows
from tests.benchmarks.costs import STANDARD_FRAMES
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_most
from tests.benchmarks.turntable import job_here, parts_alone

WHOLE_JOB = 1.15
PER_FRAME = 1.25
PEAK_4K_GIB = 2.0
FRAMES = {"standard": 36, "4k": 16, "pro": 10}
"""Of each larger tier: enough for the encoder to fill its lookahead, few enough to hold uncompressed in memory."""

WARM_JOBS = 3

MEMORY_FRAMES = 32
"""In 4K: by then the encoder holds as many frames as it ever will."""

COMMAND = "python -m tests.benchmarks.limits"


@dataclasses.dataclass(frozen=True, slots=True)
class Against:
    """Seconds per frame: of a render's drawing and encoding, and of the limit's two parts.

    In software the parts are CPU time over all cores, and add up; with a GPU each is its own time, and they overlap.
    """

    taken: float
    draw: float
    encode: float
    software: bool

    @property
    def limit(self) -> float:
        return self.draw + self.encode if self.software else max(self.draw, self.encode)

    @property
    def figure(self) -> str:
        return f"{self.taken:.3f} s/frame; limit {self.limit:.3f} (draw {self.draw:.3f}, encode {self.encode:.3f})"


def against_limit(model: Path, plan: VideoPlan, count: int, device: Device) -> Against:
    """A render of `count` frames in this process, with light and shadow cached, and its limit."""
    cores = usable_cores()
    with tempfile.TemporaryDirectory() as name:
        job_here(model, plan, 1, device, Path(name))  # fills the caches, compiles the programs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        job = job_here(model, plan, count, device, folder)
        parts = parts_alone(model, plan, count, device, folder)
    draw, encode = parts.total("draw", "resolve + read"), parts["encode"]
    taken = job.total("drawing", "encoding").wall / count
    if not device.software:
        return Against(taken, draw.device / count, encode.wall / count, software=False)
    drawn, encoded = ((part.cpu + part.children) / cores / count for part in (draw, encode))
    return Against(taken, drawn, encoded, software=True)


def whole_job(
    model: Path, folder: Path, settings: str = "{}", frames: int = STANDARD_FRAMES, *, watched: bool = False
) -> process.Used:
    """`python -m renderer` from its start to the finished file; light and shadow are cached in `folder`."""
    command = [sys.executable, "-m", "renderer", str(model), "-o", str(folder / "out.mp4")]
    return process.run(
        [*command, "--settings", settings, "--frames", str(frames)], {"XDG_CACHE_HOME": str(folder / "cache")},
        watched=watched,
    )


def measure(model: Path | None = None) -> list[Row]:
    """The whole standard job, each larger tier, and the memory of a render in 4K."""
    found = []
    device = open_device("auto")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = model or standard_model(folder)
        cold = whole_job(model, folder)
        warm = sorted((whole_job(model, folder) for _ in range(WARM_JOBS)), key=lambda used: used.wall_s)
        jobs = {"nothing cached": cold, "light and shadow cached": warm[WARM_JOBS // 2]}
        limit = against_limit(model, plan_video(parse_settings({})), STANDARD_FRAMES, device)
        for caches, used in jobs.items():
            found.append(at_most(
                f"standard job, whole process, {caches}: against the limit",
                f"{used.wall_s:.1f} s wall, {used.cpu_s:.1f} s CPU; limit {limit.limit * STANDARD_FRAMES:.1f} s",
                used.wall_s / (limit.limit * STANDARD_FRAMES), WHOLE_JOB, COMMAND,
            ))
        found.append(at_most("share: time per frame against the limit", limit.figure, limit.taken / limit.limit,
                             PER_FRAME, COMMAND))
        for quality, count in FRAMES.items():
            tier = against_limit(model, plan_video(parse_settings({"quality": quality})), count, device)
            found.append(at_most(f"{quality}: time per frame against the limit", tier.figure, tier.taken / tier.limit,
                                 PER_FRAME, COMMAND))
        used = whole_job(model, folder, '{"quality": "4k"}', MEMORY_FRAMES, watched=True)
        gib = used.peak_bytes / 2**30
        found.append(at_most("4k: peak memory, encoder included", f"{gib:.2f} GiB", gib, PEAK_4K_GIB, COMMAND))
    return found


@click.command()
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: that of the standard job.")
def main(model: Path | None) -> None:
    Console(emoji=False, width=160).print(rows.table(measure(model)))


if __name__ == "__main__":
    main()
