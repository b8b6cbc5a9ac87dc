"""Times training sets, view by view: `python -m tests.benchmarks.dataset --model path.glb --sizes 800,1024,2048`.

The export's own way (one draw with all planes, PNG files by ISA-L in threads beside it) next to a naive loop in the
same run: the model drawn once for colour, once for depth and once for normals, the mask read beside the colour, and
Pillow's default PNG after each draw. Both draw the same samples by the same shader, and both ways have what the device
makes of them for nothing: naive code would pack depth and masks on the processor. Blocks of views take turns, so that
other work on the machine shows in both; then come the parts alone. The model is our own sample unless one is given.
"""

import dataclasses
import io
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.console import Console
from rich.table import Table

from renderer.cores import usable_cores
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.overview import Overview
from renderer.dataset.planes import encode_view
from renderer.dataset.views import encoded_views
from renderer.gl.context import open_device
from renderer.load import load_model
from renderer.samples import write_sample
from renderer.spec.dataset import DatasetSpec
from tests.benchmarks.rows import Row, at_least

SIZES = (800, 1024, 2048)
BLOCKS = 2
FASTER = 3.0
"""Than the naive loop, at every size: the goal."""


@dataclasses.dataclass(frozen=True, slots=True)
class Times:
    """Per view: wall seconds of both ways, CPU seconds of drawing and of PNG files alone, and the files' bytes."""

    size: int
    ours: float
    naive: float
    draw: float
    png: float
    our_bytes: float
    naive_bytes: float

    @property
    def faster(self) -> float:
        return self.naive / self.ours

    @property
    def png_share(self) -> float:
        return self.png / (self.png + self.draw)


def pillow_png(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def naive_view(renderer: DatasetRenderer, index: int) -> int:
    """Draws for each plane anew, one thing after the other; returns the bytes of the files."""
    color = renderer.render(index)
    written = len(pillow_png(color.rgb)) + len(pillow_png(color.mask))
    depth = renderer.render(index)
    written += len(pillow_png(depth.depth16)) + len(pillow_png(depth.depth8))
    return written + len(pillow_png(renderer.render(index).normals))


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def timed(renderer: DatasetRenderer, views: Sequence[int]) -> Times:
    spec = renderer.layout.spec
    ours = naive = draw = png = 0.0
    our_bytes = naive_bytes = 0
    for block in np.array_split(np.array(views), BLOCKS):
        start = time.perf_counter()
        naive_bytes += sum(naive_view(renderer, int(index)) for index in block)
        between = time.perf_counter()
        for encoded in encoded_views(renderer, [int(index) for index in block], Overview(spec.views)):
            our_bytes += sum(map(len, encoded.files.values()))
        naive, ours = naive + between - start, ours + time.perf_counter() - between
    for index in views:
        start = cpu()
        planes = renderer.render(index)
        between = cpu()
        encode_view(planes)
        draw, png = draw + between - start, png + cpu() - between
    count = len(views)
    return Times(spec.size, ours / count, naive / count, draw / count, png / count, our_bytes / count,
                 naive_bytes / count)


def times(model: Path | None, sizes: Sequence[int], count: int, selector: str) -> Iterator[Times]:
    """Of `count` views, all around the model, at each of `sizes`."""
    with tempfile.TemporaryDirectory() as name:
        if model is None:
            model = Path(name) / "sample.glb"
            write_sample(model)
        device, scene = open_device(selector), load_model(model)
        for size in sizes:
            spec = DatasetSpec(views=100, size=size, coverage="sphere")
            with DatasetRenderer(device, scene, spec, cache_dir=Path(name)) as renderer:
                renderer.render(0)  # programs are compiled
                yield timed(renderer, [round(index) for index in np.linspace(1, spec.views - 1, count)])


def measure() -> list[Row]:
    """Each size of the tiers against the naive loop."""
    return [
        at_least(
            f"training set, {found.size} pixels: against the naive loop",
            f"{found.ours:.3f} s/view, naive {found.naive:.3f}; PNG {found.png_share:.0%} of the CPU",
            found.faster, FASTER, f"python -m tests.benchmarks.dataset --sizes {found.size}",
        )
        for found in times(None, SIZES, 8, "auto")
    ]


@click.command()
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: the project's sample model.")
@click.option("--sizes", default=",".join(map(str, SIZES)), show_default=True, help="Pixels of a view's side.")
@click.option("--views", "count", default=8, show_default=True, help="Views to time at each size.")
@click.option("--device", "selector", default="auto", show_default=True, help="As in `python -m renderer`.")
def main(model: Path | None, sizes: str, count: int, selector: str) -> None:
    table = Table("size", title=f"{model.name if model else 'the sample'}, {count} views, {usable_cores()} cores")
    for heading in ("s/view", "naive", "times", "draw CPU s", "PNG CPU s", "PNG share", "MB/view", "naive MB"):
        table.add_column(heading, justify="right")
    for found in times(model, [int(size) for size in sizes.split(",")], count, selector):
        table.add_row(
            str(found.size), f"{found.ours:.3f}", f"{found.naive:.3f}", f"{found.faster:.1f}", f"{found.draw:.3f}",
            f"{found.png:.3f}", f"{found.png_share:.0%}", f"{found.our_bytes / 1e6:.2f}",
            f"{found.naive_bytes / 1e6:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
