"""A claim on the reading of a model's file -> here -> what is in it, and a GLB of it if it was a ZIP with a scan."""

from api.domain.catalog.inspection import INPUT, is_archive
from api.worker.job import Job
from renderer.convert import convert_to_glb
from renderer.load import load_model


def inspect_model(job: Job) -> None:
    """Tells the names and numbers of what the file contains."""
    job.on_stage("loading")
    with job.input(INPUT) as path:
        readable = path
        if is_archive(job.claim.inputs[INPUT]):
            readable = job.folder / "model.glb"
            convert_to_glb(path, readable)
        scene = load_model(readable)
    job.told = {
        "animations": [{"name": clip.name, "duration": clip.duration} for clip in scene.clips],
        "variants": list(scene.variants),
        "warnings": list(scene.warnings),
    }
    for model_id in job.claim.variants:
        if readable != path:
            job.store(model_id, "model", readable)
