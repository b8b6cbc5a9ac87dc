"""A claim on a video's frames -> here -> video, web version, thumbnail and posters of each of its renders."""

from api.worker.job import Job
from renderer.render import render_video
from renderer.spec import FrameSpec, VideoVariant


def draw_video(job: Job) -> None:
    """Draws all frames once, for all renders."""
    frames = FrameSpec.from_json(job.claim.spec)
    variants = {render_id: VideoVariant.from_json(variant) for render_id, variant in job.claim.variants.items()}
    with job.model() as model, job.images() as images:
        made = render_video(
            model, frames, variants, job.folder,
            device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job, images=images,
        )  # fmt: skip
    for render_id, files in made.items():
        job.store(render_id, "video", files.video)
        job.store(render_id, "thumb", files.thumb)
        if files.web is not None:
            job.store(render_id, "web", files.web)
