"""What must hold of the books at any time: each statement finds what breaks one rule."""

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from api.db.tables import Account, LedgerEntry, Model, Render, Result, Segment, StoredBytes, Task, TaskNeed
from api.domain.kit.failures import CANCELLED
from api.domain.renders.states import RenderStatus


def wrong_balances() -> Select[str]:
    """A balance is the sum of its entries, and never negative."""
    total = func.coalesce(func.sum(LedgerEntry.amount), 0)
    return (
        select(Account.id)
        .outerjoin(LedgerEntry)
        .group_by(Account.id, Account.credits)
        .having(or_(Account.credits != total, Account.credits < 0))
    )


def wrongly_paid_renders() -> Select[str]:
    """A paid render has a charge for each time it was ordered, a preview none. All of them are refunded but the last,
    and that too if the render ended in error; in full, unless it was cancelled."""
    charges, refunds = (func.count(case((LedgerEntry.kind == kind, 1))) for kind in ("charge", "refund"))
    paid = case((Render.credits > 0, 1), else_=0)
    failed = case((Render.status.in_([RenderStatus.ERROR, RenderStatus.FAILED]), paid), else_=0)
    return (
        select(Render.id)
        .outerjoin(LedgerEntry, LedgerEntry.subject_id == Render.id)
        .group_by(Render.id)
        .having(
            or_(
                (charges > 0) != (paid > 0),
                amount_of("charge") != -Render.credits * charges,
                refunds != charges - paid + failed,
                amount_of("refund") > Render.credits * refunds,
                Render.is_system_preview != (Render.credits == 0),
            )
        )
    )


def amount_of(kind: str) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((LedgerEntry.kind == kind, LedgerEntry.amount), else_=0)), 0)


def stray_entries() -> Select[str | None]:
    """A charge or refund belongs to a render of the same account: nothing is left of what was rolled back."""
    return (
        select(LedgerEntry.subject_id)
        .outerjoin(Render, and_(Render.id == LedgerEntry.subject_id, Render.account_id == LedgerEntry.account_id))
        .where(LedgerEntry.kind != "grant", Render.id.is_(None))
    )


def misplaced_renders() -> Select[str]:
    """A render stands where its segments stand, unless it was cancelled and others share them."""
    working = (RenderStatus.POSTER_PROCESSING, RenderStatus.POSTER_DONE, RenderStatus.VIDEO_PROCESSING)
    ended = Render.status.in_([RenderStatus.ERROR, RenderStatus.FAILED])
    failed = func.count(case((Segment.state == "failed", 1)))
    finished = func.count(case((and_(Segment.role != "part", Segment.state == "done"), 1)))
    begun = func.count(case((Segment.state.in_(["running", "done"]), 1)))
    return (
        select(Render.id)
        .join(Segment, Segment.task_id == Render.task_id)
        .group_by(Render.id)
        .having(
            ~or_(
                and_(ended, or_(failed > 0, Render.error_code == CANCELLED)),
                and_(failed == 0, finished == 1, Render.status == RenderStatus.DONE),
                and_(failed == 0, finished == 0, begun == 0, Render.status == RenderStatus.PENDING),
                and_(failed == 0, finished == 0, begun > 0, Render.status.in_(working)),
            )
        )
    )


def miscounted_waits() -> Select[str]:
    """An assembly waits for the parts of its task that aren't done, all else for the tasks that its own task needs; and
    what failed, for its time."""
    part, needed = aliased(Segment), aliased(Task)
    parts = (
        select(func.count()).where(part.task_id == Segment.task_id, part.role == "part", part.state != "done")
    ).scalar_subquery()
    needs = (
        select(func.count())
        .where(TaskNeed.task_id == Segment.task_id, needed.id == TaskNeed.needs_id, needed.state != "done")
        .scalar_subquery()
    )
    time = case((and_(Segment.state == "waiting", Segment.not_before.is_not(None)), 1), else_=0)
    left = case((Segment.role == "assembly", parts), else_=needs) + time
    return select(Segment.id).where(Segment.state != "failed", Segment.waits_for != left)


def idle_tasks() -> Select[str]:
    """No task that draws, and so no work, is left whose renders are all deleted."""
    renders_of = select(Task.id).outerjoin(Render, Render.task_id == Task.id)
    return renders_of.where(Render.id.is_(None), Task.kind != "inspect")


def wrong_storage() -> Select[str]:
    """What an account's files come to is the sum of what its models and its renders have."""
    sums = [
        func.coalesce(select(func.sum(size)).where(owner == Account.id, *counts).scalar_subquery(), 0)
        for size, owner, *counts in (
            (Model.file_size, Model.account_id), (Result.size, Result.account_id, Result.subject_kind == "render")
        )
    ]
    return (
        select(Account.id)
        .outerjoin(StoredBytes, StoredBytes.account_id == Account.id)
        .where(func.coalesce(StoredBytes.total, 0) != sums[0] + sums[1])
    )


RULES = (wrong_balances, wrongly_paid_renders, misplaced_renders, miscounted_waits, idle_tasks, wrong_storage)
"""Those that break nothing are empty always; `stray_entries` may be of renders that were deleted."""
