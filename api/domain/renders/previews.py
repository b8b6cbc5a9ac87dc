"""The preview of a model is free with a paid render, so it is drawn while the model has one.

A paid render counts unless it is in error, where its credits have been given back. When the last one goes, a preview
that hasn't ended ends with the code "unpaid"; when one is ordered after all, that preview is drawn after all.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Exists, exists, select
from sqlalchemy.orm import Session, aliased

from api.db.tables import Render
from api.domain.kit.failures import UNPAID, Failure
from api.domain.renders.states import RETRIED_FROM, UNFINISHED, RenderStatus

UNPAID_FAILURE = Failure(UNPAID, "A preview is free with a paid render of its model, and there is none left")

_Paid = aliased(Render)


def unfinished(session: Session, model_id: str) -> str | None:
    """The id of the model's preview if it hasn't ended."""
    return session.scalar(
        select(Render.id).where(
            Render.model_id == model_id, Render.is_system_preview, Render.status.in_(UNFINISHED)
        )
    )


def is_paid(session: Session, model_id: str, *, without: str = "") -> bool:
    """Whether the model has a paid render that counts, other than the one of the id `without`."""
    return bool(session.scalar(select(_paid(_Paid.model_id == model_id, _Paid.id != without))))


def ended_unpaid(session: Session, account_id: str, model_ids: Collection[str]) -> Sequence[str]:
    """Of the account's models, the previews that ended for want of a paid render."""
    return session.scalars(
        select(Render.id)
        .where(
            Render.model_id.in_(model_ids), Render.is_system_preview, Render.account_id == account_id,
            Render.status == RenderStatus.ERROR, Render.error_code == UNPAID,
        )
        .order_by(Render.task_id)
    ).all()


def refunded(session: Session) -> tuple[str, str] | None:
    """A preview that waits although what was paid for with it has failed: the ids of the preview and of its model."""
    row = session.execute(
        select(Render.id, Render.model_id)
        .where(
            Render.is_system_preview, Render.status == RenderStatus.PENDING,
            exists().where(_Paid.model_id == Render.model_id, ~_Paid.is_system_preview),
            ~_paid(_Paid.model_id == Render.model_id),
        )
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.id, row.model_id)


def _paid(*conditions: ColumnElement[bool]) -> Exists:
    return exists().where(~_Paid.is_system_preview, _Paid.status.not_in(RETRIED_FROM), *conditions)
