"""Models and pictures of sixty prompts, without a network or weights: `python -m tests.benchmarks.prompts`.

`--sheet FILE` also makes a contact sheet of the pictures (WebP), for people to judge what can be recognised. `--only
tuned` leaves out the prompts that are kept aside until the words and the shapes are final.
"""

import contextlib
import io
import statistics
import tempfile
import textwrap
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from PIL import Image, ImageDraw, ImageFont

from renderer.generate.procedural import ProceduralEngine
from renderer.generate.protocols import Context, MeshOptions
from renderer.gl.context import open_device
from tests.benchmarks.rows import Row, at_most, measured
from tests.renderer.generate.prompts import KEPT_ASIDE, PROMPTS, TUNED

COMMAND = "python -m tests.benchmarks.prompts"

SIZE = 1024
"""Pixels a side of a picture, as the Grok surface orders them."""

MOST_SECONDS = 4.0
"""For a picture, of 19 in 20 prompts."""

SEED = 1
ENGINE = ProceduralEngine()

CELL, CAPTION, COLUMNS, QUALITY = 240, 44, 10, 78
"""Of the sheet: pixels of a cell and of the text below it, how many stand in a row, and WebP's quality."""


def made(prompts: Sequence[str], size: int) -> tuple[list[Image.Image], list[float]]:
    """The pictures, and how long each took in seconds."""
    pictures, times = [], []
    with context() as there:
        ENGINE.picture(prompts[0], SEED, size, there)  # the light is made once
        for prompt in prompts:
            began = time.perf_counter()
            found = ENGINE.picture(prompt, SEED, size, there)
            times.append(time.perf_counter() - began)
            with Image.open(io.BytesIO(found.jpeg)) as picture:
                pictures.append(picture.convert("RGB"))
    return pictures, times


def mesh_times(prompts: Sequence[str]) -> list[float]:
    times = []
    with context() as there:
        for prompt in prompts:
            began = time.perf_counter()
            ENGINE.mesh_of_text(prompt, MeshOptions(SEED), there)
            times.append(time.perf_counter() - began)
    return times


@contextlib.contextmanager
def context() -> Iterator[Context]:
    with tempfile.TemporaryDirectory() as folder:
        yield Context(Path(folder), lambda: open_device("auto"), Path(folder))


def sheet(pictures: Sequence[Image.Image], prompts: Sequence[str]) -> Image.Image:
    """In rows, each over its prompt; those that were kept aside in blue."""
    rows = -(-len(pictures) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * CELL, rows * (CELL + CAPTION)), "white")
    drawing, font = ImageDraw.Draw(page), _font()
    for index, (picture, prompt) in enumerate(zip(pictures, prompts, strict=True)):
        x, y = index % COLUMNS * CELL, index // COLUMNS * (CELL + CAPTION)
        page.paste(picture.resize((CELL, CELL), Image.Resampling.LANCZOS), (x, y))
        text = "\n".join(textwrap.wrap(prompt, 36, max_lines=3, placeholder=" ..."))
        drawing.text((x + 5, y + CELL + 2), text, fill="#1040a0" if prompt in KEPT_ASIDE else "black", font=font)
    return page


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """One that has Cyrillic letters, where there is one."""
    with contextlib.suppress(OSError):
        return ImageFont.truetype("DejaVuSans.ttf", 11)
    return ImageFont.load_default(11)


def measure(prompts: Sequence[str] = PROMPTS) -> list[Row]:
    pictures, meshes = made(prompts, SIZE)[1], mesh_times(prompts)
    slowest = statistics.quantiles(pictures, n=20)[-1]
    figure = f"{statistics.median(pictures):.1f} s, 19 of 20 within {slowest:.1f} s"
    return [
        at_most(f"a picture of a prompt, {SIZE} x {SIZE}", figure, slowest, MOST_SECONDS, COMMAND),
        measured("a model of a prompt", f"{statistics.median(meshes):.1f} s, at most {max(meshes):.1f} s", COMMAND),
    ]


@click.command()
@click.option("--sheet", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where to put a contact sheet.")
@click.option("--only", type=click.Choice(("all", "tuned", "kept")), default="all", show_default=True)
def main(file: Path | None, only: str) -> None:
    prompts = {"all": PROMPTS, "tuned": TUNED, "kept": KEPT_ASIDE}[only]
    if file is not None:
        sheet(made(prompts, CELL)[0], prompts).save(file, quality=QUALITY)
        return
    for row in measure(prompts):
        click.echo(f"{row.goal}: {row.figure}; {row.ratio} {row.target}")


if __name__ == "__main__":
    main()
