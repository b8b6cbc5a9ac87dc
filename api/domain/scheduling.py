"""The farm's book of work: claims under a lease, heartbeats, settlement, and what becomes of lost work.

    pending --claim--> running --settle_done--> done
       ^                  |-- settle_error, lease run out --> failed, its renders in error and refunded
       `------------------'   or, while tries are left, and on release: pending again

A claim carries the attempt's number. Whatever a worker reports is believed only while its attempt is the segment's
newest and still running, so a worker that wakes up after its lease was taken changes nothing.
"""

import dataclasses
import datetime as dt
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import from_now
from api.db.tables import Model, Overlay, Render, RenderOverlay, Segment, Shot
from api.domain import fleet, lanes, ledger, outbox
from api.domain.renders import FileView
from api.domain.shots import Kind
from api.domain.states import COMES_FROM, UNFINISHED, RenderStatus, SegmentState

LOST_MESSAGE = "The worker died or stood still"
MESSAGE_LIMIT = 4000
"""Characters of an error message that are kept."""
SWEEP_LIMIT = 100
"""Lost segments taken back in one transaction."""


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A segment in a worker's hands: frames `first_frame` and the `frame_count - 1` after it, for all the variants.

    `spec` and `variants` are those of `api.domain.shots.Work`, the latter by render id. `model_name` is the file's
    original name. `image_storage_keys` has the overlays that the renders were ordered with.
    """

    segment_id: str
    attempt: int
    shot_id: str
    model_id: str
    model_name: str
    model_storage_key: str
    kind: Kind
    spec: dict[str, Any]
    first_frame: int
    frame_count: int
    variants: dict[str, dict[str, Any]]
    image_storage_keys: dict[str, str]

    def output_prefix(self, render_id: str) -> str:
        """Where this attempt stores the render's files: no two attempts ever write the same key."""
        return output_prefix(render_id, self.attempt)


@dataclasses.dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep found: segments made pending again and given up, and the queues that have pending work.

    `stale_prefixes` are the storage prefixes of the lost attempts, whose files nobody needs.
    """

    requeued: int
    failed: int
    queues: tuple[str, ...]
    stale_prefixes: tuple[str, ...]


def output_prefix(render_id: str, attempt: int) -> str:
    return f"renders/{render_id}/{attempt}/"


def claim(session: Session, *, worker: str, queues: Sequence[str], lease_seconds: float) -> Claim | None:
    """The best pending segment of `queues`, now this worker's for `lease_seconds`; None if there is none."""
    lane = lanes.choose(session, queues)
    if lane is None:
        return None
    oldest = (
        select(Segment.id).where(*lanes.pending(lane)).order_by(Segment.created_at, Segment.id).limit(1)
    ).scalar_subquery()
    segment = session.execute(
        update(Segment)
        .where(Segment.id == oldest)
        .values(
            state=SegmentState.RUNNING,
            attempt=Segment.attempt + 1,
            worker=worker,
            lease_until=from_now(lease_seconds),
            stage="loading",
            frames_done=0,
            started_at=from_now(0),
            updated_at=from_now(0),
        )
        .returning(Segment.id, Segment.attempt, Segment.shot_id, Segment.first_frame, Segment.frame_count)
    ).one()
    lanes.advance(session, lane)
    _move(session, RenderStatus.POSTER_PROCESSING, Render.shot_id == segment.shot_id)
    kind, spec, model_id, model_name, model_storage_key = session.execute(
        select(Shot.kind, Shot.spec, Model.id, Model.original_name, Model.storage_key)
        .join(Model, Model.id == Shot.model_id)
        .where(Shot.id == segment.shot_id)
    ).one()
    renders = session.execute(
        select(Render.id, Render.variant, Overlay.id, Overlay.storage_key)
        .outerjoin(RenderOverlay, RenderOverlay.render_id == Render.id)
        .outerjoin(Overlay, Overlay.id == RenderOverlay.overlay_id)
        .where(Render.shot_id == segment.shot_id, Render.status.in_(UNFINISHED))
        .order_by(Render.id)
    ).all()
    return Claim(
        segment_id=segment.id,
        attempt=segment.attempt,
        shot_id=segment.shot_id,
        model_id=model_id,
        model_name=model_name,
        model_storage_key=model_storage_key,
        kind=kind,
        spec=spec,
        first_frame=segment.first_frame,
        frame_count=segment.frame_count,
        variants={render_id: variant for render_id, variant, _, _ in renders},
        image_storage_keys={overlay_id: key for _, _, overlay_id, key in renders if overlay_id is not None},
    )


