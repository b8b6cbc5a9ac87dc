"""From a model file of unknown origin to a USDZ (USDZ File Format Specification, 1.3)."""

import os
import tempfile
from pathlib import Path

from pxr import Sdf, Tf

from renderer.convert.usdz.pictures import FOLDER
from renderer.convert.usdz.stage import write_stage
from renderer.errors import ModelError
from renderer.load import load_model
from renderer.scene.nodes import Scene

HEAVY_BYTES = 25_000_000
"""Beyond that, phones take long to fetch and show a model; the file is written all the same."""

_DATE = 1_600_000_000
"""Of all files in a package, whenever it is written. ZIP can't hold dates before 1980."""


def convert_to_usdz(source: Path, target: Path) -> tuple[str, ...]:
    """Writes the model at `source`, a file as `load_model` takes it, to `target`; returns warnings.

    Equal files give equal bytes. Raises ModelError subclasses, and OSError where a path can't be read or written.
    """
    scene, notes = _loaded(source)
    if scene.lights:
        notes.append("the model's lights are left out: AR viewers light by what is around")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".usdz-") as folder:
        stage, package = Path(folder) / "model.usdc", Path(folder) / "model.usdz"
        try:
            write_stage(scene, stage, notes)
            _pack(stage, package)
        except Tf.ErrorException as error:
            raise OSError(f"the USDZ can't be written: {str(error)[:300]}") from error
        size = package.stat().st_size
        package.replace(target)
    if size > HEAVY_BYTES:
        notes.append(f"the USDZ has {size / 1e6:.0f} MB: phones take long to show more than {HEAVY_BYTES / 1e6:.0f}")
    return tuple(dict.fromkeys(notes))


def _loaded(source: Path) -> tuple[Scene, list[str]]:
    """With all variants if they can be read, and else as it is drawn otherwise; and warnings."""
    try:
        scene = load_model(source, with_looks=True)
        return scene, [*scene.warnings]
    except ModelError as error:
        scene = load_model(source)
        return scene, [*scene.warnings, f"the variants are left out: {error}"]


def _pack(stage: Path, package: Path) -> None:
    """The stage comes first, as the one to open; usd-core's writer lays each file where viewers map it from."""
    writer = Sdf.ZipFileWriter.CreateNew(str(package))
    for file in (stage, *sorted((stage.parent / FOLDER).iterdir())):
        os.utime(file, (_DATE, _DATE))
        writer.AddFile(str(file), file.relative_to(stage.parent).as_posix())
    writer.Save()
