"""What workers do to a farm that was brought from the first schema to the newest."""

from sqlalchemy import select

from api.db.tables import Model, Render, Segment, Task
from api.domain.kit.files import FileView
from api.domain.work import claims, results, scheduling
from api.domain.work.claims import Claim
from api.domain.work.outcomes import outcomes_of
from api.domain.work.states import Role
from api.domain.work.tasks import Priority
from renderer.spec import DatasetSpec, FrameSpec, ImageVariant, VideoVariant
from tests.support.web import Web

OUTPUTS = {"video": ("video", "thumb"), "image": ("image", "thumb"), "dataset": ("dataset",)}
"""What a worker makes, besides the posters, by the task's kind."""


def claim(web: Web, *queues: str) -> Claim | None:
    with web.database.begin() as session:
        return claims.claim(session, worker="new", queues=queues, lease_seconds=60)


def held(web: Web, segment_id: str) -> Claim:
    """The claim of the worker that was at the segment when the farm was stopped."""
    with web.database.begin() as session:
        segment = session.get_one(Segment, segment_id)
        task = session.get_one(Task, segment.task_id)
        [outcome] = outcomes_of(task.kind)
        variants = outcome.begun(session, task.id)
        return Claim(
            segment.id, segment.attempt, segment.queue, Priority(segment.priority), Role(segment.role), task.id,
            task.kind, task.inputs, task.spec, segment.first_frame, segment.frame_count, variants,
            results.read(session, variants), (),
        )  # fmt: skip


def settle(web: Web, done: Claim) -> bool:
    """Does what the claim asks for, from files that must be there; False if the claim was lost."""
    for key in [*done.inputs.values(), *(file.key for part in done.parts for file in part.files.values())]:
        web.storage.stat(key)
    if done.kind == "inspect":
        [model_id] = done.variants
        converted = {"model": _stored(web, f"models/{model_id}/{done.attempt}/model.glb")}
        files = {model_id: converted if done.inputs["model"].endswith(".zip") else {}}
        with web.database.begin() as session:
            return scheduling.settle_done(session, done, files, {"animations": [], "variants": [], "warnings": []})
    assert done.inputs["model"].endswith(".glb")
    _read_specs(done)
    if done.role == Role.PART:
        part = {"part": _stored(web, f"{done.part_prefix}part")}
        with web.database.begin() as session:
            return scheduling.settle_part(session, done, part)
    if done.role == Role.ASSEMBLY:
        assert sum(part.frame_count for part in done.parts) == done.frame_count
        assert all(part.files for part in done.parts)
    made = (*OUTPUTS[done.kind], "poster", "poster_full")
    files = {
        render_id: {name: _stored(web, f"{done.output_prefix(render_id)}{name}") for name in made}
        for render_id in done.variants
    }
    with web.database.begin() as session:
        return scheduling.settle_done(session, done, files)


def _stored(web: Web, key: str) -> FileView:
    with web.storage.writer(key) as writer:
        writer.write(b"made")
    stored = web.storage.stat(key)
    return FileView(key, stored.size, stored.etag, "video/mp4")


def _read_specs(of: Claim) -> None:
    """Specs and variants are read, and say what they said when they were stored."""
    if of.kind == "dataset":
        dataset = DatasetSpec.from_json(of.spec)
        assert dataset.views >= of.frame_count
        return
    frames = FrameSpec.from_json(of.spec)
    assert frames.frame_count >= of.frame_count
    for variant in of.variants.values():
        known = ImageVariant.from_json(variant) if of.kind == "image" else VideoVariant.from_json(variant)
        assert known.backdrop.color == variant["backdrop"]["color"]


def finish(web: Web) -> None:
    """All that can be done is done."""
    while (next_one := claim(web, "inspect", "render")) is not None:
        assert settle(web, next_one)


def statuses(web: Web) -> dict[str, str]:
    with web.database.read() as session:
        return {row.id: row.status for row in session.execute(select(Render.id, Render.status))}


def states(web: Web) -> dict[str, str]:
    with web.database.read() as session:
        return {row.id: row.state for row in session.execute(select(Model.id, Model.state))}
