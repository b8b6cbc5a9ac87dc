"""Where a frame's time goes: `python -m tests.benchmarks.shares -o tests/benchmarks/stages.svg`.

CPU seconds of the standard job's frames, with all its parts and with one of them knocked out at a time: a function of
the material's shader gives a constant instead. All ways draw the same frames in turn, on one thread (Mesa's
LP_NUM_THREADS=0), and the least time of each frame counts, since other work on the machine only ever adds. What a part
costs is the difference; the parts overlap in the processor, so the differences do not add up to the whole, and the
rest, which is what is left, can be less than nothing. Encoding is ffmpeg's own CPU time.
"""

import contextlib
import dataclasses
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

import click
import moderngl
import numpy as np
from rich.console import Console
from rich.table import Table

from renderer.frames import ShotRenderer
from renderer.gl.context import Device, open_device
from renderer.gl.programs import Programs
from renderer.load import load_model
from renderer.scene.nodes import Scene
from renderer.spec import FrameSpec, VideoPlan, parse_settings, plan_video
from tests.benchmarks.costs import STANDARD_FRAMES
from tests.benchmarks.model import standard_model
from tests.benchmarks.turntable import parts_alone

ANGLES = 4
"""Frames, evenly spread over the path."""
ROUNDS = 12
KNOCKED_OUT = {
    "light of the key: 8 shadow maps a sample": ("shadowed_irradiance", "return vec3(0.5);"),
    "reflected light: trilinear, 16-bit floats": ("specular_light", "return vec3(0.5);"),
    "light that the floor blocks": ("floor_blocked", "return 0.0;"),
    "light from all around: spherical harmonics": ("ambient_irradiance", "return vec3(0.5);"),
}
"""By what it stands for: a function of the shader, and the body that it gets instead."""

NO_SHADING = "vertices, rasterising, storing, clearing"
NO_MAPS = "textures of the material"


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """A part of a frame and its CPU milliseconds."""

    name: str
    milliseconds: float


def without(function: str, body: str, text: str) -> str:
    """GLSL with the body of one function replaced. Raises LookupError where there is no such function."""
    pattern = rf"^(\w+ {function}\([^)]*\)) \{{.*?^\}}"
    text, found = re.subn(pattern, rf"\1 {{ {body} }}", text, flags=re.MULTILINE | re.DOTALL)
    if not found:
        raise LookupError(f"the shader has no function {function}")
    return text


Change = Callable[[str, Mapping[str, str]], tuple[str, Mapping[str, str]]]
"""Takes a fragment shader and its defines to others."""


