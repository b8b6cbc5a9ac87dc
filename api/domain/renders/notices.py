"""Who wants to be told when a render has ended, and telling them."""

import functools
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.db.tables import Render
from api.domain.renders.renders import RenderView, select_views
from api.domain.renders.states import RenderStatus
from api.domain.webhooks import events, targets
from api.domain.webhooks.events import NewEvent

SUBJECT = "render"

ENDED = {RenderStatus.DONE: "render.done", RenderStatus.ERROR: "render.error"}
"""The event of each status that a render ends with."""


def notify(session: Session, account_id: str, dialect: str, urls: Mapping[str, str]) -> None:
    """Has the end of each render told to a URL, in the words of `dialect`; `urls` are by render id."""
    if urls:
        targets.subscribe(session, account_id, dialect, urls, subject_kind=SUBJECT, events=list(ENDED.values()))


def renders_ended(session: Session, account_ids: Collection[str], render_ids: Collection[str]) -> None:
    """Tells of those of the accounts' renders that have ended, in the transaction that ended them."""

    def tell(account_id: str, wanted: Collection[str]) -> Iterator[NewEvent]:
        own = Render.account_id == account_id, Render.id.in_(wanted)
        for view in select_views(session, *own, Render.status.in_(ENDED)):
            yield NewEvent(ENDED[RenderStatus(view.status)], view.id, _data(view))

    for account_id in account_ids:
        events.emit(session, account_id, SUBJECT, render_ids, functools.partial(tell, account_id))


def _data(view: RenderView) -> dict[str, Any]:
    """The render as it is now, but for times that matter only while it is made."""
    return view._replace(started_at=None, heard_at=None)._asdict()


def view_of(data: Mapping[str, Any]) -> RenderView:
    """The render that an event of these data is about."""
    return RenderView(**data)
