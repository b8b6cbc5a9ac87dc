"""Orders to generate or to optimise -> here -> the file of a flow's step, and what there is to say of the work.

    generate-image      text -> JPEG                    generate-mesh   text, or a picture -> GLB
    optimise            model -> GLB                    generated-usdz  GLB -> USDZ
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.worker.child.job import Job
from renderer.errors import EngineUnavailable
from renderer.generate.available import LOCAL
from renderer.generate.engines import image_to_mesh, text_to_image, text_to_mesh
from renderer.generate.protocols import Context, MeshOptions
from renderer.model_types import USDZ_MISSING, usd_is_installed
from renderer.optimise.available import available
from renderer.spec.generation import MeshSpec, PictureSpec
from renderer.spec.versions import unstamped
from renderer.spec.wanted import Wanted

PICTURE = "picture"
"""The name of the input that is a picture, to make a mesh of."""


def make_picture(job: Job) -> None:
    """Raises UnknownSpecVersion, and what engines do."""
    spec = PictureSpec.from_json(job.spec)
    job.on_stage("generating")
    engine = text_to_image(spec.engine, **_weights(job, spec.engine))
    made = engine.picture(spec.prompt, spec.seed, spec.size, _context(job))
    _give(job, "image", "image.jpg", made.jpeg, made.metadata)


def make_mesh(job: Job) -> None:
    """Raises UnknownSpecVersion, and what engines do."""
    spec = MeshSpec.from_json(job.spec)
    options = MeshOptions(spec.seed, spec.quality, spec.texture, spec.caption)
    job.on_stage("generating")
    if spec.prompt is not None:
        made = text_to_mesh(spec.engine).mesh_of_text(spec.prompt, options, _context(job))
    else:
        picture = Path(job.order.inputs[PICTURE])
        engine = image_to_mesh(spec.engine, **_weights(job, spec.engine))
        made = engine.mesh_of_picture(picture, options, _context(job))
    _give(job, "glb", "model.glb", made.glb, made.metadata)


def optimise(job: Job) -> None:
    """Raises UnknownSpecVersion, ModelErrors, and EngineUnavailable where this machine can't: another may."""
    wanted = Wanted.from_json(job.spec)
    able, why_not = available()
    if not able:
        raise EngineUnavailable(why_not)
    from renderer.optimise.compare import compare_models  # these are there only where it is available
    from renderer.optimise.model import optimise_model

    job.on_stage("optimising")
    made = job.folder / "model.glb"
    report = optimise_model(job.model, made, wanted)
    job.on_stage("comparing")
    difference = compare_models(job.model, made, device=job.bench.open_device(), cache_dir=job.bench.cache_dir)
    job.told |= report.to_json() | difference.to_json()
    job.store_for_all("glb", made)


def convert_generated(job: Job) -> None:
    """Raises UnknownSpecVersion, ModelErrors, and EngineUnavailable where usd-core is missing: another may have it."""
    unstamped(job.spec)
    if not usd_is_installed():
        raise EngineUnavailable(USDZ_MISSING)
    from renderer.convert.usdz.package import convert_to_usdz  # it imports usd-core

    job.on_stage("converting")
    package = job.folder / "model.usdz"
    job.told["warnings"] = list(convert_to_usdz(job.model, package))
    job.store_for_all("usdz", package)


def _weights(job: Job, engine: str) -> dict[str, Path]:
    """What an engine with weights is made with. Raises EngineUnavailable where it hasn't any here."""
    if engine not in LOCAL:
        return {}
    if engine not in job.bench.weights:
        raise EngineUnavailable(f"The engine {engine} has no weights on this machine: see `pirouette engines`")
    return {"folder": job.bench.weights[engine]}


def _context(job: Job) -> Context:
    folder = job.folder / "work"
    folder.mkdir()
    return Context(folder, job.bench.open_device, job.bench.cache_dir)


def _give(job: Job, name: str, file_name: str, content: bytes, metadata: Mapping[str, Any]) -> None:
    path = job.folder / file_name
    path.write_bytes(content)
    job.told |= metadata
    job.store_for_all(name, path)