def heartbeat(session: Session, claim: Claim, *, lease_seconds: float, stage: str, frames_done: int) -> bool:
    """Renews the lease and notes the progress. False: the lease is lost, the worker should stop."""
    renewed = {"lease_until": from_now(lease_seconds), "stage": stage, "frames_done": frames_done}
    if _update_held(session, claim, **renewed) is None:
        return False
    _move(session, RenderStatus.VIDEO_PROCESSING, Render.shot_id == claim.shot_id)
    return True


def posters_done(session: Session, claim: Claim, files: Mapping[str, Mapping[str, FileView]]) -> bool:
    """These renders' posters are stored and may be fetched; `files` by render id and name. False: the lease is lost."""
    if _update_held(session, claim) is None:
        return False
    for render_id, posters in sorted(files.items()):
        _move(session, RenderStatus.POSTER_DONE, *_render(claim, render_id), files=_json(posters))
    return True


def settle_done(session: Session, claim: Claim, files: Mapping[str, Mapping[str, FileView]]) -> bool:
    """All files of all the claim's renders are stored, posters included. False: the lease is lost."""
    if files.keys() != claim.variants.keys():
        raise ValueError("a settlement brings the files of each of the claim's renders")
    settled = {"state": SegmentState.DONE, "lease_until": None, "stage": "done", "frames_done": claim.frame_count}
    if _update_held(session, claim, **settled) is None:
        return False
    for render_id, outputs in sorted(files.items()):
        _move(session, RenderStatus.DONE, *_render(claim, render_id), files=_json(outputs))
    return True


def settle_error(session: Session, claim: Claim, message: str, *, retry: bool, max_attempts: int) -> bool:
    """The attempt failed. With `retry` it is tried again, at most `max_attempts` times. False: the lease is lost."""
    message = _storable(message)
    attempt = _update_held(session, claim, failures=Segment.failures + 1, error_message=message)
    if attempt is None:
        return False
    if retry and attempt.failures < max_attempts:
        _requeue(session, attempt)
    else:
        _give_up(session, attempt, message)
    return True


def release(session: Session, claim: Claim) -> bool:
    """The worker stops before it is finished; the work is pending again and no failure. False: the lease is lost."""
    attempt = _update_held(session, claim)
    if attempt is None:
        return False
    _requeue(session, attempt)
    return True


def sweep(session: Session, *, max_attempts: int) -> SweepReport:
    """Takes back what dead or stalled workers hold. Any number of processes may sweep at once."""
    expired = (
        select(Segment.id)
        .where(Segment.state == SegmentState.RUNNING, Segment.lease_until < from_now(0))
        .order_by(Segment.lease_until)
        .limit(SWEEP_LIMIT)
        .with_for_update(skip_locked=True)
        .cte()  # for the same reason as in outbox.take
    )
    rows = session.execute(
        update(Segment)
        .where(Segment.id.in_(select(expired.c.id)))
        .values(failures=Segment.failures + 1, error_message=LOST_MESSAGE, updated_at=from_now(0))
        .returning(*_ATTEMPT)
    )
    # Sorted, and requeued before given up, for the order of locks in the package's docstring.
    lost = sorted((_attempt(row) for row in rows), key=lambda attempt: (attempt.lane, attempt.segment_id))
    stale = []
    for attempt in lost:
        renders = session.scalars(select(Render.id).where(Render.shot_id == attempt.shot_id).order_by(Render.id))
        stale += [output_prefix(render_id, attempt.attempt) for render_id in renders]
    requeued = [attempt for attempt in lost if attempt.failures < max_attempts]
    failed = [attempt for attempt in lost if attempt.failures >= max_attempts]
    for attempt in requeued:
        _requeue(session, attempt)
    for attempt in failed:
        _give_up(session, attempt, f"{LOST_MESSAGE}, {attempt.failures} failures in all")
    fleet.remove_silent(session)
    return SweepReport(len(requeued), len(failed), lanes.queues_with_work(session), tuple(stale))


