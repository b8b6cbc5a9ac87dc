"""A claim on a still's only frame -> here -> the image, its thumbnail and its posters of each of its renders."""

from api.worker.job import Job
from renderer.spec import FrameSpec, ImageVariant
from renderer.stills import render_images


def draw_image(job: Job) -> None:
    """Draws the frame once, for all renders."""
    frames = FrameSpec.from_json(job.claim.spec)
    variants = {render_id: ImageVariant.from_json(variant) for render_id, variant in job.claim.variants.items()}
    with job.model() as model, job.images() as images:
        made = render_images(
            model, frames, variants, job.folder,
            device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job, images=images,
        )  # fmt: skip
    for render_id, files in made.items():
        job.store(render_id, "image", files.image)
        job.store(render_id, "thumb", files.thumb)
