"""A claim on a video -> here -> video, web version, thumbnail and posters of each of its renders."""

import contextlib

from api.worker.job import Job
from renderer.frames import ShotRenderer
from renderer.render import draw_part, join_parts, open_shot, render_video
from renderer.spec import FrameSpec, VideoVariant


def draw_video(job: Job) -> None:
    """Draws all frames once, for all renders."""
    with job.model() as model, job.images() as images:
        made = render_video(
            model, _frames(job), _variants(job), job.folder,
            device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job, images=images,
            encoder=job.bench.settings.h264_encoder,
        )  # fmt: skip
    for render_id, files in made.items():
        job.store(render_id, "video", files.video)
        job.store(render_id, "thumb", files.thumb)
        if files.web is not None:
            job.store(render_id, "web", files.web)


def draw_video_part(job: Job) -> None:
    """Draws a run of frames once, for all renders, by what the part before has left open."""
    frames = _frames(job)
    with contextlib.ExitStack() as fetched:
        images = fetched.enter_context(job.images())

        def opened() -> ShotRenderer:
            model = fetched.enter_context(job.model())
            return open_shot(
                model, frames, device=job.bench.device, cache_dir=job.bench.cache_dir, listener=job, images=images
            )

        shot = fetched.enter_context(job.bench.open_shot.use(job.claim.shot_id, opened))
        run = range(job.claim.first_frame, job.claim.first_frame + job.claim.frame_count)
        encoder = job.bench.settings.h264_encoder
        for path in draw_part(shot, frames, _variants(job), run, job.folder, listener=job, encoder=encoder):
            job.store_part(path)


def join_video(job: Job) -> None:
    """Makes the renders' files of what the parts have encoded."""
    counts = [part.frame_count for part in job.claim.parts]
    with job.parts() as parts:
        made = join_parts(
            _frames(job), _variants(job), list(zip(counts, parts, strict=True)), job.folder, listener=job,
            encoder=job.bench.settings.h264_encoder,
        )  # fmt: skip
    for render_id, files in made.items():
        for name, path in files.items():
            job.store(render_id, name, path)


def _frames(job: Job) -> FrameSpec:
    return FrameSpec.from_json(job.claim.spec)


def _variants(job: Job) -> dict[str, VideoVariant]:
    return {render_id: VideoVariant.from_json(variant) for render_id, variant in job.claim.variants.items()}
