"""Contact sheets to look at: python -m tests.render.sheets OUT [MODEL ...]

The sample model in every effect, light and tone mapping (the pictures of renderer/README.md), or, where models are
named, each of them from the front right in one sheet.
"""

import argparse
import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from renderer.arrays import UInt8
from renderer.frames import ShotRenderer
from renderer.gl.context import Device, open_device
from renderer.load import load_model
from renderer.samples import write_sample
from renderer.spec import SETTINGS, parse_settings, plan_video

MOMENTS = (0.0, 0.25, 0.5, 0.75, 1.0)
SMALLER = 3
LABEL = 16
"""Pixels above each frame, for its name."""


def frames(
    device: Device, cache: Path, model: Path, settings: Mapping[str, Any], moments: Sequence[float]
) -> list[UInt8]:
    plan = plan_video(parse_settings({"length": 3, **settings}))
    spec = dataclasses.replace(
        plan.frames, width=plan.frames.width // SMALLER, height=plan.frames.height // SMALLER)
    shown = []
    with ShotRenderer(device, load_model(model), spec, cache_dir=cache) as shot:
        for moment in moments:
            shot.draw(round(moment * (spec.frame_count - 1)))
            shown.append(shot.read_rgb(plan.variant.backdrop))
    return shown


def sheet(cells: Sequence[tuple[str, UInt8]], columns: int) -> Image.Image:
    """Frames of one size in rows, each under its name."""
    height, width = cells[0][1].shape[:2]
    rows = -(-len(cells) // columns)
    page = Image.new("RGB", (columns * width, rows * (height + LABEL)), "white")
    drawing = ImageDraw.Draw(page)
    for index, (name, frame) in enumerate(cells):
        x, y = index % columns * width, index // columns * (height + LABEL)
        page.paste(Image.fromarray(frame), (x, y + LABEL))
        drawing.text((x + 4, y + 2), name, fill="black")
    return page


def choices(name: str) -> tuple[str, ...]:
    return next(row.choices for row in SETTINGS if row.name == name)


def of_sample(device: Device, cache: Path, model: Path, out: Path) -> None:
    """effects.webp and looks.webp."""
    cells = []
    for effect in choices("effect"):
        if effect != "dataset":
            strip = frames(device, cache, model, {"effect": effect}, MOMENTS)
            cells += [(f"{effect}, {moment:.0%}", frame) for moment, frame in zip(MOMENTS, strip, strict=True)]
    sheet(cells, len(MOMENTS)).save(out / "effects.webp", quality=85, method=6)
    looks: list[tuple[str, dict[str, Any]]] = [(f"lighting {name}", {"lighting": name}) for name in choices("lighting")]
    looks += [(f"tone_mapping {name}", {"tone_mapping": name}) for name in choices("tone_mapping")]
    looks += [
        ("shadows off", {"shadows": False}), ("reflector", {"reflector": True}),
        ("vignette 0.7, bg_color", {"vignette": 0.7, "bg_color": "#c8b49a"}), ("zoom 0.7", {"zoom": 0.7}),
    ]
    angle = {"rotate_y": 30}
    cells = [(name, frames(device, cache, model, {**angle, **chosen}, (0.0,))[0]) for name, chosen in looks]
    sheet(cells, len(choices("lighting"))).save(out / "looks.webp", quality=85, method=6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", type=Path, nargs="*")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    device = open_device("software")
    with tempfile.TemporaryDirectory() as folder:
        if options.models:
            cells = [(model.stem, frames(device, Path(folder), model, {"rotate_y": 25, "aspect": "1:1"}, (0.0,))[0])
                     for model in options.models]
            sheet(cells, 6).save(options.out / "models.webp", quality=90)
        else:
            model = Path(folder) / "record-player.glb"
            write_sample(model)
            of_sample(device, Path(folder), model, options.out)


if __name__ == "__main__":
    main()