@dataclasses.dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt whose segment's row this transaction has locked."""

    segment_id: str
    shot_id: str
    attempt: int
    failures: int
    lane: lanes.LaneKey
    created_at: dt.datetime


_ATTEMPT = (
    Segment.id, Segment.shot_id, Segment.attempt, Segment.failures, Segment.created_at,
    Segment.account_id, Segment.queue, Segment.priority,
)  # fmt: skip


def _attempt(row: Row[*tuple[Any, ...]]) -> _Attempt:
    lane = lanes.LaneKey(row.account_id, row.queue, row.priority)
    return _Attempt(row.id, row.shot_id, row.attempt, row.failures, lane, row.created_at)


def _update_held(session: Session, claim: Claim, **values: Any) -> _Attempt | None:
    """Writes `values` if the claim still holds its segment; else None."""
    row = session.execute(
        update(Segment)
        .where(
            Segment.id == claim.segment_id,
            Segment.attempt == claim.attempt,
            Segment.state == SegmentState.RUNNING,
        )
        .values(updated_at=from_now(0), **values)
        .returning(*_ATTEMPT)
    ).one_or_none()
    return None if row is None else _attempt(row)


def _render(claim: Claim, render_id: str) -> tuple[ColumnElement[bool], ...]:
    return Render.id == render_id, Render.shot_id == claim.shot_id


def _move(session: Session, status: RenderStatus, *renders: ColumnElement[bool], **values: Any) -> None:
    """Those of the renders that may go to `status` do."""
    session.execute(
        update(Render)
        .where(*renders, Render.status.in_(COMES_FROM[status]))
        .values(status=status, updated_at=clock.now(), **values)
    )


def _requeue(session: Session, attempt: _Attempt) -> None:
    session.execute(
        update(Segment)
        .where(Segment.id == attempt.segment_id)
        .values(
            state=SegmentState.PENDING, worker=None, lease_until=None, stage="queued", frames_done=0, started_at=None
        )
    )
    lanes.add(session, attempt.lane, attempt.created_at)
    _move(session, RenderStatus.PENDING, Render.shot_id == attempt.shot_id, files={})
    outbox.add(session, attempt.lane.queue)


def _give_up(session: Session, attempt: _Attempt, message: str) -> None:
    session.execute(
        update(Segment)
        .where(Segment.id == attempt.segment_id)
        .values(state=SegmentState.FAILED, lease_until=None, stage="failed")
    )
    renders = sorted(
        session.scalars(select(Render.id).where(Render.shot_id == attempt.shot_id, Render.status.in_(UNFINISHED)))
    )
    _move(session, RenderStatus.ERROR, Render.id.in_(renders), error_message=message, files={})
    for render_id in renders:
        ledger.refund(session, render_id)


def _json(files: Mapping[str, FileView]) -> dict[str, Any]:
    return {name: file.to_json() for name, file in files.items()}


def _storable(message: str) -> str:
    """What a model's file calls its parts may be quoted in `message`: at any length, with what no database stores."""
    return "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs") else "\ufffd"
        for character in message[:MESSAGE_LIMIT]
    )
