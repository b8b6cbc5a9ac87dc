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
from renderer.errors import EmptyModel, SettingsError
from renderer.load import load_model
from renderer.load.accessors import Accessors
from renderer.load.container import open_document
from renderer.load.limits import Budget
from renderer.model_types import HEAD_BYTES, model_suffix
from renderer.optimise.collapse import collapsed
from renderer.optimise.draft import Draft
from renderer.optimise.parts import read_parts
from renderer.optimise.rewrite import rest_of, rewrite
from renderer.optimise.surface import whole_surface
from renderer.scene.animation import pose_scene

FEWEST, MOST = 4, 10_000_000
"""Triangles that may be asked for: fewer than a tetrahedron's enclose nothing."""

UNCHANGED = "none"
"""The method of a model that has no more triangles than are asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """Triangles count as they are drawn, so twice where something is shown twice. `method` says how they became fewer.

    `vertices_...` are those that the file stores.
    """

    triangles_before: int
    triangles_after: int
    bytes_before: int
    bytes_after: int
    method: str

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def optimise_model(source: Path, target: Path, polygon_count: int) -> Report:
    """Writes the model at `source`, a file as `load_model` takes it, to `target` as a GLB of at most `polygon_count`
    triangles. Equal files give equal bytes; a GLB that has no more of them is copied.

    All that isn't triangles stays: materials, textures, names, animations, extensions and extras. Lines and points do.

    Raises SettingsError for a `polygon_count` out of range, ModelError subclasses, and OSError where a path can't be
    read or written.
    """
    if not FEWEST <= polygon_count <= MOST:
        raise SettingsError("polygon_count", f"polygon_count must be from {FEWEST} to {MOST:,}")
    before = source.stat().st_size
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".optimising-") as folder:
        packed = Path(folder) / "packed.glb"
        if _is_glb(source):
            shutil.copyfile(source, packed)
        else:
            convert_to_glb(source, packed)
        drawn, left, method = _reduce(packed, polygon_count)
        packed.replace(target)
    return Report(drawn, left, before, target.stat().st_size, method)


def _is_glb(path: Path) -> bool:
    with path.open("rb") as file:
        return model_suffix(file.read(HEAD_BYTES), path.stat().st_size) == ".glb"


def _reduce(path: Path, polygon_count: int) -> tuple[int, int, str]:
    """Rewrites the GLB at `path`; triangles before and after, and the method."""
    scene = load_model(path)
    for node in scene.nodes:
        node.visible = True  # what an animation shows has a size before it does
    root, budget = (document := open_document(path)).root, Budget()
    accessors = Accessors(document, budget)
    parts = read_parts(root, accessors, budget, scene, pose_scene(scene, None, 0.0))
    if not parts:
        raise EmptyModel("the model has no triangles")
    drawn = sum(part.drawn * (len(part.indices) // 3) for part in parts)
    if drawn <= polygon_count:
        return drawn, drawn, UNCHANGED
    surface = whole_surface(parts)
    triangles, method = collapsed(surface, polygon_count)
    if not len(triangles):
        raise EmptyModel(f"every part of the model is shown more than {polygon_count} times, with a triangle at least")
    draft = Draft.of(root, accessors)
    starts = np.cumsum([0, *(len(part.positions) for part in parts)])
    owner = surface.owner[triangles[:, 0]]
    rewrite(draft, [rest_of(part, triangles[owner == number] - np.uint32(starts[number]))
                    for number, part in enumerate(parts)])
    draft.write(path)
    return drawn, surface.count(triangles), method
