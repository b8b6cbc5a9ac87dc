"""A claim on a training set's views -> here -> the set as a ZIP, and posters, for each of its renders.

Even the smallest set has several parts, so nobody ever draws one whole.
"""
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from api.worker.job import Job
from renderer.arrays import UInt8
from renderer.dataset.buffers import DatasetRenderer
from renderer.dataset.export import draw_part, join_parts, open_set
from renderer.encode.poster import write_posters
from renderer.spec import DatasetSpec

PART_NAME = "part.zip"


def draw_dataset_part(job: Job) -> None:
    """Draws a run of views, by what the part before has left open. The first part makes the posters."""
    claim, made = job.claim, job.folder / PART_NAME
    with contextlib.ExitStack() as fetched:

        def opened() -> DatasetRenderer:
            return open_set(
                fetched.enter_context(job.model()), DatasetSpec.from_json(claim.spec),
                device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job,
            )  # fmt: skip

        renderer = fetched.enter_context(job.bench.open_shot.use(claim.shot_id, opened))
        views = range(claim.first_frame, claim.first_frame + claim.frame_count)
        draw_part(renderer, views, made, listener=job, cover=None if claim.first_frame else _posters(job))
    job.store_part(made)


def join_dataset(job: Job) -> None:
    """Makes one set of all parts."""
    made = job.folder / "dataset.zip"
    with job.parts() as parts:
        join_parts([files[PART_NAME] for files in parts], made, listener=job)
    _store(job, made)


def _store(job: Job, made: Path) -> None:
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
