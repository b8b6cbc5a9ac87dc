"""Files of attempts that came to nothing: which of them nobody needs.

Prefixes name attempts, never all that an owner or a task has: work that failed may be tried again, and while files are
deleted, newer attempts may store theirs beside them.
"""

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api.db.tables import Result, Segment
from api.domain.work import claims
from api.domain.work.claims import Claim
from api.domain.work.outcomes import outcomes_of
from api.domain.work.states import Role, SegmentState


def of_claim(session: Session, claim: Claim) -> list[str]:
    """The prefixes of what nobody needs, by what the database says, once the claim's attempt has ended somehow."""
    own = session.execute(
        select(Segment.state, Segment.attempt).where(Segment.id == claim.segment_id)
    ).one_or_none()
    failed = session.scalar(
        select(exists().where(Segment.task_id == claim.task_id, Segment.state == SegmentState.FAILED))
    )
    if failed:
        return of_task(session, claim.task_id, claim.kind, claim.variants)
    settled = own is not None and (own.state, own.attempt) == (SegmentState.DONE, claim.attempt)
    served = _served(session, claim) if settled else set()
    stale = []
    for owner_id in claim.variants:
        for attempt in range(1, claim.attempt) if owner_id in served else (claim.attempt,):
            stale.append(claims.output_prefix(claim.kind, owner_id, claim.role, claim.first_frame, attempt))
    if claim.role == Role.PART:
        for attempt in range(1, claim.attempt) if settled else (claim.attempt,):
            stale.append(claims.part_prefix(claim.task_id, claim.first_frame, attempt))
    if own is None or (settled and claim.role == Role.ASSEMBLY):
        stale.append(claims.task_prefix(claim.task_id))
    return stale


def _served(session: Session, claim: Claim) -> set[str]:
    """The owners that have files of the settled claim or, after a part, may still get some."""
    served: set[str] = set()
    for outcome in outcomes_of(claim.kind):
        named = Result.subject_id.in_(claim.variants), Result.subject_kind == outcome.subject
        served |= set(session.scalars(select(Result.subject_id).where(*named).distinct()))
        if claim.role == Role.PART:
            served |= set(outcome.owners(session, claim.task_id))
    return served


def of_task(session: Session, task_id: str, kind: str, owners: Collection[str]) -> list[str]:
    """The prefixes of all that was made for the task so far, of which nothing is needed."""
    stale = []
    segments = select(Segment.role, Segment.first_frame, Segment.attempt).where(Segment.task_id == task_id)
    for segment in session.execute(segments.order_by(Segment.first_frame)):
        role = Role(segment.role)
        for attempt in range(1, segment.attempt + 1):
            stale += [claims.output_prefix(kind, owner_id, role, segment.first_frame, attempt) for owner_id in owners]
            if role == Role.PART:
                stale.append(claims.part_prefix(task_id, segment.first_frame, attempt))
    return stale
