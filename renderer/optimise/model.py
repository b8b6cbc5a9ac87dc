"""A model file and a number of triangles -> here -> a GLB with at most so many, and a report.

    convert to GLB -> parts -> one surface of all of them -> collapse edges -> rewrite the parts in the same document
"""

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from renderer.convert.glb import convert_to_glb
from renderer.errors import DeviceError, EmptyModel
from renderer.load import load_model
from renderer.load.accessors import Accessors
from renderer.load.container import open_document
from renderer.load.limits import Budget
from renderer.model_types import HEAD_BYTES, model_suffix
from renderer.optimise.available import available
from renderer.optimise.draco import streams_of
from renderer.optimise.draft import Draft
from renderer.optimise.meshopt import write_compressed
from renderer.optimise.parts import read_parts
from renderer.optimise.quantise import quantise
from renderer.optimise.rest import rest_of
from renderer.optimise.rewrite import rewrite
from renderer.optimise.surface import whole_surface
from renderer.optimise.textures import shrink_textures
from renderer.scene.animation import pose_scene
from renderer.spec.wanted import Wanted

UNCHANGED = "none"
"""The method of a model that has no more triangles than are asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """Triangles count as they are drawn, so twice where something is shown twice. `method` says how they became fewer,
    as one of those of `collapse`, or UNCHANGED."""

    triangles_before: int
    triangles_after: int
    bytes_before: int
    bytes_after: int
    method: str

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def optimise_model(source: Path, target: Path, wanted: Wanted) -> Report:
    """Writes the model at `source`, a file as `load_model` takes it, to `target` as a GLB as it is `wanted`. Equal
    files give equal bytes; a GLB that is so already is copied.

    All that isn't triangles stays: materials, textures, names, animations, extensions and extras, lines and points.

    Raises ModelError subclasses, DeviceError where the machine can't do it (`available`), and OSError where a path
    can't be read or written.
    """
    able, why_not = available()
    if not able:
        raise DeviceError(why_not)
    before = source.stat().st_size
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".optimising-") as folder:
        packed = Path(folder) / "packed.glb"
        if _is_glb(source):
            shutil.copyfile(source, packed)
        else:
            convert_to_glb(source, packed)
        drawn, left, method = _optimise(packed, wanted)
        packed.replace(target)
    return Report(drawn, left, before, target.stat().st_size, method)


def _is_glb(path: Path) -> bool:
    with path.open("rb") as file:
        return model_suffix(file.read(HEAD_BYTES), path.stat().st_size) == ".glb"


def _optimise(path: Path, wanted: Wanted) -> tuple[int, int, str]:
    """Rewrites the GLB at `path`; triangles before and after, and the method."""
    scene = load_model(path)
    for node in scene.nodes:
        node.visible = True  # what an animation shows has a size before it does
    document, budget = open_document(path), Budget()
    accessors = Accessors(document, budget)
    parts = read_parts(document.root, accessors, budget, scene, pose_scene(scene, None, 0.0))
    drawn = sum(part.drawn * (len(part.indices) // 3) for part in parts)
    if not drawn:
        raise EmptyModel("the model has no triangles")
    most = wanted.polygon_count or drawn
    if drawn <= most and not wanted.rewrites:
        return drawn, drawn, UNCHANGED
    surface = whole_surface(parts)
    triangles, method = surface.triangles, UNCHANGED
    if drawn > most:
        from renderer.optimise.collapse import collapsed  # which there is only where it is `available`

        triangles, method = collapsed(surface, most)
        if not len(triangles):
            raise EmptyModel(f"every part of the model is shown more than {most} times, with a triangle at least")
    draft = Draft.of(document.root, accessors)
    starts = np.cumsum([0, *(len(part.positions) for part in parts)])
    owner = surface.owner[triangles[:, 0]]
    rests = [rest_of(part, triangles[owner == number] - np.uint32(starts[number]))
             for number, part in enumerate(parts)]
    primitives = rewrite(draft, rests, streams_of(rests) if wanted.compress == "draco" else {})
    if wanted.texture_size is not None:
        shrink_textures(draft, wanted.texture_size)
    if wanted.quantize and wanted.compress != "draco":
        quantise(draft, primitives)
    if wanted.compress == "meshopt":
        write_compressed(draft, primitives, path)
    else:
        draft.write(path)
    return drawn, surface.count(triangles), method