def _changes() -> dict[str, Change]:
    """What is knocked out, by its name."""
    def knock(function: str, body: str) -> Change:
        return lambda text, defines: (without(function, body, text), defines)

    def no_maps(text: str, defines: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
        reads = re.sub(r"READ\([^;]*\);", "vec4(0.5);", defines.get("READ_MAPS", ""))
        return text, {**defines, "READ_MAPS": reads}

    return {
        "": lambda text, defines: (text, defines),
        NO_SHADING: knock("main", "out_color = vec4(1.0);"),
        NO_MAPS: no_maps,
        **{name: knock(*change) for name, change in KNOCKED_OUT.items()},
    }


@contextlib.contextmanager
def _changed(change: Change) -> Iterator[None]:
    """Meanwhile, shaders of materials are compiled with a change."""
    get = Programs.get

    def changed(
        programs: Programs, vertex: str, fragment: str, defines: Mapping[str, str] | None = None
    ) -> moderngl.Program:
        if defines is not None and "READ_MAPS" in defines and "out_color" in fragment:
            fragment, defines = change(fragment, defines)
        return get(programs, vertex, fragment, defines)

    with mock.patch.object(Programs, "get", changed):
        yield


def drawing(device: Device, scene: Scene, frames: FrameSpec, cache: Path) -> dict[str, float]:
    """CPU milliseconds to draw a frame without each part, "" without none, and to convert and read it ("read")."""
    chosen = range(0, frames.frame_count, frames.frame_count // ANGLES)
    with contextlib.ExitStack() as owned:
        shots = {}
        for name, change in _changes().items():
            with _changed(change):
                shots[name] = owned.enter_context(ShotRenderer(device, scene, frames, cache_dir=cache))
        plain = dataclasses.replace(frames, shadows=False)
        shots["ground"] = owned.enter_context(ShotRenderer(device, scene, plain, cache_dir=cache))
        least = {name: np.full(len(chosen), np.inf) for name in (*shots, "read")}
        for _ in range(ROUNDS):
            for name, shot in shots.items():
                for place, index in enumerate(chosen):
                    start = time.process_time()
                    shot.draw(index)
                    device.ctx.finish()
                    drawn = time.process_time()
                    least[name][place] = min(least[name][place], drawn - start)
                    if not name:
                        shot.read_yuv420(plan_video(parse_settings({})).variant.backdrop)
                        least["read"][place] = min(least["read"][place], time.process_time() - drawn)
    return {name: 1000 * float(times.mean()) for name, times in least.items()}


def shares(model: Path, folder: Path) -> list[Share]:
    """The parts of a frame in the order of the pipeline."""
    device, plan = open_device("software"), plan_video(parse_settings({}))
    took = drawing(device, load_model(model), plan.frames, folder / "cache")
    whole = took[""]
    found = [Share(NO_SHADING, took[NO_SHADING] - (whole - took["ground"]))]
    found += [Share(name, whole - took[name]) for name in (NO_MAPS, *KNOCKED_OUT)]
    ground = Share("the shadow on the ground", whole - took["ground"])
    rest = whole - ground.milliseconds - sum(share.milliseconds for share in found)
    found += [Share("the rest of shading", rest), ground, Share("to 4:2:0 and read back", took["read"])]
    return [*found, Share("H.264, with its thumbnail", _encoding(model, plan, device, folder))]


def _encoding(model: Path, plan: VideoPlan, device: Device, folder: Path) -> float:
    """CPU milliseconds of ffmpeg for a frame."""
    costs = parts_alone(model, plan, STANDARD_FRAMES, device, folder)
    return 1000 * costs["encode"].children / STANDARD_FRAMES


def chart(found: list[Share]) -> str:
    """The shares as bars one below the other, each starting where the one before ends: an SVG picture."""
    width, bar, left = 900, 26, 300
    total = sum(share.milliseconds for share in found)
    scale = (width - left - 60) / total
    lines, start = [], 0.0
    for row, share in enumerate(found):
        y, x, length = 34 + row * bar, left + start * scale, max(share.milliseconds, 0.0) * scale
        hue = 210 + 130 * row // len(found)
        lines.append(f'<text x="{left - 10}" y="{y + 17}" text-anchor="end">{share.name}</text>')
        box = f'x="{x:.1f}" y="{y + 3}" width="{length:.1f}" height="{bar - 6}"'
        lines.append(f'<rect {box} fill="hsl({hue} 60% 55%)"/>')
        lines.append(f'<text x="{x + length + 6:.1f}" y="{y + 17}">{share.milliseconds:.1f}</text>')
        start += share.milliseconds
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{44 + len(found) * bar}" '
        'font-family="sans-serif" font-size="14">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="10" y="22" font-weight="bold">CPU milliseconds of a frame: {total:.0f}</text>',
        *lines, "</svg>", "",
    ])


@click.command()
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="SVG file for the chart.")
@click.option("--model", type=click.Path(exists=True, path_type=Path), help="Default: that of the standard job.")
def main(out: Path | None, model: Path | None) -> None:
    if os.environ.get("LP_NUM_THREADS") != "0":  # Mesa reads it when it is loaded
        sys.exit(subprocess.run([sys.executable, "-m", "tests.benchmarks.shares", *sys.argv[1:]],
                                env=os.environ | {"LP_NUM_THREADS": "0"}, check=False).returncode)
    with tempfile.TemporaryDirectory() as name:
        found = shares(model or standard_model(Path(name)), Path(name))
    table = Table("part", "CPU ms/frame", title="Where a frame's time goes")
    for share in found:
        table.add_row(share.name, f"{share.milliseconds:.1f}")
    Console().print(table)
    if out is not None:
        out.write_text(chart(found), encoding="utf-8")


if __name__ == "__main__":
    main()
