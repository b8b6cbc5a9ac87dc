"""The farm's book of work: heartbeats, settlement, and what becomes of lost work. How it is given out: claims.

    pending --claim--> running --settle_done, settle_part--> done
       ^                  |-- settle_error, lease run out --> failed with all of its shot, its renders in error
       `------------------'   or, while tries are left, and on release: pending again         and refunded

    whole                               makes the renders' files
    part ... part ... --the last--> assembly: waiting until then, now pending; makes the renders' files of the parts'

A claim carries the attempt's number. Whatever a worker reports is believed only while its attempt is the segment's
newest and still running, so a worker that wakes up after its lease was taken changes nothing.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, case, exists, func, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.dialects import from_now
from api.db.tables import Render, Segment, Shot
from api.domain.accounts import ledger
from api.domain.kit.files import FileView, files_json
from api.domain.kit.texts import storable
from api.domain.renders import notices
from api.domain.renders.states import COMES_FROM, UNFINISHED, RenderStatus
from api.domain.work import claims, lanes, outbox
from api.domain.work.claims import Claim
from api.domain.work.states import Role, SegmentState

LOST_MESSAGE = "The worker died or stood still"
MESSAGE_LIMIT = 4000
"""Characters of an error message that are kept."""


@dataclasses.dataclass(frozen=True, slots=True)
class TakenBack:
    """Lost work that is pending again, or given up if not `again`; the caller deletes what lies under `leftovers`."""

    again: bool
    leftovers: tuple[str, ...]


def heartbeat(session: Session, claim: Claim, *, lease_seconds: float, stage: str, frames_done: int) -> bool:
    """Renews the lease and notes the progress. False: the lease is lost, the worker should stop."""
    _lock_shot(session, claim.shot_id)
    if _update_held(session, claim, lease_until=from_now(lease_seconds), frames_done=frames_done) is None:
        return False
    _note_progress(session, claim.shot_id, stage, beside_others=claim.role == Role.PART)
    _move(session, RenderStatus.VIDEO_PROCESSING, Render.shot_id == claim.shot_id)
    return True


def posters_done(session: Session, claim: Claim, files: Mapping[str, Mapping[str, FileView]]) -> bool:
    """These renders' posters are stored and may be fetched; `files` by render id and name. False: the lease is lost."""
    if _update_held(session, claim) is None:
        return False
    for render_id, posters in sorted(files.items()):
        _move(session, RenderStatus.POSTER_DONE, *_render(claim, render_id), files=files_json(posters))
    return True


def settle_done(session: Session, claim: Claim, files: Mapping[str, Mapping[str, FileView]]) -> bool:
    """All files of all the claim's renders are stored, posters included. False: the lease is lost."""
    if files.keys() != claim.variants.keys():
        raise ValueError("a settlement brings the files of each of the claim's renders")
    _lock_shot(session, claim.shot_id)
    settled = {"state": SegmentState.DONE, "lease_until": None, "frames_done": claim.frame_count}
    attempt = _update_held(session, claim, **settled)
    if attempt is None:
        return False
    _end_progress(session, claim.shot_id, "done")
    for render_id, outputs in sorted(files.items()):
        _move(session, RenderStatus.DONE, *_render(claim, render_id), files=files_json(outputs))
    notices.renders_ended(session, attempt.lane.account_id, sorted(files))
    return True


def settle_part(session: Session, claim: Claim, files: Mapping[str, FileView]) -> bool:
    """What the assembly needs of this part is stored. After the last part it is pending. False: the lease is lost."""
    _lock_shot(session, claim.shot_id)
    settled = {"state": SegmentState.DONE, "lease_until": None, "frames_done": claim.frame_count}
    attempt = _update_held(session, claim, **settled, files=files_json(files))
    if attempt is None:
        return False
    _note_progress(session, claim.shot_id, "drawing", beside_others=True)
    last = Segment.waits_for == 1
    assembly = session.execute(
        update(Segment)
        .where(Segment.shot_id == claim.shot_id, Segment.role == Role.ASSEMBLY)
        .values(
            waits_for=Segment.waits_for - 1, state=case((last, SegmentState.PENDING), else_=Segment.state),
            updated_at=from_now(0),
        )
        .returning(*_ATTEMPT, Segment.waits_for)
    ).one()
    if assembly.waits_for == 0:
        lanes.add(session, attempt.lane, assembly.created_at)
        outbox.add(session, attempt.lane.queue)
    return True


def settle_error(session: Session, claim: Claim, message: str, *, retry: bool, max_attempts: int) -> bool:
    """The attempt failed. With `retry` it is tried again, at most `max_attempts` times. False: the lease is lost."""
    message = storable(message, MESSAGE_LIMIT)
    _lock_shot(session, claim.shot_id)
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
    _lock_shot(session, claim.shot_id)
    attempt = _update_held(session, claim)
    if attempt is None:
        return False
    _requeue(session, attempt)
    return True


