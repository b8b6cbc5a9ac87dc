"""What drawing does to the renders that wait for it: the Outcome of the kinds "video", "image", "stills" and "dataset".
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, select, update
from sqlalchemy.orm import Session

from api import clock
from api.db.tables import Render
from api.domain.accounts import ledger
from api.domain.kit import counting, followers
from api.domain.kit.failures import CANCELLED, Failure
from api.domain.kit.files import FileView
from api.domain.kit.texts import storable
from api.domain.renders import checks, notices
from api.domain.renders.states import COMES_FROM, UNFINISHED, RenderStatus

SUBJECT = "render"
"""What results and ledger entries call a render."""

WARNING_LENGTH = 500
"""Characters of a warning that are kept."""

MOST_WARNINGS = 1000
"""Of one render that are kept: a worker tells as many as a stranger's file sets off."""

_STARTS = Render.status.in_(COMES_FROM[RenderStatus.POSTER_PROCESSING])

_BEGIN = (
    update(Render)
    .where(Render.task_id == bindparam("of_task"), Render.status.in_(UNFINISHED))
    .values(
        status=case((_STARTS, RenderStatus.POSTER_PROCESSING), else_=Render.status),
        updated_at=case((_STARTS, bindparam("now", type_=Render.updated_at.type)), else_=Render.updated_at),
    )
    .returning(Render.id, Render.variant)
)
"""Made once, and executed past the ORM: claims are many."""


class Renders:
    """See api.domain.work.outcomes.Outcome. A task's owners are its renders that are neither done nor in error."""

    subject = SUBJECT

    def owners(self, session: Session, task_id: str) -> list[str]:
        return sorted(session.scalars(select(Render.id).where(*_unfinished(task_id))))

    def begun(self, session: Session, task_id: str) -> dict[str, dict[str, Any]]:
        rows = session.connection().execute(_BEGIN, {"of_task": task_id, "now": clock.now()}).all()
        return {row.id: row.variant for row in sorted(rows, key=lambda row: row.id)}

    def told(self, session: Session, task_id: str, told: Mapping[str, Any]) -> None:
        """`warnings` say what of the model isn't shown, `checks` by render what may be wrong. Every attempt finds the
        same."""
        for render_id, found in checks.told(told.get("checks")).items():
            session.execute(update(Render).where(*_unfinished(task_id), Render.id == render_id).values(checks=found))
        if warnings := [storable(warning, WARNING_LENGTH) for warning in told.get("warnings", ())[:MOST_WARNINGS]]:
            session.execute(update(Render).where(*_unfinished(task_id)).values(warnings=warnings))

    def advanced(self, session: Session, task_id: str) -> None:
        _move(session, RenderStatus.VIDEO_PROCESSING, Render.task_id == task_id)

    def published(self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]]) -> None:
        _move(session, RenderStatus.POSTER_DONE, Render.task_id == task_id, Render.id.in_(files))

    def set_back(self, session: Session, task_id: str, *, at_work: bool) -> None:
        _move(session, RenderStatus.PENDING, Render.task_id == task_id)
        if at_work:
            _move(session, RenderStatus.POSTER_PROCESSING, Render.task_id == task_id)

    def finished(
        self, session: Session, task_id: str, files: Mapping[str, Mapping[str, FileView]], told: Mapping[str, Any]
    ) -> dict[str, str]:
        self.told(session, task_id, told)
        accounts: set[str] = set()
        for render_id, named in sorted(files.items()):
            main = next((named[name] for name in ("video", "image", "dataset") if name in named), None)
            accounts |= _move(
                session, RenderStatus.DONE, Render.id == render_id, Render.task_id == task_id,
                file_size=None if main is None else main.size, has_web="web" in named,
            )  # fmt: skip
        notices.renders_ended(session, accounts, files)
        followers.tell(session, SUBJECT, files)
        return {}

    def failed(self, session: Session, task_id: str, failure: Failure) -> None:
        renders = self.owners(session, task_id)
        end(session, renders, failure)
        for render_id in renders:
            ledger.refund(session, SUBJECT, render_id)


RENDERS = Renders()


def end(session: Session, render_ids: list[str], failure: Failure) -> None:
    """Those of the renders that are unfinished are in error from now on. What was paid for them is the caller's."""
    accounts = _move(
        session, RenderStatus.ERROR, Render.id.in_(render_ids), error_code=failure.code, error_message=failure.message
    )
    notices.renders_ended(session, accounts, render_ids)
    followers.tell(session, SUBJECT, render_ids)


def _unfinished(task_id: str) -> tuple[ColumnElement[bool], ...]:
    return Render.task_id == task_id, Render.status.in_(UNFINISHED)


def _move(session: Session, status: RenderStatus, *renders: ColumnElement[bool], **values: Any) -> set[str]:
    """Those of the renders that may go to `status` do. The ids of their accounts."""
    moved = (
        update(Render)
        .where(*renders, Render.status.in_(COMES_FROM[status]))
        .values(status=status, updated_at=clock.now(), **values)
        .returning(Render.account_id, Render.output)
    )
    rows = session.execute(moved).all()
    if status in notices.ENDED:
        ended = "cancelled" if values.get("error_code") == CANCELLED else status.value
        for _, output in rows:
            counting.add(session, "renders", 1, output=output, status=ended)
    return {account_id for account_id, _ in rows}
