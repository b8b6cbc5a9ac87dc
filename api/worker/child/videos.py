"""An order of a video -> here -> video, web version, thumbnail, strip, posters and further formats of each of
its owners."""

from api.worker.child.job import Job
from renderer.frames import ShotRenderer
from renderer.render import draw_part, join_parts, judge_parts, open_shot, render_video
from renderer.spec import FrameSpec, VideoVariant


def draw_video(job: Job) -> None:
    """Draws all frames once, for all owners."""
    made = render_video(
        job.model, _frames(job), _variants(job), job.folder,
        device=job.bench.open_device(), cache_dir=job.bench.cache_dir, listener=job, images=job.images,
        encoder=job.order.encoder, load=job.bench.warm.load,
    )  # fmt: skip
    job.told["checks"] = {owner: [check.to_json() for check in files.checks] for owner, files in made.items()}
    for owner, files in made.items():
        for name, path in files.named().items():
            job.store(owner, name, path)


def draw_video_part(job: Job) -> None:
    """Draws a run of frames once, for all owners, by what the part before has left open."""
    frames = _frames(job)

    def opened() -> ShotRenderer:
        return open_shot(
            job.model, frames, device=job.bench.open_device(), cache_dir=job.bench.cache_dir, listener=job,
            images=job.images, load=job.bench.warm.load,
        )  # fmt: skip

    with job.bench.warm.use(job.order.task_id, opened) as shot:
        encoder = job.order.encoder
        for path in draw_part(shot, frames, _variants(job), job.run, job.folder, listener=job, encoder=encoder):
            job.store_part(path)


def join_video(job: Job) -> None:
    """Makes the owners' files of what the parts have encoded."""
    frames, variants = _frames(job), _variants(job)
    made = join_parts(frames, variants, job.parts, job.folder, listener=job, encoder=job.order.encoder)
    judged = judge_parts(frames, variants, job.parts)
    job.told["checks"] = {owner: [check.to_json() for check in checks] for owner, checks in judged.items()}
    for owner, files in made.items():
        for name, path in files.items():
            job.store(owner, name, path)


def _frames(job: Job) -> FrameSpec:
    return FrameSpec.from_json(job.spec)


def _variants(job: Job) -> dict[str, VideoVariant]:
    return {owner: VideoVariant.from_json(variant) for owner, variant in job.order.variants.items()}
