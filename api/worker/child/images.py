"""An order of a still's only frame -> here -> the image, its thumbnail and its posters of each of its owners."""

from api.worker.child.job import Job
from renderer.spec import FrameSpec, ImageVariant
from renderer.stills import render_images


def draw_image(job: Job) -> None:
    """Draws the frame once, for all owners."""
    frames = FrameSpec.from_json(job.spec)
    variants = {owner: ImageVariant.from_json(variant) for owner, variant in job.order.variants.items()}
    made = render_images(
        job.model, frames, variants, job.folder,
        device=job.bench.open_device(), cache_dir=job.bench.cache_dir, listener=job, images=job.images,
        load=job.bench.warm.load,
    )  # fmt: skip
    job.told["checks"] = {owner: [check.to_json() for check in files.checks] for owner, files in made.items()}
    for owner, files in made.items():
        job.store(owner, "image", files.image)
        job.store(owner, "thumb", files.thumb)