def take_back(session: Session, *, max_attempts: int) -> TakenBack | None:
    """Takes back one claim of a dead or stalled worker; None if there is none. Any number of processes may do so."""
    while True:
        lost = session.execute(
            select(Segment.id, Segment.shot_id)
            .join(Shot, Shot.id == Segment.shot_id)
            .where(*_lost())
            .order_by(Segment.lease_until)
            .limit(1)
            .with_for_update(of=Shot, skip_locked=True)
        ).one_or_none()
        if lost is None:
            return None
        row = session.execute(
            update(Segment)
            .where(Segment.id == lost.id, *_lost())
            .values(failures=Segment.failures + 1, error_message=LOST_MESSAGE, updated_at=from_now(0))
            .returning(*_ATTEMPT)
        ).one_or_none()
        if row is not None:  # else it was heard of just before the shot was locked
            break
    attempt = _attempt(row)
    renders = session.scalars(select(Render.id).where(Render.shot_id == attempt.shot_id)).all()
    if attempt.failures < max_attempts:
        _requeue(session, attempt)
        own = [attempt.output_prefix(render_id) for render_id in renders]
        if attempt.role == Role.PART:
            own.append(claims.part_prefix(attempt.shot_id, attempt.first_frame, attempt.attempt))
        return TakenBack(True, tuple(own))
    _give_up(session, attempt, f"{LOST_MESSAGE}, {attempt.failures} failures in all")
    return TakenBack(False, (*(f"renders/{render_id}" for render_id in renders), claims.shot_prefix(attempt.shot_id)))


@dataclasses.dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt whose shot's and segment's rows this transaction has locked."""

    segment_id: str
    shot_id: str
    role: Role
    first_frame: int
    attempt: int
    failures: int
    lane: lanes.LaneKey
    created_at: dt.datetime

    def output_prefix(self, render_id: str) -> str:
        return claims.output_prefix(render_id, self.role, self.first_frame, self.attempt)


_ATTEMPT = (
    Segment.id, Segment.shot_id, Segment.role, Segment.first_frame, Segment.attempt, Segment.failures,
    Segment.created_at, Segment.account_id, Segment.queue, Segment.priority,
)  # fmt: skip


def _attempt(row: Row[*tuple[Any, ...]]) -> _Attempt:
    lane = lanes.LaneKey(row.account_id, row.queue, row.priority)
    return _Attempt(
        row.id, row.shot_id, Role(row.role), row.first_frame, row.attempt, row.failures, lane, row.created_at
    )


def _lost() -> tuple[ColumnElement[bool], ...]:
    return Segment.state == SegmentState.RUNNING, Segment.lease_until < from_now(0)


def _lock_shot(session: Session, shot_id: str) -> None:
    """Before a segment changes its state: two parts of a shot that end at once would else each wait for the other."""
    session.execute(select(Shot.id).where(Shot.id == shot_id).with_for_update())


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


def _note_progress(session: Session, shot_id: str, stage: str, *, beside_others: bool) -> None:
    """What users see of the locked shot. Of one that others draw too, frames say more than a stage of one of them."""
    drawn = (
        select(func.sum(Segment.frames_done))
        .where(Segment.shot_id == shot_id, Segment.role != Role.ASSEMBLY)
        .scalar_subquery()
    )
    shown = case((drawn > 0, "drawing"), else_=stage) if beside_others else stage
    session.execute(
        update(Shot)
        .where(Shot.id == shot_id)
        .values(
            stage=shown, frames_done=drawn, started_at=func.coalesce(Shot.started_at, from_now(0)),
            heard_at=from_now(0),
        )
    )


def _end_progress(session: Session, shot_id: str, stage: str) -> None:
    """Nobody is at work at the locked shot."""
    drawn = Shot.frame_count if stage == "done" else 0
    session.execute(update(Shot).where(Shot.id == shot_id).values(stage=stage, frames_done=drawn, started_at=None))


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
        .values(state=SegmentState.PENDING, worker=None, lease_until=None, frames_done=0)
    )
    lanes.add(session, attempt.lane, attempt.created_at)
    outbox.add(session, attempt.lane.queue)
    others = exists().where(
        Segment.shot_id == attempt.shot_id, Segment.state.in_([SegmentState.RUNNING, SegmentState.DONE])
    )
    if not session.scalar(select(others)):
        _end_progress(session, attempt.shot_id, "queued")
        _move(session, RenderStatus.PENDING, Render.shot_id == attempt.shot_id, files={})
    elif _had_posters(session, attempt):
        _move(session, RenderStatus.PENDING, Render.shot_id == attempt.shot_id, files={})
        _move(session, RenderStatus.POSTER_PROCESSING, Render.shot_id == attempt.shot_id)


def _had_posters(session: Session, attempt: _Attempt) -> bool:
    """Whether what users can fetch of the renders by now was made by this attempt."""
    stored = session.execute(
        select(Render.id, Render.files).where(Render.shot_id == attempt.shot_id, Render.status.in_(UNFINISHED))
    )
    return any(
        file["key"].startswith(attempt.output_prefix(render_id))
        for render_id, files in stored for file in files.values()
    )


def _give_up(session: Session, attempt: _Attempt, message: str) -> None:
    """The shot can't be had: whoever is at another segment of it loses the claim."""
    lanes.lock(session, attempt.lane)
    left = SegmentState.WAITING, SegmentState.PENDING, SegmentState.RUNNING
    session.execute(
        update(Segment)
        .where(Segment.shot_id == attempt.shot_id, Segment.state.in_(left))
        .values(state=SegmentState.FAILED, lease_until=None)
    )
    lanes.advance(session, attempt.lane)
    _end_progress(session, attempt.shot_id, "failed")
    renders = sorted(
        session.scalars(select(Render.id).where(Render.shot_id == attempt.shot_id, Render.status.in_(UNFINISHED)))
    )
    _move(session, RenderStatus.ERROR, Render.id.in_(renders), error_message=message, files={})
    for render_id in renders:
        ledger.refund(session, render_id)
    notices.renders_ended(session, attempt.lane.account_id, renders)
