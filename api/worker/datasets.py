"""A claim on a training set's views -> here -> the set as a ZIP, and posters, for each of its renders."""

import os
from collections.abc import Callable
from pathlib import Path

from api.worker.job import Job
from renderer.dataset.export import export_dataset
from renderer.encode.poster import write_posters
from renderer.scene.nodes import UInt8
from renderer.spec import DatasetSpec


def draw_dataset(job: Job) -> None:
    """Draws all views once, for all renders."""
    made = job.folder / "dataset.zip"
    with job.model() as model:
        export_dataset(
            model, DatasetSpec.from_json(job.claim.spec), made,
            device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job, cover=_posters(job),
        )  # fmt: skip
    for render_id in job.claim.variants:
        job.store(render_id, "dataset", _copy_for(job, render_id, made))


def _posters(job: Job) -> Callable[[UInt8], None]:
    """Takes a picture of the model, of which each render gets its posters."""

    def write(pixels: UInt8) -> None:
        poster, poster_full = job.folder / "poster.png", job.folder / "poster_full.png"
        write_posters(pixels, poster, poster_full)
        for render_id in job.claim.variants:
            job.on_poster(render_id, _copy_for(job, render_id, poster), _copy_for(job, render_id, poster_full))

    return write


def _copy_for(job: Job, render_id: str, path: Path) -> Path:
    """The file once more, of which nothing is written twice."""
    copy = job.folder / render_id / path.name
    copy.parent.mkdir(exist_ok=True)
    os.link(path, copy)
    return copy
