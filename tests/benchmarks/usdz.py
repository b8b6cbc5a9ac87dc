"""USDZs of models beside those of three.js's exporter: `python -m tests.benchmarks.usdz`.

Each model has three rows: its own, then what the files of both have of it: how long they move, by how many joints and
morph targets, between how many variants one may choose, how large textures are, what usd-core's validators find wrong,
and how far three.js's own loader draws the file from our picture of the model. Times are from GLB to USDZ; three.js has
been started before. Needs Chromium, `npm ci` in tests/reference, and the models in a folder shared/models beside the
checkout.
"""

import collections
import io
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import PIL.Image
from pxr import Usd, UsdSkel

from renderer.convert.usdz.package import convert_to_usdz
from renderer.gl.context import open_device
from renderer.load import load_model
from renderer.scene.animation import find_clip
from tests.benchmarks.rows import Row, at_least, measured
from tests.reference.usdz import SUBJECTS, Judge, Subject, open_judge
from tests.renderer.convert.usdz.support import complaints
from tests.support.models import SHARED_MODELS
from tests.support.node import REFERENCE

MODELS = (*SUBJECTS, Subject("MaterialVariants"))
COMMAND = "python -m tests.benchmarks.usdz"
HEADING = (
    "| model | file | moves, s | joints | morph targets | variants | texture | kB | validators | IoU | FLIP | s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def facts_of_model(path: Path) -> list[str]:
    scene = load_model(path)
    clip = find_clip(scene, "*")
    targets = sum(len(primitive.targets) for mesh in scene.meshes for primitive in mesh.primitives)
    joints = sum(len(skin.joints) for skin in scene.skins)
    side = max((max(image.pixels.shape[:2]) for image in scene.images), default=0)
    return _cells(clip.duration if clip else 0.0, joints, targets, len(scene.variants), side, path)


def facts_of_usdz(path: Path) -> list[str]:
    stage = Usd.Stage.Open(str(path))
    prims = list(stage.Traverse())
    moves = any(attribute.GetNumTimeSamples() > 1 for prim in prims for attribute in prim.GetAttributes())
    span = (stage.GetEndTimeCode() - stage.GetStartTimeCode()) / stage.GetTimeCodesPerSecond()
    skeletons = [len(UsdSkel.Skeleton(prim).GetJointsAttr().Get()) for prim in prims if prim.IsA(UsdSkel.Skeleton)]
    joints = sum(count for count in skeletons if count > 1)  # what only morphs has a skeleton of one
    shapes = sum(prim.IsA(UsdSkel.BlendShape) for prim in prims)
    variants = sum(
        len(prim.GetVariantSet(name).GetVariantNames()) for prim in prims for name in prim.GetVariantSets().GetNames()
    )
    side = 0
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if Path(name).suffix in (".png", ".jpg"):
                side = max(side, *PIL.Image.open(io.BytesIO(archive.read(name))).size)
    return _cells(span if moves else 0.0, joints, shapes, variants, side, path)


def findings(path: Path) -> collections.Counter[str]:
    """What usd-core's validators find wrong, by the names of their errors."""
    return collections.Counter(each.split(":")[0] for each in complaints(Usd.Stage.Open(str(path))))


def _cells(seconds: float, joints: int, targets: int, variants: int, side: int, path: Path) -> list[str]:
    return [f"{seconds:.2f}" if seconds else "", *(str(number or "") for number in (joints, targets, variants, side)),
            f"{path.stat().st_size / 1e3:,.0f}"]


def lines(models: Sequence[Subject], judge: Judge, folder: Path) -> Iterator[tuple[str, bool]]:
    """Rows of the table in Markdown, each with whether it tells of a file of ours that has something wrong."""
    judge.browser.write_usdz((SHARED_MODELS / f"{models[0].name}.glb").read_bytes())  # starts the page
    for subject in models:
        source = SHARED_MODELS / f"{subject.name}.glb"
        yield _line(subject.name, "the model", *facts_of_model(source), "", "", "", ""), False
        for tool in ("ours", "three.js"):
            target = folder / f"{tool}-{subject.name}.usdz"
            began = time.perf_counter()
            if tool == "ours":
                convert_to_usdz(source, target)
            else:
                target.write_bytes(judge.browser.write_usdz(source.read_bytes()))
            seconds = time.perf_counter() - began
            wrong = findings(target)
            alike = judge.likeness(source, target, subject.time)
            words = ", ".join(f"{count} {name}" for name, count in wrong.items()) or "clean"
            yield _line(
                subject.name, tool, *facts_of_usdz(target), words, f"{alike.iou:.4f}", f"{alike.flip:.3f}",
                f"{seconds:.2f}",
            ), tool == "ours" and bool(wrong)  # fmt: skip


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def measure(models: Sequence[Subject] = MODELS) -> list[Row]:
    there = [subject for subject in models if (SHARED_MODELS / f"{subject.name}.glb").exists()]
    if not there or shutil.which("chromium") is None or not (REFERENCE / "node_modules").is_dir():
        lacking = "not measured: no models, no Chromium, or no `npm ci` in tests/reference"
        return [measured("USDZ beside three.js's", lacking, COMMAND)]
    click.echo(HEADING)
    clean = len(there)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_judge(open_device("software"), SHARED_MODELS / "royal_esplanade_1k.hdr") as judge,
    ):
        for line, wrong in lines(there, judge, Path(folder)):
            click.echo(line)
            clean -= wrong
    figure = f"{clean} of {len(there)} models"
    goal = "USDZs in which usd-core's validators find nothing wrong"
    return [at_least(goal, figure, clean / len(there), 1.0, COMMAND)]


@click.command()
@click.argument("names", nargs=-1)
def main(names: tuple[str, ...]) -> None:
    for row in measure([subject for subject in MODELS if not names or subject.name in names]):
        click.echo(f"{row.goal}: {row.figure}; {row.ratio} {row.target}")


if __name__ == "__main__":
    main()
