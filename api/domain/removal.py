"""Renders that their owner deletes, and what of the farm's work goes with them."""

from typing import Any

from sqlalchemy import Row, delete, exists, select
from sqlalchemy.orm import Session

from api.db.tables import Lane, Render, Segment, Shot
from api.domain import lanes, ledger
from api.domain.scheduling import Claim
from api.domain.states import SegmentState
from api.errors import RenderNotFound
from api.ids import is_id

_SEGMENT = (Segment.id, Segment.state, Segment.attempt, Segment.account_id, Segment.queue, Segment.priority)


def storage_prefix(render_id: str) -> str:
    """The folder of all files that were ever made for the render: the caller deletes it after the commit."""
    return f"renders/{render_id}"


def delete_render(session: Session, account_id: str, render_id: str) -> None:
    """The render is gone, and so is its work, unless other renders share the shot: who holds it loses the claim.

    Its credits come back if no worker ever claimed it. Raises RenderNotFound.
    """
    shot_id = None
    if is_id(render_id):
        shot_id = session.scalar(select(Render.shot_id).where(Render.id == render_id, Render.account_id == account_id))
    segment = _lock(session, shot_id) if shot_id is not None else None
    if segment is None or session.scalar(delete(Render).where(Render.id == render_id).returning(Render.id)) is None:
        raise RenderNotFound  # or somebody else was quicker
    if not session.scalar(select(exists().where(Render.shot_id == shot_id))):
        session.execute(delete(Segment).where(Segment.id == segment.id))
        if segment.state == SegmentState.PENDING:
            lanes.advance(session, _lane(segment))
        session.execute(delete(Shot).where(Shot.id == shot_id))
    if segment.attempt == 0:
        ledger.refund(session, render_id)


def kept(session: Session, claim: Claim) -> set[str]:
    """The renders whose files of this attempt count: it was settled, and they are still there."""
    settled = select(Render.id).join(Segment, Segment.shot_id == Render.shot_id).where(
        Segment.id == claim.segment_id, Segment.attempt == claim.attempt, Segment.state == SegmentState.DONE
    )
    return set(session.scalars(settled.where(Render.id.in_(claim.variants))))


def _lock(session: Session, shot_id: str) -> Row[*tuple[Any, ...]] | None:
    """The shot's segment, locked in the order of the package's docstring: with its lane, and after it, if it waits."""
    while True:
        segment = session.execute(
            select(*_SEGMENT)
            .where(Segment.shot_id == shot_id, Segment.state != SegmentState.PENDING)
            .with_for_update()
        ).one_or_none()
        if segment is not None:
            return segment
        waiting = session.execute(select(*_SEGMENT).where(Segment.shot_id == shot_id)).one_or_none()
        if waiting is None:
            return None
        with session.begin_nested() as savepoint:
            lane = _lane(waiting)
            session.execute(
                select(Lane.account_id)
                .where(Lane.account_id == lane.account_id, Lane.queue == lane.queue, Lane.priority == lane.priority)
                .with_for_update()
            )
            segment = session.execute(
                select(*_SEGMENT).where(Segment.id == waiting.id, *lanes.pending(lane)).with_for_update()
            ).one_or_none()
            if segment is not None:
                return segment
            savepoint.rollback()  # a worker was quicker; to wait for it with the lane in hand might be in a circle


def _lane(segment: Row[*tuple[Any, ...]]) -> lanes.LaneKey:
    return lanes.LaneKey(segment.account_id, segment.queue, segment.priority)
