"""An order of a training set's views -> here -> the set as a ZIP, and posters, for each of its owners.

Even the smallest set has several parts, so nobody ever draws one whole.
"""

from collections.abc import Callable

from api.worker.child.job import Job
from renderer.arrays import UInt8
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.export import draw_part, join_parts, open_set
from renderer.encode.poster import write_posters
from renderer.spec import DatasetSpec

PART_NAME = "part.zip"


def draw_dataset_part(job: Job) -> None:
    """Draws a run of views, by what the part before has left open. The first part makes the posters."""
    made = job.folder / PART_NAME

    def opened() -> DatasetRenderer:
        return open_set(
            job.model, DatasetSpec.from_json(job.spec),
            device=job.bench.open_device(), cache_dir=job.bench.cache_dir, listener=job, load=job.bench.warm.load,
        )  # fmt: skip

    with job.bench.warm.use(job.order.task_id, opened) as renderer:
        draw_part(renderer, job.run, made, listener=job, cover=None if job.run.start else _posters(job))
    job.store_part(made)


def join_dataset(job: Job) -> None:
    """Makes one set of all parts."""
    made = job.folder / "dataset.zip"
    join_parts([files[PART_NAME] for _, files in job.parts], made, listener=job)
    job.store_for_all("dataset", made)


def _posters(job: Job) -> Callable[[UInt8], None]:
    """Takes a picture of the model, of which each owner gets its posters."""

    def write(pixels: UInt8) -> None:
        poster, poster_full = job.folder / "poster.png", job.folder / "poster_full.png"
        write_posters(pixels, poster, poster_full)
        for owner in job.order.variants:
            job.on_poster(owner, job.link_for(owner, poster), job.link_for(owner, poster_full))

    return write
