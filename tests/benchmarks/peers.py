"""Times the standard job beside other renderers: `python -m tests.benchmarks.peers --against 'NAME=TIMES=COMMAND'`.

COMMAND does the same job its own way: a turntable of {model} in {frames} frames of 960x540, seen by {camera} (a JSON
file that same_camera.py describes), with {samples} x {samples} samples per pixel, written as an MP4 into the folder
{out}. TIMES is how many times faster ours is to be. Ours runs before, between and after the others, each as a whole
process that finds the light and the shadow which a first one has kept, as a worker's second render of a model does;
compare figures of one run only. Where a command takes {samples}, the pictures are compared too: each renderer's SSIM
(ffmpeg's, over all planes) to its own video from 4 x 4 samples.
"""

import dataclasses
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from renderer.gl.sampling import SUPERSAMPLING
from tests.benchmarks import process, rows
from tests.benchmarks.costs import STANDARD_FRAMES
from tests.benchmarks.model import standard_model
from tests.benchmarks.rows import Row, at_least, measured
from tests.benchmarks.same_camera import write_camera

MANY_SAMPLES = 4
COMPARED_FRAMES = 12
"""Around the model, to compare pictures by."""

OURS = f"{sys.executable} -m tests.benchmarks.same_camera --model {{model}} --camera {{camera}} --out {{out}} " \
       "--frames {frames} --samples {samples} --cache {cache}"
COMMAND = "python -m tests.benchmarks.peers --against 'NAME=TIMES=COMMAND'"


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """Another renderer. `times` is how many times faster ours is to be."""

    name: str
    times: float
    command: str

    @classmethod
    def parse(cls, text: str) -> "Peer":
        """From NAME=TIMES=COMMAND."""
        try:
            name, times, command = text.split("=", 2)
            return cls(name, float(times), command)
        except ValueError as error:
            raise click.BadParameter(f'"{text}" is not NAME=TIMES=COMMAND') from error


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """What every renderer is given."""

    model: Path
    camera: Path
    cache: Path

    def run(self, command: str, out: Path, frames: int, samples: int = SUPERSAMPLING) -> process.Used:
        """Fills in `command` and runs it; its video is then in `out`, which is made."""
        out.mkdir()
        given: dict[str, object] = {
            "model": self.model, "camera": self.camera, "out": out, "frames": frames, "samples": samples,
            "cache": self.cache,
        }
        return process.run([part.format(**given) for part in shlex.split(command)])

    def likeness(self, command: str, folder: Path) -> float:
        """SSIM of the renderer's usual video to its video from many samples; `folder` is made."""
        folder.mkdir()
        videos = []
        for samples in (SUPERSAMPLING, MANY_SAMPLES):
            out = folder / str(samples)
            self.run(command, out, COMPARED_FRAMES, samples)
            videos += list(out.glob("*.mp4"))
        return ssim(*videos)


def ssim(video: Path, reference: Path) -> float:
    """Mean structural similarity of two videos of one size, over all planes."""
    inputs = ["-i", str(video), "-i", str(reference)]
    command = ["ffmpeg", "-hide_banner", "-nostdin", *inputs, "-lavfi", "ssim", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = re.search(r"SSIM .*All:([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"ffmpeg said no SSIM: {said[-1000:]}")
    return float(found[1])


def measure(peers: Sequence[Peer] = (), model: Path | None = None, frames: int = STANDARD_FRAMES) -> list[Row]:
    """How many times faster than each of `peers` the standard job is, and whether it looks as good."""
    if not peers:
        return [measured("standard job against other renderers", "not measured: no other renderer was named", COMMAND)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = model or standard_model(folder)
        job = Job(model, folder / "camera.json", folder / "cache")
        job.cache.mkdir()
        write_camera(model, job.camera)
        first = job.run(OURS, folder / "first", frames)
        ours = [job.run(OURS, folder / "ours", frames)]
        theirs = []
        for place, peer in enumerate(peers):
            theirs.append(job.run(peer.command, folder / f"peer{place}", frames))
            ours.append(job.run(OURS, folder / f"ours{place}", frames))
        wall = statistics.median(used.wall_s for used in ours)
        found = [
            at_least(
                f"standard job against {peer.name}, whole process, wall clock",
                f"ours {wall:.1f} s ({min(one.wall_s for one in ours):.1f} to {max(one.wall_s for one in ours):.1f}), "
                f"{first.wall_s:.1f} s with nothing kept, theirs {used.wall_s:.1f} s", used.wall_s / wall, peer.times,
                COMMAND,
            )
            for peer, used in zip(peers, theirs, strict=True)
        ]
        compared = [(place, peer) for place, peer in enumerate(peers) if "{samples}" in peer.command]
        our_likeness = job.likeness(OURS, folder / "likeness") if compared else 0.0
        for place, peer in compared:
            their_likeness = job.likeness(peer.command, folder / f"likeness{place}")
            found.append(at_least(
                f"SSIM to 4x4 samples against {peer.name}'s to its own",
                f"ours {our_likeness:.5f}, theirs {their_likeness:.5f}", our_likeness / their_likeness, 1.0, COMMAND,
            ))
    return found


@click.command()
@click.option("--against", "texts", multiple=True, required=True, metavar="NAME=TIMES=COMMAND")
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: that of the standard job.")
@click.option("--frames", default=STANDARD_FRAMES, show_default=True)
def main(texts: tuple[str, ...], model: Path | None, frames: int) -> None:
    Console(emoji=False, width=160).print(rows.table(measure([Peer.parse(text) for text in texts], model, frames)))


if __name__ == "__main__":
    main()
