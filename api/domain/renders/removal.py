"""Renders that their owner deletes, and what of the farm's work and files goes with them or after it."""

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from api.db.tables import Render, Segment, Shot
from api.domain.accounts import ledger
from api.domain.work import claims, lanes
from api.domain.work.claims import Claim
from api.domain.work.states import Role, SegmentState
from api.errors import RenderNotFound
from api.ids import is_id


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
    if shot_id is None or session.scalar(select(Shot.id).where(Shot.id == shot_id).with_for_update()) is None:
        raise RenderNotFound
    lane = lanes.LaneKey(*session.execute(
        select(Segment.account_id, Segment.queue, Segment.priority).where(Segment.shot_id == shot_id).limit(1)
    ).one())  # fmt: skip
    lanes.lock(session, lane)
    if session.scalar(select(exists().where(Render.shot_id == shot_id, Render.id != render_id))):
        untouched = not session.scalar(select(func.max(Segment.attempt)).where(Segment.shot_id == shot_id))
    else:
        gone = session.scalars(delete(Segment).where(Segment.shot_id == shot_id).returning(Segment.attempt)).all()
        untouched = not any(gone)
        lanes.advance(session, lane)
    if session.scalar(delete(Render).where(Render.id == render_id).returning(Render.id)) is None:
        raise RenderNotFound  # somebody else was quicker
    session.execute(delete(Shot).where(Shot.id == shot_id, ~exists().where(Render.shot_id == shot_id)))
    if untouched:
        ledger.refund(session, render_id)


def leftovers(session: Session, claim: Claim) -> list[str]:
    """The prefixes of what nobody needs, by what the database says, once the claim's attempt has ended somehow."""
    own = session.execute(
        select(Segment.state, Segment.attempt).where(Segment.id == claim.segment_id)
    ).one_or_none()
    settled = own is not None and (own.state, own.attempt) == (SegmentState.DONE, claim.attempt)
    kept = set(session.scalars(select(Render.id).where(Render.shot_id == claim.shot_id))) if settled else set()
    failed = session.scalar(
        select(exists().where(Segment.shot_id == claim.shot_id, Segment.state == SegmentState.FAILED))
    )
    stale = []
    for render_id in claim.variants:
        for attempt in range(1, claim.attempt) if render_id in kept else (claim.attempt,):
            stale.append(claims.output_prefix(render_id, claim.role, claim.first_frame, attempt))
    if claim.role == Role.PART:
        for attempt in range(1, claim.attempt) if kept else (claim.attempt,):
            stale.append(claims.part_prefix(claim.shot_id, claim.first_frame, attempt))
    if own is None or failed or (settled and claim.role == Role.ASSEMBLY):
        stale.append(claims.shot_prefix(claim.shot_id))
    if failed:
        stale += map(storage_prefix, claim.variants)
    return stale
