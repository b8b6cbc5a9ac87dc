"""Models and pictures of sixty prompts, without a network or weights: `python -m tests.benchmarks.prompts`.

`--sheet FILE` also makes a contact sheet of the pictures (WebP), for people to judge what can be recognised. `--only
tuned` leaves out the prompts that are kept aside until the words and the shapes are final.
"""

import statistics
import tempfile
import textwrap
import time
from collections.abc import Sequence
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

CELL, CAPTION, COLUMNS = 240, 44, 10
"""Pixels of a cell and of the text below it, and how many stand in a row."""


def made(prompts: Sequence[str], size: int) -> tuple[list[Image.Image], list[float], list[float]]:
    """The pictures, and how long they and the models took in seconds."""
    engine, pictures = ProceduralEngine(), []
    picture_times, mesh_times = [], []
    with tempfile.TemporaryDirectory() as folder:
        context = Context(Path(folder), lambda: open_device("auto"), Path(folder))
        engine.picture(prompts[0], SEED, size, context)  # the light is made once
        for prompt in prompts:
            began = time.perf_counter()
            found = engine.picture(prompt, SEED, size, context)
            picture_times.append(time.perf_counter() - began)
            path = Path(folder) / "picture.jpg"
            path.write_bytes(found.jpeg)
            pictures.append(Image.open(path).convert("RGB"))
            began = time.perf_counter()
            engine.mesh_of_text(prompt, MeshOptions(SEED), context)
            mesh_times.append(time.perf_counter() - began)
    return pictures, picture_times, mesh_times


def sheet(pictures: Sequence[Image.Image], prompts: Sequence[str]) -> Image.Image:
    """In rows, each over its prompt; those that were kept aside in blue."""
    rows = -(-len(pictures) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * CELL, rows * (CELL + CAPTION)), "white")
    drawing, font = ImageDraw.Draw(page), ImageFont.load_default(11)
    for index, (picture, prompt) in enumerate(zip(pictures, prompts, strict=True)):
        x, y = index % COLUMNS * CELL, index // COLUMNS * (CELL + CAPTION)
        page.paste(picture.resize((CELL, CELL), Image.Resampling.LANCZOS), (x, y))
        text = "\n".join(textwrap.wrap(prompt, 40, max_lines=3, placeholder=" ..."))
        drawing.text((x + 5, y + CELL + 2), text, fill="#1040a0" if prompt in KEPT_ASIDE else "black", font=font)
    return page


def measure(prompts: Sequence[str] = PROMPTS) -> list[Row]:
    _, pictures, meshes = made(prompts, SIZE)
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
        sheet(made(prompts, CELL)[0], prompts).save(file, quality=80)
        return
    for row in measure(prompts):
        click.echo(f"{row.goal}: {row.figure}; {row.ratio} {row.target}")


if __name__ == "__main__":
    main()
