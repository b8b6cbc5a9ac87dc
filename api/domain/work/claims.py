"""A worker asks for work -> here -> the best pending segment, leased to it, with all it needs to begin.

Every idle worker asks this all the time, whatever there is to do. So it costs as many rows as there are accounts that
wait, however many segments they wait for, and its statements are made once and executed past the ORM.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Float, bindparam, case, exists, func, literal_column, select, update
from sqlalchemy.orm import Session, aliased

from api import clock
from api.db.dialects import from_now
from api.db.tables import Model, Overlay, Render, RenderOverlay, Segment, Shot
from api.domain.kit.files import FileView, files_view
from api.domain.renders.states import COMES_FROM, UNFINISHED, RenderStatus
from api.domain.work import lanes
from api.domain.work.shots import PREVIEW_PRIORITY, Kind
from api.domain.work.states import Role, SegmentState


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A run of frames that is drawn, and the files that were made of it, by name."""

    first_frame: int
    frame_count: int
    files: dict[str, FileView]


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A segment in a worker's hands: frames `first_frame` and the `frame_count - 1` after it, for all the variants.

    `spec` and `variants` are those of `shots.Work`, the latter by render id; `files` are what each render has already,
    its posters in an assembly. `parts` are an assembly's, in the order of their frames. `model_name` is
    the file's original name. `image_storage_keys` has the overlays that the renders were ordered with.
    """

    segment_id: str
    attempt: int
    is_preview: bool
    role: Role
    shot_id: str
    model_id: str
    model_name: str
    model_storage_key: str
    kind: Kind
    spec: dict[str, Any]
    first_frame: int
    frame_count: int
    variants: dict[str, dict[str, Any]]
    files: dict[str, dict[str, FileView]]
    image_storage_keys: dict[str, str]
    parts: tuple[Part, ...]

    def output_prefix(self, render_id: str) -> str:
        """Where this attempt stores the render's files: no two attempts ever write the same key."""
        return output_prefix(render_id, self.role, self.first_frame, self.attempt)

    @property
    def part_prefix(self) -> str:
        """Where this attempt, if it is at a part, stores the files for the assembly."""
        return part_prefix(self.shot_id, self.first_frame, self.attempt)


def output_prefix(render_id: str, role: Role, first_frame: int, attempt: int) -> str:
    return f"renders/{render_id}/{first_frame}-{attempt}/" if role == Role.PART else f"renders/{render_id}/{attempt}/"


def part_prefix(shot_id: str, first_frame: int, attempt: int) -> str:
    return f"{shot_prefix(shot_id)}{first_frame}-{attempt}/"


def shot_prefix(shot_id: str) -> str:
    """Where all parts of the shot are until they are joined."""
    return f"shots/{shot_id}/"


def claim(session: Session, *, worker: str, queues: Sequence[str], lease_seconds: float) -> Claim | None:
    """The best pending segment of `queues`, now this worker's for `lease_seconds`; None if there is none."""
    lane = lanes.choose(session, queues)
    if lane is None:
        return None
    database = session.connection()
    leased = {**lane.parameters, "by_worker": worker, "lease_seconds": lease_seconds}
    segment = database.execute(_TAKE, leased).one()
    lanes.set_age(session, lane, segment.next_created_at)
    shot = {"of_shot": segment.shot_id, "now": clock.now()}
    renders = sorted(database.execute(_BEGIN, shot).all(), key=lambda render: render.id)
    about = database.execute(_SHOT, shot).one()
    parts = database.execute(_PARTS, shot).all() if segment.role == Role.ASSEMBLY else ()
    return Claim(
        segment_id=segment.id,
        attempt=segment.attempt,
        is_preview=lane.priority == PREVIEW_PRIORITY,
        role=Role(segment.role),
        shot_id=segment.shot_id,
        model_id=about.model_id,
        model_name=about.original_name,
        model_storage_key=about.storage_key,
        kind=about.kind,
        spec=about.spec,
        first_frame=segment.first_frame,
        frame_count=segment.frame_count,
        variants={render.id: render.variant for render in renders},
        files={render.id: files_view(render.files) for render in renders},
        image_storage_keys=dict(database.execute(_OVERLAYS, shot).all()) if about.has_overlays else {},
        parts=tuple(Part(part.first_frame, part.frame_count, files_view(part.files)) for part in parts),
    )


_BEST = (
    select(Segment.id)
    .where(*lanes.PENDING)
    .order_by(Segment.created_at, Segment.shot_id, Segment.first_frame)  # one shot after the other, from its front
    .limit(1)
).scalar_subquery()

_OTHER = aliased(Segment)

_NEXT = (
    select(func.min(_OTHER.created_at))
    .where(
        _OTHER.account_id == bindparam("in_account"), _OTHER.queue == bindparam("in_queue"),
        _OTHER.priority == bindparam("in_priority"), _OTHER.state == SegmentState.PENDING,
        # SQLAlchemy would leave out the table's name in a RETURNING for SQLite, where it makes all the difference; and
        # only SQLite knows by then that the segment itself is no longer pending
        _OTHER.id != literal_column("segments.id"),
    )
    .scalar_subquery()
)

_TAKE = (
    update(Segment)
    .where(Segment.id == _BEST)
    .values(
        state=SegmentState.RUNNING,
        attempt=Segment.attempt + 1,
        worker=bindparam("by_worker"),
        lease_until=from_now(bindparam("lease_seconds", type_=Float)),
        updated_at=from_now(0),
    )
    .returning(
        Segment.id, Segment.attempt, Segment.role, Segment.shot_id, Segment.first_frame, Segment.frame_count,
        _NEXT.label("next_created_at"),
    )
)

_STARTS = Render.status.in_(COMES_FROM[RenderStatus.POSTER_PROCESSING])

_BEGIN = (
    update(Render)
    .where(Render.shot_id == bindparam("of_shot"), Render.status.in_(UNFINISHED))
    .values(
        status=case((_STARTS, RenderStatus.POSTER_PROCESSING), else_=Render.status),
        updated_at=case((_STARTS, bindparam("now", type_=Render.updated_at.type)), else_=Render.updated_at),
    )
    .returning(Render.id, Render.variant, Render.files)
)

_WITH_OVERLAY = (RenderOverlay.render_id == Render.id, Render.shot_id == bindparam("of_shot"))

_SHOT = (
    select(
        Shot.kind, Shot.spec, Model.id.label("model_id"), Model.original_name, Model.storage_key,
        exists().where(*_WITH_OVERLAY).label("has_overlays"),
    )
    .join(Model, Model.id == Shot.model_id)
    .where(Shot.id == bindparam("of_shot"))
)

_PARTS = (
    select(Segment.first_frame, Segment.frame_count, Segment.files)
    .where(Segment.shot_id == bindparam("of_shot"), Segment.role == Role.PART)
    .order_by(Segment.first_frame)
)

_OVERLAYS = (
    select(Overlay.id, Overlay.storage_key).where(RenderOverlay.overlay_id == Overlay.id, *_WITH_OVERLAY).distinct()
)
