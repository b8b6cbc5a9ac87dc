"""An order to inspect a model -> here -> what is in it and, of one that is no glTF, one GLB in its place."""

import shutil

from api.worker.child.job import MODEL, Job
from renderer.convert import convert_to_glb
from renderer.errors import ResourceMissing
from renderer.inspect import inspect_model
from renderer.load import load_model
from renderer.spec.versions import unstamped

DRAWN_AS_THEY_ARE = (".glb", ".gltf")
"""Suffixes of models; all others, ZIPs too, are converted."""


def inspect(job: Job) -> None:
    """Reads the model once. The scene is kept: most often the next order is to draw it. With `keep` in the spec, the
    file is the model's own from then on; `member` names the model in a ZIP of several.

    Raises UnknownSpecVersion; ResourceMissing where what the file was to be made by is gone.
    """
    spec = unstamped(job.spec)
    keep = spec.get("keep", False)
    job.on_stage("loading")
    if MODEL not in job.order.inputs:
        raise ResourceMissing("What this model was to be made by is gone: generate it again")
    model = job.model
    warnings: tuple[str, ...] = ()
    if model.suffix not in DRAWN_AS_THEY_ARE:
        model = job.folder / "model.glb"
        warnings = convert_to_glb(job.model, model, spec.get("member"))
    elif keep:
        model = job.folder / "model.glb"
        shutil.copyfile(job.model, model)
    scene = load_model(model)
    scene.warnings = list(dict.fromkeys([*warnings, *scene.warnings]))
    job.told |= inspect_model(scene).to_json()
    job.bench.warm.keep(model, scene)
    if model != job.model:
        job.store_for_all(MODEL, model)
