"""Times training sets, view by view: `python tests/benchmarks/dataset.py --model path.glb --sizes 800,1024,2048`.

The export's own way (one draw with all planes, PNG files by ISA-L in threads beside it) next to a naive loop in
the same run: the model drawn once for colour, once for depth and once for normals, the mask read beside the
colour, and Pillow's default PNG after each draw. Both draw the same samples. The naive loop and the parts alone take
turns, view by view, and the first view is not counted; the export's own way follows, so that other work on the machine
shows as noise between them. The model is our own sample unless one is given.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.console import Console
from rich.table import Table

from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.overview import Overview
from renderer.dataset.planes import encode_view
from renderer.dataset.views import encoded_views
from renderer.gl.context import open_device
from renderer.load import load_model
from renderer.spec.dataset import DatasetSpec


def pillow_png(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def naive_view(renderer: DatasetRenderer, index: int) -> int:
    """Draws for each plane anew, one thing after the other; returns the bytes of the files."""
    color, depth, normals = (renderer.render(index) for _ in range(3))
    pictures = (color.rgb, normals.normals, depth.depth16, depth.depth8, color.mask)
    return sum(len(pillow_png(picture)) for picture in pictures)


def measured(renderer: DatasetRenderer, spec: DatasetSpec, count: int) -> dict[str, float]:
    """Seconds per view of each way and of its parts, and bytes per view."""
    chosen = list(range(0, spec.views, max(1, spec.views // (count + 1))))[: count + 1]
    spent = dict.fromkeys(("naive", "draw", "encode"), 0.0)
    sizes = dict.fromkeys(("ours", "naive"), 0)
    for place, index in enumerate(chosen):
        start = time.perf_counter()
        naive_bytes = naive_view(renderer, index)
        after_naive = time.perf_counter()
        planes = renderer.render(index)
        after_draw = time.perf_counter()
        files = encode_view(planes)
        after_encode = time.perf_counter()
        if place:
            spent["naive"] += after_naive - start
            spent["draw"] += after_draw - after_naive
            spent["encode"] += after_encode - after_draw
            sizes["naive"] += naive_bytes
            sizes["ours"] += sum(map(len, files.values()))
    start = time.perf_counter()
    for _ in encoded_views(renderer, chosen[1:], Overview(spec.views)):
        pass
    spent["ours"] = time.perf_counter() - start
    views = len(chosen) - 1
    return {name: seconds / views for name, seconds in spent.items()} | {
        f"{name} bytes": size / views for name, size in sizes.items()
    }


@click.command()
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: the project's sample model.")
@click.option("--sizes", default="800,1024,2048", show_default=True, help="Pixels of a view's side.")
@click.option("--views", "count", default=8, show_default=True, help="Views to time at each size.")
@click.option("--device", "selector", default="auto", show_default=True, help="As in `python -m renderer`.")
def main(model: Path | None, sizes: str, count: int, selector: str) -> None:
    device = open_device(selector)
    table = Table("size", title_justify="left")
    for heading in ("s/view", "draw alone", "PNG alone", "PNG share", "naive s/view", "times", "MB/view", "naive MB"):
        table.add_column(heading, justify="right")
    with tempfile.TemporaryDirectory() as name:
        if model is None:
            model = Path(name) / "sample.glb"
            subprocess.run([sys.executable, "-m", "renderer.samples", str(model)], check=True)
        scene = load_model(model)
        for size in map(int, sizes.split(",")):
            spec = DatasetSpec(views=100, size=size, coverage="sphere")
            with DatasetRenderer(device, scene, spec, cache_dir=Path(name)) as renderer:
                found = measured(renderer, spec, count)
            share = found["encode"] / (found["draw"] + found["encode"])
            table.add_row(
                str(size), f"{found['ours']:.3f}", f"{found['draw']:.3f}", f"{found['encode']:.3f}", f"{share:.0%}",
                f"{found['naive']:.3f}", f"{found['naive'] / found['ours']:.1f}",
                f"{found['ours bytes'] / 1e6:.2f}", f"{found['naive bytes'] / 1e6:.2f}",
            )
    console = Console()
    console.print(f"{model.name}, {device.name}, {os.cpu_count()} cores")
    console.print(table)


if __name__ == "__main__":
    main()
