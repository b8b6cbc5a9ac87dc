"""A claim on a training set's views -> here -> the set as a ZIP, for each of its renders."""

import os

from api.worker.job import Job
from renderer.dataset.export import export_dataset
from renderer.spec import DatasetSpec


def draw_dataset(job: Job) -> None:
    """Draws all views once, for all renders."""
    made = job.folder / "dataset.zip"
    with job.model() as model:
        export_dataset(
            model, DatasetSpec.from_json(job.claim.spec), made,
            device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job,
        )  # fmt: skip
    for render_id in job.claim.variants:
        folder = job.folder / render_id
        folder.mkdir()
        os.link(made, folder / made.name)
        job.store(render_id, "dataset", folder / made.name)
