"""An order of pictures from several sides -> here -> the image and its thumbnail of each of its owners; or, of a model,
the thumbnail that stands for it; or a single picture that somebody waits for."""

from collections.abc import Callable
from pathlib import Path

from api.worker.child.job import Job
from renderer.scene.nodes import Scene
from renderer.spec import ImageVariant, PictureSpec, StillsSpec, StillVariant
from renderer.stills import StillFiles, render_picture, render_stills


def draw_stills(job: Job) -> None:
    """Draws each of the pictures that somebody waits for, of a model that is loaded and lit once."""
    made = _render(job, job.bench.warm.load)
    job.told["checks"] = {owner: [check.to_json() for check in files.checks] for owner, files in made.items()}
    for owner, files in made.items():
        job.store(owner, "image", files.image)
        job.store(owner, "thumb", files.thumb)


def draw_thumbnail(job: Job) -> None:
    """Draws a small picture between the reading of a model and the first order of it, for which the scene is kept."""
    for owner, files in _render(job, job.bench.warm.lend).items():
        job.store(owner, "thumb", files.image)


def draw_picture(job: Job) -> None:
    """Draws one frame of a path, once for all owners."""
    variants = {owner: ImageVariant.from_json(variant) for owner, variant in job.order.variants.items()}
    made = render_picture(
        job.model, PictureSpec.from_json(job.spec), variants, job.folder, device=job.bench.open_device(),
        cache_dir=job.bench.cache_dir, listener=job, images=job.images, load=job.bench.warm.load,
    )  # fmt: skip
    for owner, path in made.items():
        job.store(owner, "image", path)


def _render(job: Job, load: Callable[[Path, str | None], Scene]) -> dict[str, StillFiles]:
    variants = {owner: StillVariant.from_json(variant) for owner, variant in job.order.variants.items()}
    return render_stills(
        job.model, StillsSpec.from_json(job.spec), variants, job.folder, device=job.bench.open_device(),
        cache_dir=job.bench.cache_dir, listener=job, images=job.images, load=load,
    )  # fmt: skip
